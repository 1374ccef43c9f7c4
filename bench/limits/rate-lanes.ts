/** Limiters that let so many start in a second, behind one interface. */
import Bottleneck from "bottleneck";
import pThrottle from "p-throttle";
import PQueue from "p-queue";
import { RateLimiterMemory, RateLimiterQueue } from "rate-limiter-flexible";
import type { RateKind } from "../../src/limits/limit-options.ts";
import type { Lane, Run } from "./lanes.ts";
import { ourLane } from "./lanes.ts";

const INTERVAL_MS = 1_000;

/** Everybody, at `limit` a second; peers in each of their modes. */
export function rateLanes(limit: number): Lane[] {
  return [
    ...(["sliding", "fixed", "bucket"] as const).map((kind) => oursOf(kind, limit)),
    pQueueRate("p-queue", limit, {}),
    pQueueRate("p-queue strict", limit, { strict: true }),
    pQueueRate("p-queue carryover", limit, { carryoverIntervalCount: true }),
    bottleneckReservoir(limit),
    flexible(limit),
    throttle("p-throttle", limit, false),
    throttle("p-throttle strict", limit, true),
  ];
}

function oursOf(kind: RateKind, limit: number): Lane {
  const rate = { limit, per: "second", kind } as const;
  return ourLane(`toolyard ${kind}`, { "*": { concurrency: 10_000, rate } });
}

function pQueueRate(
  title: string,
  limit: number,
  mode: { readonly strict?: boolean; readonly carryoverIntervalCount?: boolean },
): Lane {
  const open = (): Run => {
    const queue = new PQueue({ interval: INTERVAL_MS, intervalCap: limit, ...mode });
    return async (work) => queue.add(async () => work());
  };
  return { title, isOurs: false, open };
}

function bottleneckReservoir(limit: number): Lane {
  const open = (): Run => {
    const limiter = new Bottleneck({
      reservoir: limit,
      reservoirRefreshAmount: limit,
      reservoirRefreshInterval: INTERVAL_MS,
    });
    return async (work) => limiter.schedule(async () => work());
  };
  return { title: "bottleneck reservoir", isOurs: false, open };
}

function flexible(limit: number): Lane {
  const open = (): Run => {
    const queue = new RateLimiterQueue(new RateLimiterMemory({ points: limit, duration: 1 }));
    return async (work) => {
      await queue.removeTokens(1);
      return work();
    };
  };
  return { title: "rate-limiter-flexible queue", isOurs: false, open };
}

function throttle(title: string, limit: number, strict: boolean): Lane {
  const open = (): Run => {
    const throttled = pThrottle({ limit, interval: INTERVAL_MS, strict })(
      async (work: () => unknown) => work(),
    );
    return async <Answer>(work: () => Answer | Promise<Answer>) =>
      throttled(work) as Promise<Answer>;
  };
  return { title, isOurs: false, open };
}
