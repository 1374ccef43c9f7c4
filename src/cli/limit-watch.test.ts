import { expect, test } from "vitest";
import type { CallEvent } from "../core/call-event.ts";
import type { LimitStats } from "../core/limit-stats.ts";
import { VirtualClock } from "../testing/virtual-clock.ts";
import { LimitWatch } from "./limit-watch.ts";

const IDLE: LimitStats = {
  limit: "search",
  running: 0,
  concurrency: 2,
  queued: 0,
  held: 0,
  oldestWaitMs: 0,
  started: 0,
  refused: 0,
  rates: [],
  closedForMs: 0,
  breaker: undefined,
  tenants: [],
  keys: [],
};

const CALL = { at: 0, callNumber: 1, index: 0, callId: "c", toolName: "search" } as const;

function queued(waitingFor = "search"): CallEvent {
  return { ...CALL, type: "tool.queued", waitingFor };
}

/** A watch on one limit, and that limit. */
function watched(): {
  clock: VirtualClock;
  watch: LimitWatch;
  looks: () => number;
  set: (stats: Partial<LimitStats>) => void;
} {
  const clock = new VirtualClock();
  let stats = IDLE;
  let looks = 0;
  const watch = new LimitWatch(clock, () => {
    looks += 1;
    return [stats];
  });
  const set = (now: Partial<LimitStats>): void => {
    stats = { ...IDLE, ...now };
  };
  return { clock, watch, looks: () => looks, set };
}

test("what holds a call for the first time is looked at then, and again a little later", async () => {
  const { clock, watch, set } = watched();
  set({ running: 2, started: 2 });
  watch.hear(queued());
  set({ running: 1, queued: 7, oldestWaitMs: 10, started: 3 });
  await clock.advance(10);
  set({ running: 1, queued: 3, oldestWaitMs: 4, started: 9 });

  const [limit] = watch.end().limits;
  expect(limit?.peaks).toEqual({ running: 2, queued: 7, oldestWaitMs: 10 });
  expect(limit?.started).toBe(9);
});

test("many events are one look, and nothing is looked at while nothing happens", async () => {
  const { clock, watch, looks } = watched();
  for (let call = 0; call < 1_000; call += 1) watch.hear(queued());
  expect(looks()).toBe(1);
  await clock.advance(1_000);
  expect(looks()).toBe(2);
});

test("a congestion tells how many waited, though nobody looked", () => {
  const { watch, set } = watched();
  watch.hear({ type: "limit.congested", at: 0, limit: "search", queued: 40 });
  set({ started: 50 });
  const { limits, events } = watch.end();
  expect(limits[0]?.peaks).toEqual({ running: 1, queued: 40, oldestWaitMs: 0 });
  expect(events).toHaveLength(1);
});

test("limits that let nobody start and held nobody are left out, and no look is left behind", async () => {
  const { clock, watch } = watched();
  watch.hear(queued());
  expect(watch.end().limits).toEqual([]);
  expect(clock.pendingTimers).toBe(0);
});

test("a limit that only refused is told of", () => {
  const { watch, set } = watched();
  set({ refused: 3 });
  expect(watch.end().limits).toMatchObject([{ refused: 3, peaks: { running: 0 } }]);
});
