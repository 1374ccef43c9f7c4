/**
 * A scheduler so simple that it is right: a flat list, everything worked out anew for every start. Concurrency,
 * priorities, order of arrival, keys and who inherits urgency along them; for one tenant.
 */

/** One that asks. */
export interface ModelCall {
  readonly number: number;
  readonly scopes: readonly string[];
  readonly urgency: number;
  readonly touches: readonly { readonly key: string; readonly writes: boolean }[];
}

/** Says who starts, in order. */
export class SchedulerModel {
  readonly starts: number[] = [];
  readonly #concurrency: ReadonlyMap<string, number>;
  /** In order of arrival. */
  #waiting: ModelCall[] = [];
  #running: ModelCall[] = [];

  constructor(concurrency: ReadonlyMap<string, number>) {
    this.#concurrency = concurrency;
  }

  arrive(call: ModelCall): void {
    this.#waiting.push(call);
    this.#startAll();
  }

  end(number: number): void {
    this.#running = this.#running.filter((call) => call.number !== number);
    this.#startAll();
  }

  leave(number: number): void {
    this.#waiting = this.#waiting.filter((call) => call.number !== number);
    this.#startAll();
  }

  #startAll(): void {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const { number } = next;
      this.starts.push(number);
      this.#running.push(next);
      this.#waiting = this.#waiting.filter((call) => call.number !== number);
    }
  }

  #next(): ModelCall | undefined {
    return this.#waiting
      .filter((call) => this.#hasSlots(call) && this.#blockersOf(call).length === 0)
      .map((call) => ({ call, urgency: this.#urgencyOf(call) }))
      .toSorted(
        (left, right) => left.urgency - right.urgency || left.call.number - right.call.number,
      )[0]?.call;
  }

  #hasSlots({ scopes }: ModelCall): boolean {
    return scopes.every((scope) => {
      const running = this.#running.filter((other) => other.scopes.includes(scope));
      return running.length < (this.#concurrency.get(scope) ?? Infinity);
    });
  }

  /** Those that came before it and that it cannot run beside. */
  #blockersOf(call: ModelCall): ModelCall[] {
    return [...this.#running, ...this.#waiting].filter(
      (other) => other.number < call.number && clash(call, other),
    );
  }

  /** By itself, or by those behind it that wait for it at a key where nobody is before it. */
  #urgencyOf(call: ModelCall): number {
    let { urgency } = call;
    for (const touch of call.touches) {
      const at = { ...call, touches: [touch] };
      if (this.#blockersOf(at).length > 0) continue;
      for (const other of this.#waiting) {
        const here = other.touches.filter(({ key }) => key === touch.key);
        if (other === call || here.length === 0) continue;
        const isBehind = this.#blockersOf({ ...other, touches: here }).length > 0;
        if (isBehind) urgency = Math.min(urgency, this.#urgencyOf(other));
      }
    }
    return urgency;
  }
}

function clash(left: ModelCall, right: ModelCall): boolean {
  return left.touches.some((one) =>
    right.touches.some((other) => one.key === other.key && (one.writes || other.writes)),
  );
}
