import { describe, expect, test } from "vitest";
import {
  startsBeforeNewcomer,
  startsOfLatecomer,
  weightedJainIndex,
} from "../../testing/scheduler-fairness.ts";
import { type Fault, WHOLE_SCHEDULER, withFault } from "../../testing/scheduler-parts.ts";

/** The cases in which a newly active tenant waits for more starts than there are others. */
function late(cases: number, parts = WHOLE_SCHEDULER): number[] {
  const found: number[] = [];
  for (let seed = 0; seed < cases; seed += 1) {
    const { before, active } = startsBeforeNewcomer(parts, seed);
    if (before > active - 1) found.push(seed);
  }
  return found;
}

describe("fairness between tenants", () => {
  test("comes to their weights, though nobody knows before what calls cost", () => {
    expect(weightedJainIndex(WHOLE_SCHEDULER, 8_000)).toBeGreaterThanOrEqual(0.999);
  });

  test("is not lost on who comes after another was served alone for long, nor saved up", () => {
    const starts = startsOfLatecomer(WHOLE_SCHEDULER);
    expect([starts >= 19, starts <= 22]).toEqual([true, true]);
  });

  test("of F active tenants, a new one starts after at most F - 1 others", () => {
    expect(late(10_000)).toEqual([]);
  });
});

describe("the tests of fairness catch a scheduler that", () => {
  const uncorrected: Fault = [
    {
      file: "scheduler/end-attempt.ts",
      before: "gate.actualCost(charged, facts));",
      after: "charged);",
    },
  ];
  const timeless: Fault = [
    {
      file: "scheduler/gate-line.ts",
      before: "Math.min(this.#virtualTime, this.#smallestSettled())",
      after: "0",
    },
  ];

  const hasty: Fault = [
    {
      file: "scheduler/gate-line.ts",
      before: "({ account }) => account.tag - account.pending",
      after: "({ account }) => account.tag",
    },
    {
      file: "scheduler/gate-line.ts",
      before: "Infinity : account.tag - account.pending;",
      after: "Infinity : account.tag;",
    },
  ];

  test("does not correct what was charged", async () => {
    expect(weightedJainIndex(await withFault(uncorrected), 4_000)).toBeLessThan(0.99);
  });

  test("lets who was away begin where it was", async () => {
    expect(startsOfLatecomer(await withFault(timeless))).toBeGreaterThan(30);
  });

  test("lets newcomers begin by what others were charged for what still runs", async () => {
    expect(late(1_000, await withFault(hasty)).length).toBeGreaterThan(3);
  });
});
