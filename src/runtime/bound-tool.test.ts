import { describe, expect, test } from "vitest";
import type { Tool, ToolOrigin } from "../core/tool.ts";
import { testTool } from "../testing/call-stage.ts";
import { VirtualClock } from "../testing/virtual-clock.ts";
import { type BoundTool, autoModeOf, bindTool } from "./bound-tool.ts";
import { createRuntime } from "./create-runtime.ts";
import { ResultLimits } from "./result-limits.ts";
import { RetryBudgets } from "./retry-policies.ts";
import { SharedResults } from "./shared-results.ts";

const clock = new VirtualClock();
const { executors } = createRuntime({ clock });
const shared = new SharedResults(clock);
const fromModule: ToolOrigin = {
  kind: "module",
  url: "file:///tools/math.ts",
  exportName: "add",
  member: { kind: "tool" },
};

function bind(settings: Partial<Tool> = {}, timeoutMs = 30_000): BoundTool {
  return bindTool(
    testTool("t", () => 1, settings),
    { executors, timeoutMs, retryBudgets: new RetryBudgets(), shared, results: new ResultLimits() },
  );
}

function modesOf({ executors: choices }: BoundTool): string[] {
  return Object.entries(choices).flatMap(([mode, choice]) =>
    "executor" in choice ? [`${mode} by ${choice.executor.mode}`] : [],
  );
}

describe("auto", () => {
  test.each<[string, ToolOrigin | undefined, string]>([
    ["a tool that says nothing of its origin", undefined, "async"],
    ["a closure", { kind: "closure" }, "async"],
    ["a tool of a module", fromModule, "process"],
    [
      "a method of a module's class",
      {
        ...fromModule,
        member: { kind: "method", method: "add", on: "class", parameters: ["a", "b"] },
      },
      "process",
    ],
  ])("runs %s where it is as safe as it can be", (_what, origin, mode) => {
    expect(autoModeOf(testTool("t", () => 1, { origin }))).toBe(mode);
    expect(bind({ origin }).autoMode).toBe(mode);
  });
});

describe("binding", () => {
  test("finds the executor of every mode the tool can run in, and why not for the others", () => {
    expect(modesOf(bind({ origin: fromModule }))).toEqual([
      "async by async",
      "thread by thread",
      "process by process",
    ]);
    const closure = bind();
    expect(modesOf(closure)).toEqual(["async by async"]);
    expect(closure.executors.process).toMatchObject({
      refusal: { code: "NOT_PORTABLE", details: { mode: "process" } },
    });
  });

  test("takes the tool's own settings, else the registry's and the defaults", () => {
    expect(bind()).toMatchObject({
      timeoutMs: 30_000,
      mode: undefined,
      retry: { maximumAttempts: 1 },
    });
    expect(bind({ timeoutMs: 5, mode: "thread", retry: { maximumAttempts: 4 } })).toMatchObject({
      timeoutMs: 5,
      mode: "thread",
      retry: { maximumAttempts: 4, initialIntervalMs: 200 },
    });
    expect(bind({ timeoutMs: Infinity }, 10).timeoutMs).toBe(Infinity);
  });

  test("coerces inputs, and takes outputs as they are", () => {
    const schema = { type: "object", properties: { n: { type: "integer" } } } as const;
    const { input, output } = bind({ input: schema, output: schema });
    expect(input.parse({ n: "7" })).toEqual({ ok: true, value: { n: 7 } });
    expect(output?.parse({ n: "7" })).toMatchObject({ ok: false, issues: [{ path: "/n" }] });
    expect(output?.parse({ n: 7 })).toEqual({ ok: true, value: { n: 7 } });
  });

  test("has no output validator where the tool has no output schema", () => {
    expect(bind().output).toBeUndefined();
  });

  test.each(["input", "output"] as const)(
    "refuses an %s schema that is broken, by the tool's name",
    (side) => {
      const broken = { type: "objekt" } as never;
      expect(() => bind({ [side]: broken })).toThrow(TypeError);
      expect(() => bind({ [side]: broken })).toThrow(new RegExp(`Tool "t", ${side} schema: `));
    },
  );
});
