import { describe, expect, test } from "vitest";
import type { OkResult, ToolResult } from "../core/tool-result.ts";
import type { Tool } from "../core/tool.ts";
import { CallStage, testTool } from "../testing/call-stage.ts";
import { outputBytes } from "../testing/output-bytes.ts";
import { ResultLimits, type ResultOptions } from "./result-limits.ts";

const LONG = "line\n".repeat(1_000);

function stageOf(settings: Partial<Tool>, results?: ResultOptions): CallStage {
  const tools = (): Tool[] => [
    testTool("long", () => LONG, settings),
    testTool("outer", async (_input, { call }) => (await call("long")) === LONG),
  ];
  const limits = { "*": { dedupe: true, cache: { ttlMs: 1_000 } } };
  return new CallStage({ tools, limits, ...(results !== undefined && { results }) });
}

function ok(result: ToolResult): OkResult {
  if (result.status === "error") throw result.error;
  return result;
}

describe("a result is cut", () => {
  test.each<[string, Partial<Tool>, ResultOptions | undefined, number]>([
    ["to the tool's own size", { maxResultBytes: 1_000 }, { maxBytes: 2_000 }, 1_000],
    ["to the registry's", {}, { maxBytes: 2_000 }, 2_000],
  ])("%s", async (_to, settings, results, bytes) => {
    const result = ok(await stageOf(settings, results).run({ name: "long" }));
    expect(outputBytes(result.output)).toBeLessThanOrEqual(bytes);
    expect(outputBytes(result.output)).toBeGreaterThan(bytes - 50);
    expect(result.truncated).toMatchObject({ bytes: LONG.length });
  });

  test.each<[string, Partial<Tool>, ResultOptions, RegExp]>([
    ["at the end as the tool says", { truncate: "head" }, { maxBytes: 1_000 }, /\]$/u],
    ["at the end as the registry says", {}, { maxBytes: 1_000, truncate: "head" }, /\]$/u],
    ["in the middle by default", {}, { maxBytes: 1_000 }, /\n$/u],
  ])("%s", async (_where, settings, results, end) => {
    expect(ok(await stageOf(settings, results).run({ name: "long" })).output).toMatch(end);
  });

  test("neither where nothing is said, nor for a tool that wants none of it", async () => {
    for (const stage of [stageOf({}), stageOf({ maxResultBytes: Infinity }, { maxBytes: 512 })]) {
      const result = ok(await stage.run({ name: "long" }));
      expect(result.output).toBe(LONG);
      expect(result.truncated).toBeUndefined();
    }
  });
});

describe("a program gets the whole", () => {
  test("be it a tool that calls another, or whoever asks for it", async () => {
    const stage = stageOf({}, { maxBytes: 512 });
    expect(ok(await stage.run({ name: "outer" })).output).toBe(true);
    const whole = await stage.run({ name: "long" }, {}, undefined, { isWhole: true });
    expect(ok(whole).output).toBe(LONG);
  });

  test("also where a model has shared or been given the same call's result, and the other way round", async () => {
    const stage = stageOf({ annotations: { readOnly: true } }, { maxBytes: 512 });
    const model = (): Promise<ToolResult> => stage.run({ name: "long" });
    const program = (): Promise<ToolResult> =>
      stage.run({ name: "long" }, {}, undefined, { isWhole: true });
    for (const round of [1, 2]) {
      const results = (await Promise.all([model(), program(), model(), program()])).map(ok);
      expect(results.map(({ output }) => output === LONG)).toEqual([false, true, false, true]);
      const ids = results.map(({ truncated }) => truncated?.id);
      expect(ids[0], `round ${round}`).toBeDefined();
      expect(ids).toEqual([ids[0], undefined, ids[0], undefined]);
    }
    expect(stage.executor.attempts).toHaveLength(2);
  });
});

test.each([
  [{ maxBytes: 511 }, /results\.maxBytes must be a number from 512/],
  [{ maxBytes: "1" }, /results\.maxBytes/],
  [{ truncate: "tail" }, /results\.truncate must be one of head, head-tail/],
  [{ keepBytes: -1 }, /results\.keepBytes must be a whole number/],
  [{ keepBytes: Infinity }, /results\.keepBytes/],
  [{ maxbytes: 1 }, /results\.maxbytes is unknown; known: maxBytes, truncate, keepBytes/],
  [null, /`results` must be an object/],
])("options %j are a TypeError", (options, message) => {
  expect(() => new ResultLimits(options as ResultOptions)).toThrow(message);
  expect(() => new ResultLimits(options as ResultOptions)).toThrow(TypeError);
});
