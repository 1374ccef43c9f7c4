import { describe, expect, test } from "vitest";
import { type SchedulerParts, withFault } from "../../testing/scheduler-parts.ts";

/** Comparisons in heaps are counted here by the copy of the scheduler that is looked at. */
const counter = globalThis as { comparisons?: number };

/** The scheduler with its heaps counting how often they compare. */
async function counting(): Promise<SchedulerParts> {
  const file = "scheduler/indexed-heap.ts";
  const methods = ["#comesBefore(left: number, right: number)", "#compare(place: number)"];
  const types = ["boolean", "number"];
  return withFault(
    methods.map((method, index) => {
      const before = `${method}: ${types[index]} {`;
      return { file, before, after: `${before}\n    globalThis.comparisons += 1;` };
    }),
  );
}

/** Comparisons for each arrival, each cancel and each start with `queued` calls in scopes that are nested. */
function costsAt(parts: SchedulerParts, queued: number): readonly number[] {
  const { Scheduler, QueuedCall, makeGateMeters } = parts;
  const limits = { "*": { concurrency: 2 }, "m*": { concurrency: 2 }, "tag:t": { concurrency: 2 } };
  const scheduler = new Scheduler(limits, (options, scope) =>
    makeGateMeters(options, scope, { ms: 0 }),
  );
  const calls = Array.from({ length: queued }, (_, place) => {
    const tool = { name: `m${place % 50}`, tags: place % 2 === 0 ? ["t"] : [] };
    const priority = (place * 7_919) % 1_000;
    const ask = { tool, input: undefined, priority, tenant: `${place % 97}`, askedAt: 0 };
    return new QueuedCall({ ...ask, deadline: { expiresAt: Infinity } }, undefined);
  });
  const counted = (run: () => number): number => {
    counter.comparisons = 0;
    return (run() && (counter.comparisons ?? 0)) / queued;
  };
  const arrive = counted(() => {
    for (const call of calls) scheduler.step({ type: "arrive", call }, 0, 0);
    return queued;
  });
  const leave = counted(() => {
    for (const call of calls) {
      if (call.order % 2 === 1) scheduler.step({ type: "leave", call }, 0, 0);
    }
    return queued;
  });
  const serve = counted(() => {
    const running = calls.filter(({ phase }) => phase === "running");
    for (let call = running.pop(); call !== undefined; call = running.pop()) {
      const facts = { runMs: 1 };
      const ended = { type: "release", call, outcome: "success", facts } as const;
      for (const decision of scheduler.step(ended, 0, 0)) {
        if (decision.type === "start") running.push(decision.call);
      }
    }
    return queued;
  });
  expect(calls.every(({ phase }) => phase === "over")).toBe(true);
  return [arrive, leave, serve];
}

describe("what a step costs grows by the logarithm of the queue:", () => {
  test("a hundred times the calls do not double the comparisons of an arrival, a cancel or a start", async () => {
    const parts = await counting();
    const few = costsAt(parts, 500);
    const many = costsAt(parts, 50_000);
    for (const [kind, cost] of many.entries()) {
      expect(cost, `${kind}: ${few.join()} and ${many.join()}`).toBeLessThan(60);
      expect(cost, `${kind}: ${few.join()} and ${many.join()}`).toBeLessThan(
        2 * (few[kind] ?? 0) + 2,
      );
    }
  });
});
