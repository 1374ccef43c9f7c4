import { assert, double, nat, option, property, record } from "fast-check";
import { describe, expect, test } from "vitest";
import { type PoolDemand, PoolSizer } from "./pool-sizer.ts";

const CORES = 4;
const sizer = (options: { min?: number; max?: number; spares?: number } = {}): PoolSizer =>
  new PoolSizer({ min: 0, max: 32, spares: 1, ...options }, CORES);

const demand = (parts: Partial<PoolDemand>): PoolDemand => ({
  size: 0,
  starting: 0,
  idle: 0,
  waiting: 0,
  oldestWaitMs: 0,
  computing: undefined,
  ...parts,
});

describe("a pool", () => {
  test("starts a worker for each call that waits, up to the cores, at once", () => {
    expect(sizer().grow(demand({ waiting: 3 }))).toEqual({ start: 3, reason: "calls-wait" });
    expect(sizer().grow(demand({ waiting: 100 }))).toEqual({ start: 4, reason: "calls-wait" });
    expect(sizer().grow(demand({ size: 3, waiting: 100 }))?.start).toBe(1);
  });

  test("counts on the workers that start already", () => {
    expect(sizer().grow(demand({ size: 2, starting: 2, waiting: 2 }))).toBeUndefined();
    expect(sizer().grow(demand({ size: 2, starting: 2, waiting: 3 }))?.start).toBe(1);
  });

  test("starts what is missing to its minimum though no call waits", () => {
    expect(sizer({ min: 8 }).grow(demand({ size: 5 }))).toEqual({ start: 3, reason: "minimum" });
    expect(sizer({ min: 8 }).grow(demand({ size: 8 }))).toBeUndefined();
  });

  test("never grows past the cores for calls that compute", () => {
    const busy = demand({ size: 4, waiting: 100, oldestWaitMs: 60_000, computing: 4 });
    expect(sizer().grow(busy)).toBeUndefined();
  });

  test("does not grow past the cores while little of them is left unused", () => {
    const nearly = demand({ size: 8, waiting: 100, oldestWaitMs: 60_000, computing: 2.5 });
    expect(sizer().grow(nearly)).toBeUndefined();
  });

  test("does not grow past the cores before it knows what its workers do", () => {
    const unknown = demand({ size: 4, waiting: 100, oldestWaitMs: 60_000 });
    expect(sizer().grow(unknown)).toBeUndefined();
  });

  test("doubles, up to its maximum, when calls wait behind workers that only wait", () => {
    const blocked = { waiting: 100, oldestWaitMs: 30, computing: 0.1 };
    const grown = { start: 8, reason: "blocking-wait" };
    expect(sizer().grow(demand({ size: 8, ...blocked }))).toEqual(grown);
    expect(sizer().grow(demand({ size: 20, ...blocked }))?.start).toBe(12);
    expect(sizer().grow(demand({ size: 32, ...blocked }))).toBeUndefined();
  });

  test("grows by as much as the cores left unused can carry", () => {
    const half = demand({ size: 8, waiting: 100, oldestWaitMs: 30, computing: 2.4 });
    expect(sizer().grow(half)?.start).toBe(6);
  });

  test("waits for those that start before it grows past the cores again", () => {
    const blocked = { size: 8, waiting: 100, oldestWaitMs: 30, computing: 0 };
    expect(sizer().grow(demand({ ...blocked, starting: 1 }))).toBeUndefined();
  });

  test("does not grow past the cores for a short queue", () => {
    const brief = demand({ size: 4, waiting: 100, oldestWaitMs: 5, computing: 0 });
    expect(sizer().grow(brief)).toBeUndefined();
  });

  test("keeps a spare while all are busy and cores are free", () => {
    expect(sizer().spare(demand({ size: 2 }))).toEqual({ start: 1, reason: "spare" });
    expect(sizer().spare(demand({ size: 2, idle: 1 }))).toBeUndefined();
    expect(sizer().spare(demand({ size: 2, starting: 1 }))).toBeUndefined();
    expect(sizer().spare(demand({ size: 4 }))).toBeUndefined();
    expect(sizer({ spares: 0 }).spare(demand({ size: 2 }))).toBeUndefined();
  });

  test("keeps its spares while others are busy, and its least number always", () => {
    expect(sizer().keep(0)).toBe(0);
    expect(sizer({ min: 3 }).keep(0)).toBe(3);
    expect(sizer().keep(1)).toBe(2);
    expect(sizer().keep(4)).toBe(4);
    expect(sizer({ max: 32 }).keep(20)).toBe(20);
    expect(sizer({ spares: 0 }).keep(2)).toBe(2);
  });

  test("has no spare before its first call", () => {
    expect(sizer().spare(demand({ size: 0 }))).toBeUndefined();
  });

  test("never starts more than calls wait for, nor more than its maximum, whatever it is told", () => {
    const counts = nat({ max: 64 });
    const demands = record({
      size: counts,
      starting: counts,
      idle: counts,
      waiting: nat({ max: 1_000 }),
      oldestWaitMs: double({ min: 0, max: 1_000, noNaN: true }),
      computing: option(double({ min: 0, max: 8, noNaN: true }), { nil: undefined }),
    });
    const options = record({ min: counts, more: counts, spares: counts }).map(
      ({ min, more, spares }) => ({ min, max: Math.max(1, min + more), spares }),
    );
    assert(
      property(demands, options, (told, { min, max, spares }) => {
        const pool = sizer({ min, max, spares });
        for (const growth of [pool.grow(told), pool.spare(told)]) {
          if (growth === undefined) continue;
          expect(growth.start).toBeGreaterThan(0);
          expect(told.size + growth.start).toBeLessThanOrEqual(max);
          if (growth.reason === "calls-wait" || growth.reason === "blocking-wait")
            expect(growth.start).toBeLessThanOrEqual(told.waiting - told.starting);
        }
      }),
    );
  });
});
