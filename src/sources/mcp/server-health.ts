/** Finds out whether a server that is silent still lives. */
import type { CancelTimer, Clock } from "../../time/clock.ts";

/** What {@link ServerHealth} is made with. */
export interface HealthParts {
  readonly clock: Clock;
  /** How long a server must have been silent to be asked. */
  readonly intervalMs: number;
  /** How long it may take to answer. */
  readonly timeoutMs: number;
  /** Whether calls run: they show by themselves whether it lives. */
  readonly isBusy: () => boolean;
  /** Asks it. Resolves with whether it answered, with anything at all. */
  readonly ping: (signal: AbortSignal) => Promise<boolean>;
  /** It did not answer in time. */
  readonly onHung: () => void;
}

/** Pings an idle server, and one that is under suspicion. Anything that it sends counts as a sign of life. */
export class ServerHealth {
  readonly #parts: HealthParts;
  #lastHeardAt: number;
  #cancelTimer: CancelTimer = () => {};
  #check:
    | { readonly alive: Promise<boolean>; readonly settle: (isAlive: boolean) => void }
    | undefined;
  #isClosed = false;

  constructor(parts: HealthParts) {
    this.#parts = parts;
    this.#lastHeardAt = parts.clock.now();
  }

  /** Begins to look after it. */
  start(): void {
    this.#wait(this.#parts.intervalMs);
  }

  /** It has sent something. */
  heard(): void {
    this.#lastHeardAt = this.#parts.clock.now();
    this.#check?.settle(true);
  }

  /** Asks it now, unless it is being asked. Resolves with whether it lives. */
  check(): Promise<boolean> {
    if (this.#isClosed) return Promise.resolve(false);
    return (this.#check ?? this.#begin()).alive;
  }

  /** Stops asking; a check under way ends with false. */
  close(): void {
    this.#isClosed = true;
    this.#cancelTimer();
    this.#check?.settle(false);
  }

  #begin(): { readonly alive: Promise<boolean> } {
    const { clock, timeoutMs, ping, onHung } = this.#parts;
    const answer = Promise.withResolvers<boolean>();
    const asking = new AbortController();
    const cancelTimer = clock.setBackgroundTimer(timeoutMs, () => {
      settle(false);
      onHung();
    });
    const settle = (isAlive: boolean): void => {
      cancelTimer();
      this.#check = undefined;
      answer.resolve(isAlive);
      asking.abort();
    };
    const check = { alive: answer.promise, settle };
    this.#check = check;
    const answered = (isAlive: boolean): void => {
      if (this.#check === check) settle(isAlive);
    };
    ping(asking.signal).then(answered, () => answered(false));
    return check;
  }

  #wait(ms: number): void {
    if (this.#isClosed || ms === Infinity) return;
    this.#cancelTimer = this.#parts.clock.setBackgroundTimer(ms, () => this.#onTimer());
  }

  #onTimer(): void {
    const { clock, intervalMs, isBusy } = this.#parts;
    const silentMs = clock.now() - this.#lastHeardAt;
    if (silentMs < intervalMs) {
      this.#wait(intervalMs - silentMs);
      return;
    }
    if (!isBusy()) void this.check();
    this.#wait(intervalMs);
  }
}
