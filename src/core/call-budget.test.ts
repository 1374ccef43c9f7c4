import { describe, expect, test } from "vitest";
import { type BudgetedCall, CallBudget } from "./call-budget.ts";
import { ToolError } from "./tool-error.ts";
import type { ErrorCode } from "./error-codes.ts";

const call = (name: string, input: string | undefined = "1"): BudgetedCall => ({
  name,
  digest: () => input,
});
const failed = new ToolError("TOOL_FAILED", "no");

/** What is thrown when a call is counted in; undefined when nothing is. */
function refusal(budget: CallBudget, asking: BudgetedCall = call("t")): ToolError | undefined {
  try {
    budget.takeCall(asking);
    return undefined;
  } catch (error) {
    if (ToolError.is(error, "RATE_LIMITED")) return error;
    throw error;
  }
}

describe("a budget", () => {
  test("without limits has all of everything left, and counts all the same", () => {
    const budget = new CallBudget();
    expect(budget.used).toEqual({ calls: 0, wallMs: 0, tokens: 0 });
    budget.takeCall(call("t"));
    budget.addTokens(7);
    expect(budget.used).toEqual({ calls: 1, wallMs: 0, tokens: 7 });
    expect(budget.remaining()).toEqual({ calls: Infinity, wallMs: Infinity, tokens: Infinity });
  });

  test("lets maxCalls calls in, and refuses the next without counting it", () => {
    const budget = new CallBudget({ maxCalls: 2 });
    expect([refusal(budget), refusal(budget)]).toEqual([undefined, undefined]);
    const error = refusal(budget);
    expect(error).toMatchObject({
      retryable: false,
      details: { budget: "calls", limit: 2, used: 2 },
    });
    expect(refusal(budget)?.message).toBe(
      "The budget of this run is used up: 2 of 2 calls. Answer with what there is.",
    );
    expect(budget.remaining().calls).toBe(0);
  });

  test("lets in while tokens are left; what runs over them is told, and nothing is below zero", () => {
    const budget = new CallBudget({ maxTokens: 100 });
    budget.addTokens(99);
    expect(refusal(budget)).toBeUndefined();
    budget.addTokens(51);
    expect(refusal(budget)?.details).toEqual({ budget: "tokens", limit: 100, used: 150 });
    expect(budget.remaining().tokens).toBe(0);
  });

  test("takes no tokens back, and none that are no number", () => {
    const budget = new CallBudget({ maxTokens: 100 });
    budget.addTokens(50);
    budget.addTokens(-20);
    budget.addTokens(NaN);
    expect(budget.used.tokens).toBe(50);
  });

  test("counts its time from the first use", () => {
    let now = 1_000;
    const budget = new CallBudget({ maxWallMs: 300 });
    expect(budget.remaining().wallMs).toBe(300);
    budget.begin(() => now);
    now = 1_100;
    budget.begin(() => now);
    expect(budget.used.wallMs).toBe(100);
    expect(budget.remaining().wallMs).toBe(200);
    now = 9_999;
    expect(budget.remaining().wallMs).toBe(0);
    expect(budget.outOfTime()).toMatchObject({
      code: "RATE_LIMITED",
      retryable: false,
      details: { budget: "wallMs", limit: 300, used: 8_999 },
    });
  });
});

/** Counts a call in and lets it fail. */
function fail(budget: CallBudget, asking: BudgetedCall, error: ToolError = failed): void {
  budget.takeCall(asking);
  budget.noteEnd(asking, error, 1);
}

describe("loop detection", () => {
  test("refuses the fourth call of a tool whose input has failed three times", () => {
    const budget = new CallBudget();
    for (let count = 0; count < 3; count += 1) fail(budget, call("search"));
    const error = refusal(budget, call("search"));
    expect(error?.message).toBe(
      "search has failed 3 times with this very input in this run. Change the input, or try another tool.",
    );
    expect(error).toMatchObject({
      retryable: false,
      details: { budget: "sameFailures", limit: 3, used: 3 },
    });
    expect(budget.used.calls).toBe(3);
    expect(refusal(budget, call("search", "2"))).toBeUndefined();
    expect(refusal(budget, call("find"))).toBeUndefined();
  });

  test("starts anew after a success", () => {
    const budget = new CallBudget({ maxSameFailures: 2 });
    fail(budget, call("t"));
    budget.noteEnd(call("t"), undefined, 1);
    fail(budget, call("t"));
    expect(refusal(budget)).toBeUndefined();
    fail(budget, call("t"));
    expect(refusal(budget)).toBeDefined();
  });

  test("never refuses at Infinity, nor what cannot be told apart", () => {
    const patient = new CallBudget({ maxSameFailures: Infinity });
    const budget = new CallBudget({ maxSameFailures: 1 });
    const unknown: BudgetedCall = { name: "t", digest: () => undefined };
    for (let count = 0; count < 9; count += 1) {
      fail(patient, call("t"));
      fail(budget, unknown);
    }
    expect(refusal(patient)).toBeUndefined();
  });

  test("makes no digest while nothing of that name has failed", () => {
    const budget = new CallBudget();
    const asking = { name: "t", digest: () => expect.unreachable() };
    budget.takeCall(asking);
    budget.noteEnd(asking, undefined, 1);
    fail(budget, call("other"));
    budget.takeCall(asking);
  });

  test.each<[ErrorCode, number, boolean]>([
    ["TOOL_FAILED", 1, true],
    ["INPUT_INVALID", 0, true],
    ["TOOL_NOT_FOUND", 0, true],
    ["WORKER_CRASHED", 1, true],
    ["DEADLINE_EXCEEDED", 1, true],
    ["DEADLINE_EXCEEDED", 0, false],
    ["QUEUE_FULL", 0, false],
    ["RATE_LIMITED", 1, false],
    ["CIRCUIT_OPEN", 0, false],
    ["CALL_CANCELLED", 1, false],
  ])("%s after %i attempts counts: %s", (code, attempts, counts) => {
    const budget = new CallBudget({ maxSameFailures: 1 });
    budget.takeCall(call("t"));
    budget.noteEnd(call("t"), new ToolError(code, "x"), attempts);
    expect(refusal(budget) !== undefined).toBe(counts);
  });
});

test.each<[object, string]>([
  [{ maxCalls: 0 }, "`maxCalls` must be an integer from 1, or Infinity."],
  [{ maxCalls: 1.5 }, "`maxCalls`"],
  [{ maxTokens: -1 }, "`maxTokens`"],
  [{ maxSameFailures: "3" }, "`maxSameFailures`"],
  [{ maxSameFailures: NaN }, "`maxSameFailures`"],
  [{ maxWallMs: 0 }, "`maxWallMs` must be a number above 0."],
  [{ maxWallMs: NaN }, "`maxWallMs`"],
  [{ maxCall: 1 }, "`maxCall` is unknown."],
])("%j is a TypeError", (options, message) => {
  expect(() => new CallBudget(options)).toThrow(TypeError);
  expect(() => new CallBudget(options)).toThrow(message);
});
