/** Retries within their budgets, and of what our own limits refuse. */
import { describe, expect, test } from "vitest";
import { ToolError } from "../core/tool-error.ts";
import type { RetryPolicy } from "../core/tool.ts";
import type { LimitsOptions } from "../limits/limit-options.ts";
import { CallStage, after, codeOf, testTool } from "../testing/call-stage.ts";
import { RetryBudgets } from "./retry-policies.ts";

const RETRIED = { maximumAttempts: 3, initialIntervalMs: 10 };

function fail(): never {
  throw new Error("no");
}

/** A stage whose tools fail always: `a.x`, `a.y`, `b`. */
function failingStage(limits: LimitsOptions, retry: RetryPolicy = RETRIED): CallStage {
  return new CallStage({
    limits: { ...limits, "*": { concurrency: Infinity, ...limits["*"] } },
    tools: () =>
      ["a.x", "a.y", "b"].map((name) =>
        testTool(name, fail, { retry, annotations: { readOnly: true } }),
      ),
  });
}

/** Attempts after `calls` calls of a tool at once. */
async function attemptsOf(stage: CallStage, calls: number, name = "a.x"): Promise<number> {
  const before = stage.executor.attempts.length;
  const running = Array.from({ length: calls }, () => stage.run({ name }));
  await stage.clock.advance(5_000);
  const codes = new Set((await Promise.all(running)).map(codeOf));
  expect([...codes]).toEqual(["TOOL_FAILED"]);
  return stage.executor.attempts.length - before;
}

describe("when everything fails", () => {
  test("a thousand calls make a fifth more attempts, and no more (G16)", async () => {
    const stage = failingStage({});
    expect(await attemptsOf(stage, 1_000)).toBe(1_000 + 200);
    expect(stage.events.filter(({ type }) => type === "tool.retried").length).toBe(200);
  });

  test("calls that come little by little are held to it as well", async () => {
    const stage = failingStage({});
    const running = [];
    for (let second = 0; second < 100; second += 1) {
      for (let count = 0; count < 10; count += 1) running.push(stage.run({ name: "b" }));
      await stage.clock.advance(1_000);
    }
    await Promise.all(running);
    // A fifth of them, but for the first seconds, when ten are more.
    expect(stage.executor.attempts.length).toBeLessThanOrEqual(1_000 * 1.2 + 10);
    expect(stage.executor.attempts.length).toBeGreaterThanOrEqual(1_150);
  });

  test("`false` lets all of them try as often as their policy says", async () => {
    expect(await attemptsOf(failingStage({ "*": { retryBudget: false } }), 100)).toBe(300);
  });

  test("a few calls are retried as their policy says", async () => {
    expect(await attemptsOf(failingStage({}), 3)).toBe(9);
  });

  test("a refused retry leaves the failure as it is, and tells nothing of a retry", async () => {
    const stage = failingStage({ b: { retryBudget: { ratio: 0.01, minPerSecond: 0 } } });
    const result = await stage.run({ name: "b" });
    expect(result).toMatchObject({
      status: "error",
      error: { message: "b failed: no" },
      timing: { attempts: 1 },
    });
    expect(stage.eventsOf()).toEqual(["tool.invoked", "tool.started", "tool.failed"]);
  });
});

/** How many budgets the tool `a.x` draws on. */
function countBudgets(limits: LimitsOptions, retry: RetryPolicy = RETRIED): number {
  return new RetryBudgets(limits).of(testTool("a.x", () => 1, { retry })).length;
}

describe("of several budgets", () => {
  test("each retry needs a place in all that match", async () => {
    const tight = { retryBudget: { ratio: 0.1, minPerSecond: 0 } };
    const stage = failingStage({
      "a.*": tight,
      "*": { retryBudget: { ratio: 0.5, minPerSecond: 0 } },
    });
    expect(await attemptsOf(stage, 100)).toBe(110);
    // The 90 retries still left of the wider budget are for others.
    expect(await attemptsOf(stage, 100, "b")).toBe(100 + 90);
  });

  test("only those count that say something, and `*` unless it says `false`", () => {
    expect(countBudgets({})).toBe(1);
    expect(countBudgets({ "*": { concurrency: 1 } })).toBe(1);
    expect(countBudgets({ "*": { retryBudget: false } })).toBe(0);
    expect(countBudgets({ "a.x": { retryBudget: true }, "source:a": { concurrency: 3 } })).toBe(2);
    expect(countBudgets({ "a.x": { retryBudget: false }, "*": { retryBudget: true } })).toBe(1);
    expect(countBudgets({ b: { retryBudget: true }, tenant: {} })).toBe(1);
    expect(countBudgets({}, { maximumAttempts: 1 })).toBe(0);
  });
});

/** A stage whose limiter refuses the first requests with these codes. */
function refusingStage(retryOn: RetryPolicy["retryOn"], refusals: ToolError[]): CallStage {
  const retry = { ...RETRIED, ...(retryOn && { retryOn }) };
  const stage = new CallStage({ tools: () => [testTool("t", () => "done", { retry })] });
  const acquire = stage.limiter.acquire.bind(stage.limiter);
  stage.limiter.acquire = (request) => {
    const refusal = refusals.shift();
    if (refusal !== undefined) throw refusal;
    return acquire(request);
  };
  return stage;
}

async function codeAfter(
  retryOn: RetryPolicy["retryOn"],
  ...refusals: ToolError[]
): Promise<string> {
  const running = refusingStage(retryOn, refusals).run({ name: "t" });
  return codeOf(await running);
}

describe("what our own limits refuse", () => {
  const limited = new ToolError("RATE_LIMITED", "x", { retryAfterMs: 0 });
  const open = new ToolError("CIRCUIT_OPEN", "x", { retryAfterMs: 0 });
  const full = new ToolError("QUEUE_FULL", "x", { retryAfterMs: 0 });

  test("is not tried again unless its code is listed", async () => {
    expect(await codeAfter(undefined, limited)).toBe("RATE_LIMITED");
    expect(await codeAfter(["TOOL_FAILED"], limited)).toBe("RATE_LIMITED");
    expect(await codeAfter(["CIRCUIT_OPEN"], limited)).toBe("RATE_LIMITED");
  });

  test("is tried again when it is, of any tool, for nothing has begun", async () => {
    const stage = refusingStage(["RATE_LIMITED", "CIRCUIT_OPEN"], [limited, open]);
    const running = stage.run({ name: "t" });
    await stage.clock.advance(100);
    expect(await running).toMatchObject({ status: "ok", timing: { attempts: 1 } });
    expect(stage.eventsOf()).toEqual([
      "tool.invoked",
      "tool.retried",
      "tool.retried",
      "tool.started",
      "tool.completed",
    ]);
    expect(stage.executor.attempts.map(({ attemptId }) => attemptId)).toEqual(["1.3"]);
  });

  test("counts what was waited before it as waiting", async () => {
    const stage = refusingStage(["RATE_LIMITED"], []);
    const acquire = stage.limiter.acquire.bind(stage.limiter);
    let asked = 0;
    stage.limiter.acquire = async (request) => {
      asked += 1;
      if (asked > 1) return acquire(request);
      await after(stage.clock, 50);
      throw new ToolError("RATE_LIMITED", "x", { retryAfterMs: 30 });
    };
    const running = stage.run({ name: "t" });
    await stage.clock.advance(200);
    expect((await running).timing).toMatchObject({ queuedMs: 80, attempts: 1 });
  });

  test("counts as an attempt", async () => {
    const stage = refusingStage(["RATE_LIMITED"], [limited, limited, limited]);
    const running = stage.run({ name: "t" });
    await stage.clock.advance(100);
    expect(codeOf(await running)).toBe("RATE_LIMITED");
  });

  test("is not tried again when the queue was full, nor when it can never be let in", async () => {
    const never = new ToolError("RATE_LIMITED", "x", { retryable: false });
    expect(await codeAfter(["QUEUE_FULL", "RATE_LIMITED"], full)).toBe("QUEUE_FULL");
    expect(await codeAfter(["RATE_LIMITED"], never)).toBe("RATE_LIMITED");
  });
});
