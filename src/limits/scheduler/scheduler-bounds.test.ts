import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Actor } from "../../testing/scheduler-actor.ts";
import { SchedulerStage } from "../../testing/scheduler-stage.ts";

const keysOf = (input: readonly string[] | undefined): readonly string[] => input ?? [];

/** Everybody who runs ends, one after the other, until somebody runs; the starts until then. */
function startsUntil(stage: SchedulerStage, awaited: Actor): number {
  const from = stage.starts.length;
  for (let ended = 0; awaited.standing === "waiting" && ended < 10_000; ended += 1) {
    const [running] = stage.all("running");
    if (running !== undefined) stage.release(running);
  }
  return stage.starts.indexOf(awaited.number) - from;
}

describe("how long one waits is bounded:", () => {
  test("a call of low priority by those before it and those that come within its ageing", () => {
    const arrivals = fc.array(
      fc.record({ afterMs: fc.nat(9), priority: fc.integer({ min: 0, max: 3 }) }),
      { minLength: 20, maxLength: 80 },
    );
    const property = fc.property(arrivals, fc.integer({ min: 1, max: 30 }), (others, ageingMs) => {
      const stage = new SchedulerStage({ "*": { concurrency: 1, ageingMs } });
      stage.ask();
      const low = stage.ask({ priority: 3 });
      let within = 0;
      for (const { afterMs, priority } of others) {
        stage.advance(afterMs);
        if (stage.now <= low.call.ask.askedAt + ageingMs * 3) within += 1;
        stage.ask({ priority });
      }
      expect(startsUntil(stage, low)).toBeLessThanOrEqual(within);
    });
    fc.assert(property, { numRuns: 200 });
  });

  test.each([1, 4, 8])("a call behind %i others at a key by them, whoever else waits", (before) => {
    for (const tenants of [["x"], ["x", "y", "z"]]) {
      const stage = new SchedulerStage({ "*": { concurrency: 1, key: keysOf } });
      stage.ask({ tenant: "busy" });
      for (let asked = 0; asked < before; asked += 1) {
        const tenant = tenants[asked % tenants.length];
        stage.ask({ input: ["k"], priority: 9, tenant });
      }
      for (let asked = 0; asked < 500; asked += 1) stage.ask({ priority: 5, tenant: "x" });
      const high = stage.ask({ input: ["k"], priority: 0, tenant: "x" });
      expect(startsUntil(stage, high)).toBeLessThanOrEqual(before + 1);
    }
  });

  test("a call at the end of a chain of keys by the chain", () => {
    const stage = new SchedulerStage({ "*": { concurrency: 1, key: keysOf } });
    stage.ask();
    for (const input of [
      ["a", "b"],
      ["b", "c"],
      ["c", "d"],
    ])
      stage.ask({ input, priority: 9 });
    for (let asked = 0; asked < 500; asked += 1) stage.ask({ priority: 5 });
    const high = stage.ask({ input: ["d"], priority: 0 });
    expect(startsUntil(stage, high)).toBeLessThanOrEqual(4);
  });
});

describe("nobody is woken for nothing:", () => {
  test.each([1, 3, 7])("when %i end at once, so many start, one with each", (ending) => {
    const stage = new SchedulerStage({ "*": { concurrency: 8 }, a: { concurrency: 7 } });
    for (let asked = 0; asked < 200; asked += 1) stage.ask({ tenant: `${asked % 5}` });
    for (const actor of stage.all("running").slice(0, ending)) {
      const { length } = stage.starts;
      stage.release(actor);
      expect(stage.starts.length - length).toBe(1);
    }
  });

  test("a rate that opens lets in so many as it allows", () => {
    const rate = { limit: 5, perMs: 100 };
    const stage = new SchedulerStage({ "*": { concurrency: 99, rate } });
    for (let asked = 0; asked < 30; asked += 1) stage.ask();
    for (let window = 1; window <= 6; window += 1) {
      expect(stage.starts.length).toBe(Math.min(30, window * 5));
      stage.advance(100);
    }
  });
});
