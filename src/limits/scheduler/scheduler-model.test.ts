import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matchScopes } from "../match-scopes.ts";
import { SchedulerModel } from "../../testing/scheduler-model.ts";
import { SchedulerStage } from "../../testing/scheduler-stage.ts";

const tools = [
  { name: "a", tags: ["t"] },
  { name: "b" },
  { name: "m.x", tags: ["t"] },
  { name: "m.y", tags: ["t"], annotations: { readOnly: true } },
];
const keysOf = (input: readonly string[]): readonly string[] => input;

const cap = fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined });
const caps = fc.record({
  "*": fc.integer({ min: 1, max: 4 }),
  a: cap,
  "m*": cap,
  "tag:t": cap,
  "source:m": cap,
});
const act = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      does: fc.constant("ask" as const),
      tool: fc.nat(3),
      priority: fc.integer({ min: -2, max: 2 }),
      keys: fc.uniqueArray(fc.constantFrom("k", "l", "n"), { maxLength: 2 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ does: fc.constant("end" as const), which: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("leave" as const), which: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("wait" as const), which: fc.nat(9) }) },
);

/** Lets one that runs end, or one that waits give up. */
function doOther(
  stage: SchedulerStage,
  model: SchedulerModel,
  { does, which }: { readonly does: "end" | "leave"; readonly which: number },
): void {
  const actors = stage.all(does === "end" ? "running" : "waiting");
  const actor = actors[which % Math.max(1, actors.length)];
  if (actor === undefined) return;
  if (does === "end") stage.release(actor);
  else stage.leave(actor);
  model[does](actor.number);
}

describe("who starts, and in what order, is what a list that is looked through each time says:", () => {
  test.each([
    ["concurrency and priorities", false],
    ["and keys, with urgency lent along them", true],
  ])("%s", (_what, hasKeys) => {
    const walks = fc.array(act, { maxLength: 60, size: "max" });
    const property = fc.property(caps, walks, (limits, acts) => {
      const settings: Record<string, object> = {};
      for (const [scope, concurrency] of Object.entries(limits)) {
        if (concurrency !== undefined) settings[scope] = { concurrency };
      }
      const everything = { concurrency: limits["*"], ageingMs: 7, key: keysOf };
      const stage = new SchedulerStage({ ...settings, "*": everything });
      const model = new SchedulerModel(
        new Map(Object.entries(limits).map(([scope, most]) => [scope, most ?? Infinity])),
      );
      for (const one of acts) {
        if (one.does === "ask") {
          const tool = tools[one.tool] ?? { name: "a" };
          const input = hasKeys ? one.keys : [];
          const { number } = stage.ask({ tool, input, priority: one.priority });
          model.arrive({
            number,
            scopes: matchScopes(Object.keys(limits), tool),
            urgency: stage.now + one.priority * 7,
            touches: input.map((key) => ({ key, writes: tool.name !== "m.y" })),
          });
        } else if (one.does === "wait") stage.advance(one.which);
        else doOther(stage, model, { does: one.does, which: one.which });
        expect(stage.starts).toEqual(model.starts);
      }
    });
    fc.assert(property, { numRuns: 1_000, includeErrorInReport: true });
  });
});
