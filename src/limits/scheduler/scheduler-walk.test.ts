import { describe, expect, test } from "vitest";
import { type Fault, withFault } from "../../testing/scheduler-parts.ts";
import { type WalkOptions, checkSchedulerWalks } from "../../testing/scheduler-walk.ts";

describe("whatever happens: limits hold, nobody waits who could run, everybody is answered once:", () => {
  test.each<[string, WalkOptions]>([
    ["with concurrency, rates, shares kept and lent, nested calls, changes", {}],
    ["with queues that are full", { queues: true }],
    ["with keys", { keys: true, queues: true }],
    ["with tokens", { tokens: true }],
    ["with breakers, closed limits and slow starts", { failures: true, slowStart: true }],
  ])("%s", (_with, options) => {
    checkSchedulerWalks(options, 700);
  });
});

/** Faults, the walks that are to find them, and what they say then. */
const faults: [string, Fault, WalkOptions, RegExp][] = [
  [
    "lets whoever goes next at a limit wait elsewhere without a look at the one behind it",
    [
      {
        file: "scheduler/gatekeeper.ts",
        before: "else this.#move(flow, holder, step);\n    return step.now;",
        after:
          "else {\n      this.#move(flow, holder, step);\n      return Infinity;\n    }\n    return step.now;",
      },
      {
        file: "scheduler/gatekeeper.ts",
        before: "gate.borrowers.delete(flow);\n    this.open(gate);",
        after: "gate.borrowers.delete(flow);",
      },
    ],
    {},
    /waits although it could run/,
  ],
  [
    "frees two slots at a release",
    [
      {
        file: "scheduler/gate.ts",
        before: "    this.running -= 1;",
        after: "    this.running -= this.running > 1 ? 2 : 1;",
      },
    ],
    {},
    /had no slot|run, and/,
  ],
  [
    "looks at a rate and takes nothing",
    [
      {
        file: "scheduler/gate-receipt.ts",
        before: "meter.take(now, 1)",
        after: "meter.opensAt(now, 1)",
      },
    ],
    {},
    /more starts than its rate/,
  ],
  [
    "keeps calls that gave up",
    [
      {
        file: "scheduler/scheduler.ts",
        before: 'if (phase === "queued") this.#keeper.remove(flow, call);',
        after: 'if (phase === "new") this.#keeper.remove(flow, call);',
      },
    ],
    {},
    /start of one that is left|wait|refuse of one/,
  ],
  [
    "lets a reader go past a writer",
    [
      {
        file: "scheduler/resource-locks.ts",
        before: 'if (group === undefined || access === "write" || group.access === "write") {',
        after: 'if (group === undefined || access === "write") {',
      },
    ],
    { keys: true },
    /run with the key/,
  ],
  [
    "keeps what was reserved, whatever was used",
    [
      {
        file: "scheduler/gate-receipt.ts",
        before: "meter.settle(",
        after: "meter.opensAt(now,",
      },
    ],
    { tokens: true },
    /tokens/,
  ],
];

describe("the walks catch a scheduler that", () => {
  test.each(faults)("%s", async (_how, fault, options, finding) => {
    const parts = await withFault(fault);
    expect(() => checkSchedulerWalks(options, 300, { parts, seed: 4 })).toThrow(finding);
  });

  test("and tell when a fault can no longer be put in", async () => {
    const fault = [{ file: "scheduler/gate.ts", before: "not there", after: "" }];
    await expect(withFault(fault)).rejects.toThrow("exactly once");
  });
});
