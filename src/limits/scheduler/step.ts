import type { ToolError } from "../../core/tool-error.ts";
import type { LimitsOptions } from "../limit-options.ts";
import type { AttemptFacts, PermitOutcome } from "../limiter.ts";
import type { GateChange } from "./gate-change.ts";
import type { QueuedCall } from "./queued-call.ts";

/** What happened. */
export type Happening =
  /** An attempt asks to start. */
  | { readonly type: "arrive"; readonly call: QueuedCall }
  /** One that waits gives up. There is no decision about it. */
  | { readonly type: "leave"; readonly call: QueuedCall }
  /** The work of one that was let in begins: rates count it from here. */
  | { readonly type: "begin"; readonly call: QueuedCall }
  /** One that runs is over. */
  | {
      readonly type: "release";
      readonly call: QueuedCall;
      readonly outcome: PermitOutcome;
      readonly facts: AttemptFacts | undefined;
    }
  /** Time has passed: the scheduler's `wakeAt` has come. */
  | { readonly type: "tick" }
  /** Settings change. */
  | { readonly type: "change"; readonly limits: LimitsOptions }
  /** Everybody who waits is refused, but those that a running attempt makes. */
  | { readonly type: "clear"; readonly error: ToolError };

/** What to do about it, in this order. */
export type Decision =
  | { readonly type: "start"; readonly call: QueuedCall }
  /** It waits; `limit` is what holds it. Told again when that changes. */
  | { readonly type: "wait"; readonly call: QueuedCall; readonly limit: string }
  | { readonly type: "refuse"; readonly call: QueuedCall; readonly error: ToolError }
  | { readonly type: "tell"; readonly limit: string; readonly change: GateChange };

const NOTHING: readonly Decision[] = [];

/** One step: when, by what chance, and what came of it so far. */
export class Step {
  #now = 0;
  #chance = 0;
  #decisions: Decision[] | undefined;

  /** Begins at a time, never before the last, with a number by chance. Decisions given out before stay as they are. */
  begin(now: number, chance: number): void {
    this.#now = now;
    this.#chance = chance;
    this.#decisions = undefined;
  }

  /** Milliseconds. */
  get now(): number {
    return this.#now;
  }

  /** Uniform in [0, 1). */
  get chance(): number {
    return this.#chance;
  }

  /** What came of it. */
  get decisions(): readonly Decision[] {
    return this.#decisions ?? NOTHING;
  }

  decide(decision: Decision): void {
    if (this.#decisions === undefined) this.#decisions = [decision];
    else this.#decisions.push(decision);
  }

  tell(limit: string, change: GateChange): void {
    this.decide({ type: "tell", limit, change });
  }

  /** Tells nothing of what was to be told after all. */
  takeBack(isWrong: (change: GateChange) => boolean): void {
    this.#decisions = this.#decisions?.filter(
      (decision) => decision.type !== "tell" || !isWrong(decision.change),
    );
  }
}
