/** Limiters that run at most so many at once, behind one interface. */
import Bottleneck from "bottleneck";
import { bulkhead } from "cockatiel";
import pLimit from "p-limit";
import PQueue from "p-queue";
import type { LimitsOptions } from "../../src/limits/limit-options.ts";
import { type Clock, SystemClock } from "../../src/time/clock.ts";
import type { Entrant, Readings } from "../pools/turns.ts";
import { type Asked, ourLimiter, runUnder } from "./our-limiter.ts";

/** Runs work when it may. */
export type Run = <Answer>(work: () => Answer | Promise<Answer>, asked?: Asked) => Promise<Answer>;

/** A limiter that is measured. */
export interface Lane {
  readonly title: string;
  readonly isOurs: boolean;
  /** A new one. */
  open(): Run;
}

/** Measures a lane. */
export function entrantOf(
  { title, isOurs }: Pick<Lane, "title" | "isOurs">,
  measure: () => Promise<Readings>,
): Entrant {
  return { title, isOurs, measure };
}

/** Ours, with these limits. */
export function ourLane(
  title: string,
  limits: LimitsOptions,
  clock: Clock = new SystemClock(),
): Lane {
  const open = (): Run => {
    const limiter = ourLimiter(limits, clock);
    return async (work, asked) => runUnder(limiter, { clock, asked }, work);
  };
  return { title, isOurs: true, open };
}

/** p-queue. A larger priority runs sooner there, so it is turned round. */
export function pQueueLane(concurrency: number): Lane {
  const open = (): Run => {
    const queue = new PQueue({ concurrency });
    return async (work, asked) =>
      queue.add(async () => work(), { priority: -(asked?.priority ?? 0) });
  };
  return { title: "p-queue", isOurs: false, open };
}

/** bottleneck; what it is given must return a promise. */
export function bottleneckLane(concurrency: number): Lane {
  const open = (): Run => {
    const limiter = new Bottleneck({ maxConcurrent: concurrency });
    return async (work) => limiter.schedule(async () => work());
  };
  return { title: "bottleneck", isOurs: false, open };
}

/** p-limit. */
export function pLimitLane(concurrency: number): Lane {
  const open = (): Run => {
    const limit = pLimit(concurrency);
    return async (work) => limit(async () => work());
  };
  return { title: "p-limit", isOurs: false, open };
}

/** cockatiel's bulkhead; refuses more than `queued` that wait. */
export function bulkheadLane(concurrency: number, queued = Infinity): Lane {
  const open = (): Run => {
    const policy = bulkhead(concurrency, queued);
    return async (work) => policy.execute(async () => work());
  };
  return { title: "cockatiel bulkhead", isOurs: false, open };
}
