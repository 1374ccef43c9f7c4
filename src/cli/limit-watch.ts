/** What limits do while a run goes on: stats say how things stand, and nothing of how they stood before. */
import type { LimitEvent } from "../core/limit-event.ts";
import type { LimitStats } from "../core/limit-stats.ts";
import type { ToolyardEvent } from "../runtime/event-hub.ts";
import type { CancelTimer, Clock } from "../time/clock.ts";

/** Limits are looked at no more often, in milliseconds: a look passes everybody who waits. */
const LOOK_EVERY_MS = 10;

/** The most that was seen of a limit during a run. */
export interface LimitPeaks {
  readonly running: number;
  /** Attempts that waited and that it applied to, whatever held them. */
  readonly queued: number;
  readonly oldestWaitMs: number;
}

/** One limit at the end of a run, and the most that was seen of it. */
export interface WatchedLimit extends LimitStats {
  readonly peaks: LimitPeaks;
}

/** What there is to explain of a run. */
export interface LimitReport {
  /** Every limit that let somebody start, refused or held somebody. */
  readonly limits: readonly WatchedLimit[];
  /** What was told of limits, in order. */
  readonly events: readonly LimitEvent[];
}

const NOTHING: LimitPeaks = { running: 0, queued: 0, oldestWaitMs: 0 };

/** Watches the limits of a registry. */
export class LimitWatch {
  readonly #clock: Pick<Clock, "setBackgroundTimer">;
  readonly #look: () => readonly LimitStats[];
  readonly #peaks = new Map<string, LimitPeaks>();
  readonly #held = new Set<string>();
  readonly #events: LimitEvent[] = [];
  #cancelLook: CancelTimer | undefined;

  /** @param look - How the limits stand now. */
  constructor(clock: Pick<Clock, "setBackgroundTimer">, look: () => readonly LimitStats[]) {
    this.#clock = clock;
    this.#look = look;
  }

  /** Takes in an event; to be put on the registry's `"*"`. */
  readonly hear = (event: ToolyardEvent): void => {
    if (event.type === "tool.queued") {
      // Whatever holds somebody for the first time is full at that very moment.
      if (!this.#held.has(event.waitingFor)) this.#note();
      this.#held.add(event.waitingFor);
      this.#lookSoon();
    } else if (event.type === "tool.started") this.#lookSoon();
    else if ("limit" in event) this.#heardOf(event);
  };

  /** Looks a last time. Call it once, while the registry is still there. */
  end(): LimitReport {
    this.#cancelLook?.();
    const limits = this.#note().flatMap((stats) => {
      if (stats.started > 0) this.#raise(stats.limit, { running: 1 });
      const peaks = this.#peaks.get(stats.limit) ?? NOTHING;
      const isOfUse = stats.started + stats.refused + peaks.queued > 0;
      return isOfUse ? [{ ...stats, peaks }] : [];
    });
    return { limits, events: this.#events };
  }

  #heardOf(event: LimitEvent): void {
    this.#events.push(event);
    if (event.type === "limit.congested") this.#raise(event.limit, { queued: event.queued });
    this.#lookSoon();
  }

  #lookSoon(): void {
    this.#cancelLook ??= this.#clock.setBackgroundTimer(LOOK_EVERY_MS, () => {
      this.#cancelLook = undefined;
      this.#note();
    });
  }

  #note(): readonly LimitStats[] {
    const seen = this.#look();
    for (const { limit, running, queued, oldestWaitMs } of seen) {
      this.#raise(limit, { running, queued, oldestWaitMs });
    }
    return seen;
  }

  #raise(limit: string, seen: Partial<LimitPeaks>): void {
    const known = this.#peaks.get(limit) ?? NOTHING;
    this.#peaks.set(limit, {
      running: Math.max(known.running, seen.running ?? 0),
      queued: Math.max(known.queued, seen.queued ?? 0),
      oldestWaitMs: Math.max(known.oldestWaitMs, seen.oldestWaitMs ?? 0),
    });
  }
}
