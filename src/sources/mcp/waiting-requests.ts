/** Requests that wait for a connection. */
import type { ToolError } from "../../core/tool-error.ts";
import type { CancelTimer, Clock } from "../../time/clock.ts";

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
  readonly isPatient: boolean;
}

/** The longest a timer waits; it is taken back before. */
const LONG_MS = 2 ** 31 - 1;

/** Lets requests wait, and keeps the program alive while some do: connections and their timers do not. */
export class WaitingRequests {
  readonly #clock: Clock;
  readonly #waiting = new Set<Waiting>();
  #release: CancelTimer = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Resolves when a connection is up. Rejects with the signal's reason, or with why there is none.
   *
   * @param isPatient - Whether it goes on waiting when the next try has failed too.
   */
  async wait(signal: AbortSignal, isPatient: boolean): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting: Waiting = { resolve, reject, isPatient };
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    if (this.#waiting.size === 0) this.#release = this.#clock.setTimer(LONG_MS, () => {});
    this.#waiting.add(waiting);
    try {
      await promise;
    } finally {
      signal.removeEventListener("abort", onAbort);
      this.#waiting.delete(waiting);
      if (this.#waiting.size === 0) this.#release();
    }
  }

  /** A connection is up. */
  letGo(): void {
    for (const { resolve } of this.#waiting) resolve();
  }

  /** A try has failed. @param isFinal - There will be no other. */
  refuse(error: ToolError, isFinal: boolean): void {
    for (const { reject, isPatient } of this.#waiting) if (isFinal || !isPatient) reject(error);
  }
}
