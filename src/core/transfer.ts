/** What may be marked to be moved. */
export type Transferable = ArrayBuffer | ArrayBufferView;

const marked = new WeakSet<Transferable>();

/**
 * Marks bytes to be moved rather than copied when they next cross between this thread and another: the input of a
 * call in mode `thread`, or the output of a tool that runs in one. Returns what it is given.
 *
 * The sender's buffer is detached then (length 0), with every view of it. The mark is used up by the first worker
 * the value is sent to. Where nothing can be moved the bytes are copied as ever: into and out of child processes,
 * in mode `async` (which passes on the value itself), and for a view of a part of a larger buffer.
 *
 * @throws TypeError when it is neither an ArrayBuffer nor a view of one.
 *
 * @example
 * ```ts
 * const output = await registry.call("resample", { samples: transfer(samples) }, { mode: "thread" });
 * ```
 */
export function transfer<Value extends Transferable>(value: Value): Value {
  if (!(value instanceof ArrayBuffer) && !ArrayBuffer.isView(value)) {
    throw new TypeError("transfer() takes an ArrayBuffer, a typed array or a DataView.");
  }
  marked.add(value);
  return value;
}

/** Whether it was marked with {@link transfer}; the mark is used up. */
export function takeTransferMark(value: Transferable): boolean {
  return marked.delete(value);
}
