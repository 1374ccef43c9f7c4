/** Whether `value` has a `then` to call: a promise of any kind. Throws what a `then` that is a getter throws. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === "function";
}
