import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ToolError } from "../core/tool-error.ts";
import type { RetryPolicy, ToolAnnotations } from "../core/tool.ts";
import { CallStage, testTool } from "../testing/call-stage.ts";
import { VirtualClock } from "../testing/virtual-clock.ts";
import { Deadline } from "../time/deadline.ts";
import { backoffDelay, resolveRetryPolicy, retryDelay } from "./retry.ts";

describe("a policy", () => {
  test("left out tries once", () => {
    expect(resolveRetryPolicy()).toEqual({
      maximumAttempts: 1,
      initialIntervalMs: 200,
      backoffCoefficient: 2,
      maximumIntervalMs: 10_000,
    });
  });

  test("keeps what it says, zeros too", () => {
    const policy = {
      maximumAttempts: 5,
      initialIntervalMs: 0,
      backoffCoefficient: 1,
      maximumIntervalMs: 0,
    };
    expect(resolveRetryPolicy(policy)).toEqual(policy);
  });
});

describe("back-off", () => {
  const policy = resolveRetryPolicy({
    initialIntervalMs: 100,
    backoffCoefficient: 3,
    maximumIntervalMs: 1_000,
  });

  test("grows by the coefficient up to the maximum, and chance takes a share of it", () => {
    const most = [1, 2, 3, 4, 5].map((attempt) => backoffDelay(attempt, policy, () => 1));
    expect(most).toEqual([100, 300, 900, 1_000, 1_000]);
    expect(backoffDelay(2, policy, () => 0.25)).toBe(75);
    expect(backoffDelay(9, policy, () => 0)).toBe(0);
  });

  test("is a number from 0 to the maximum for every policy there can be", () => {
    const fields = {
      initialIntervalMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
      backoffCoefficient: fc.double({ min: 1, max: 1e9, noNaN: true }),
      maximumIntervalMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
    };
    const property = fc.property(
      fc.record(fields),
      fc.integer({ min: 1, max: 10_000 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (given, attempt, chance) => {
        const delayMs = backoffDelay(attempt, resolveRetryPolicy(given), () => chance);
        expect(delayMs).toBeGreaterThanOrEqual(0);
        expect(delayMs).toBeLessThanOrEqual(given.maximumIntervalMs);
      },
    );
    fc.assert(property, {
      numRuns: 500,
      examples: [
        [{ initialIntervalMs: 0, backoffCoefficient: 2, maximumIntervalMs: 10 }, 2_000, 0.5],
      ],
    });
  });
});

describe("the delay before the next attempt", () => {
  interface Failed {
    readonly attempt?: number;
    readonly began?: boolean;
    readonly error?: ToolError;
    readonly annotations?: ToolAnnotations;
    readonly idempotencyKey?: string;
    readonly retry?: RetryPolicy;
    /** What is left to the whole call. Default: no limit. */
    readonly leftMs?: number;
  }

  function delayAfter({
    attempt = 1,
    began = true,
    error,
    annotations,
    idempotencyKey,
    retry,
    leftMs,
  }: Failed): number | undefined {
    const policy = { maximumAttempts: 3, ...retry };
    const clock = new VirtualClock();
    const stage = new CallStage({
      tools: () => [testTool("t", () => 1, { annotations, retry: policy })],
    });
    const deadline = new Deadline(clock);
    if (leftMs !== undefined)
      deadline.expireAfter(leftMs, () => new ToolError("DEADLINE_EXCEEDED", "over"));
    const failure = {
      status: "error" as const,
      error: error ?? new ToolError("TOOL_FAILED", "broken"),
      began,
      runMs: 0,
    };
    const ready = { bound: stage.resolve("t"), deadline, idempotencyKey };
    return retryDelay({ ready, attempt, failure }, { clock, random: () => 0.5 });
  }

  const idempotent = { idempotent: true };

  test.each<[string, Failed, number | undefined]>([
    ["an attempt that never began, of any tool", { began: false }, 100],
    ["an attempt of a read-only tool", { annotations: { readOnly: true } }, 100],
    ["an attempt of an idempotent tool", { annotations: idempotent, attempt: 2 }, 200],
    ["an attempt that began, of any other tool", {}, undefined],
    [
      "an attempt that had a key, of a tool that takes one",
      { annotations: { idempotentWithKey: true }, idempotencyKey: "k" },
      100,
    ],
    [
      "an attempt that had none, of such a tool",
      { annotations: { idempotentWithKey: true } },
      undefined,
    ],
    ["an attempt that had one, of any other tool", { idempotencyKey: "k" }, undefined],
    [
      "an attempt that began, of a tool that promises the other things",
      { annotations: { openWorld: true, readOnly: false } },
      undefined,
    ],
    ["the last attempt", { annotations: idempotent, attempt: 3 }, undefined],
    ["a tool that is tried once", { began: false, retry: { maximumAttempts: 1 } }, undefined],
    [
      "an error that says it cannot help",
      { began: false, error: new ToolError("TOOL_FAILED", "x", { retryable: false }) },
      undefined,
    ],
    ["a code that the policy lists", { began: false, retry: { retryOn: ["TOOL_FAILED"] } }, 100],
    [
      "a code that it lists, though the error says it cannot help",
      {
        began: false,
        retry: { retryOn: ["TOOL_FAILED"] },
        error: new ToolError("TOOL_FAILED", "x", { retryable: false }),
      },
      100,
    ],
    [
      "a code that it does not list",
      { began: false, retry: { retryOn: ["RATE_LIMITED", "WORKER_CRASHED"] } },
      undefined,
    ],
    ["a policy that lists none", { began: false, retry: { retryOn: [] } }, undefined],
    [
      "a listed code, of a tool that began and may not be repeated",
      { retry: { retryOn: ["TOOL_FAILED"] } },
      undefined,
    ],
    ["a deadline that leaves time enough", { began: false, leftMs: 101 }, 100],
    ["a deadline that ends just when it would start", { began: false, leftMs: 100 }, undefined],
    [
      "an error that asks for more time than there is",
      {
        began: false,
        leftMs: 4_000,
        error: new ToolError("RATE_LIMITED", "slow down", { retryAfterMs: 5_000 }),
      },
      undefined,
    ],
    ["a deadline that is over", { began: false, leftMs: 0 }, undefined],
  ])("after %s", (_what, failed, delayMs) => {
    expect(delayAfter(failed)).toBe(delayMs);
  });

  test.each([
    [0, 0],
    [5_000, 5_000],
    [1e7, 1e7],
    [NaN, 100],
    [-1, 100],
  ])("is what the error asks for: %d gives %d", (retryAfterMs, delayMs) => {
    const error = new ToolError("RATE_LIMITED", "slow down", { retryAfterMs });
    expect(delayAfter({ began: false, error })).toBe(delayMs);
  });
});
