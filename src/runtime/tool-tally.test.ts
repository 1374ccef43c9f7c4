import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ErrorCode } from "../core/error-codes.ts";
import type { CallTiming } from "../core/tool-result.ts";
import { CallStage, failing, scripted, testTool } from "../testing/call-stage.ts";
import { ToolRegistry } from "./tool-registry.ts";
import { ToolTally, toolStats } from "./tool-tally.ts";

function timing(runMs: number, cpuMs?: number, attempts = 1): CallTiming {
  return {
    queuedMs: 0,
    runMs,
    transferMs: 0,
    cpuMs,
    attempts,
    mode: "async",
    workerId: undefined,
    waitedFor: undefined,
  };
}

/** The values around a quantile: at the ranks below and above it. */
function around(values: readonly number[], share: number): [number, number] {
  const sorted = values.toSorted((left, right) => left - right);
  const rank = share * sorted.length;
  const at = (place: number): number => sorted[Math.max(0, place - 1)] ?? NaN;
  return [at(Math.floor(rank)), at(Math.ceil(rank))];
}

describe("a tally", () => {
  test("counts results, and errors by code", () => {
    const tally = new ToolTally();
    const codes: (ErrorCode | undefined)[] = [undefined, "TOOL_FAILED", undefined, "TOOL_FAILED"];
    for (const code of [...codes, "QUEUE_FULL"] as const) tally.record(timing(1), code);
    expect(tally.stats("t", 0)).toMatchObject({
      toolName: "t",
      calls: 5,
      ok: 2,
      errors: { TOOL_FAILED: 2, QUEUE_FULL: 1 },
    });
  });

  test("knows quantiles within 1 % and a microsecond, and the maximum exactly", () => {
    const runMs = fc.double({ min: 0, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.array(runMs, { minLength: 1, maxLength: 200 }), (values) => {
        const tally = new ToolTally();
        for (const value of values) tally.record(timing(value), undefined);
        const { p50, p95, p99, max } = tally.stats("t", 0).runMs ?? {};
        expect(max).toBe(Math.max(...values));
        for (const [told, share] of [
          [p50, 0.5],
          [p95, 0.95],
          [p99, 0.99],
        ] as const) {
          const [below, above] = around(values, share);
          expect(told).toBeGreaterThanOrEqual(below * 0.99 - 0.001);
          expect(told).toBeLessThanOrEqual(above * 1.01 + 0.001);
        }
      }),
    );
  });

  test("has no quantiles while no call has run", () => {
    const tally = new ToolTally();
    tally.record(timing(0, undefined, 0), "QUEUE_FULL");
    expect(tally.stats("t", 0).runMs).toBeUndefined();
  });

  test("takes a call of weeks for one of a day, but in the maximum", () => {
    const weeksMs = 3 * 7 * 24 * 60 * 60 * 1_000;
    const tally = new ToolTally();
    tally.record(timing(weeksMs), undefined);
    const { p50 = 0, max } = tally.stats("t", 0).runMs ?? {};
    expect(max).toBe(weeksMs);
    expect(p50).toBeGreaterThan(0.98 * 24 * 60 * 60 * 1_000);
  });
});

describe("statistics of tools", () => {
  test("are there for those that were called, by name, with their share of the CPU time", () => {
    const tallies = ["b", "never", "a"].map((name) => ({ tool: { name }, tally: new ToolTally() }));
    tallies[0]?.tally.record(timing(1, 3), undefined);
    tallies[2]?.tally.record(timing(1, 9), undefined);
    tallies[2]?.tally.record(timing(1), undefined);
    expect(toolStats(tallies)).toMatchObject([
      { toolName: "a", calls: 2, cpuMs: 9, cpuShare: 0.75 },
      { toolName: "b", calls: 1, cpuMs: 3, cpuShare: 0.25 },
    ]);
  });

  test("share nothing where no CPU time was measured", () => {
    const tally = new ToolTally();
    tally.record(timing(1), undefined);
    expect(toolStats([{ tool: { name: "t" }, tally }])[0]).toMatchObject({ cpuMs: 0, cpuShare: 0 });
  });

  test("count each result once, all its attempts together", async () => {
    const retry = { maximumAttempts: 2, initialIntervalMs: 0 };
    const executor = scripted(
      { ...failing(true), cpuMs: 2 },
      { status: "ok", output: 1, runMs: 5, cpuMs: 4 },
    );
    const tool = testTool("t", () => 1, { retry, annotations: { readOnly: true } });
    const stage = new CallStage({ tools: () => [tool], executor });
    const running = stage.run({ name: "t" });
    await stage.clock.advance(10);
    await running;
    const [stats] = toolStats([stage.resolve("t")]);
    expect(stats).toMatchObject({ calls: 1, ok: 1, errors: {}, cpuMs: 6, runMs: { max: 12 } });
  });
});

describe("a registry's statistics", () => {
  test("count what its tools were called for, and nothing that no tool was found for", async () => {
    await using registry = new ToolRegistry();
    registry.register([
      testTool("good", () => 1),
      testTool("bad", () => {
        throw new Error("no");
      }),
    ]);
    const all = { limit: "*", concurrency: 256, running: 0, queued: 0, started: 0 };
    expect(registry.stats()).toMatchObject({ pools: [], tools: [], limits: [all] });
    const calls = ["good", "bad", "good", "unknown"].map((name) => ({ name }));
    await registry.executeToolCalls(calls);
    expect(registry.stats().tools).toMatchObject([
      { toolName: "bad", calls: 1, ok: 0, errors: { TOOL_FAILED: 1 } },
      { toolName: "good", calls: 2, ok: 2, errors: {} },
    ]);
  });

  test("of a tool last from its registration until it is replaced or removed", async () => {
    await using registry = new ToolRegistry();
    const calls = (): number[] => registry.stats().tools.map((tool) => tool.calls);
    registry.register(testTool("t", () => 1));
    await registry.call("t");
    registry.disable("t");
    registry.enable("t");
    await registry.call("t");
    expect(calls()).toEqual([2]);
    registry.register(
      testTool("t", () => 2),
      { replace: true },
    );
    expect(calls()).toEqual([]);
    await registry.call("t");
    expect(calls()).toEqual([1]);
    registry.unregister("t");
    expect(calls()).toEqual([]);
  });
});
