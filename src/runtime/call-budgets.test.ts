/** Calls that draw on the budget of their run. */
import { describe, expect, test } from "vitest";
import { CallBudget } from "../core/call-budget.ts";
import { ToolError } from "../core/tool-error.ts";
import type { ToolResult } from "../core/tool-result.ts";
import type { Tool } from "../core/tool.ts";
import { CallStage, after, codeOf, errorOf, testTool } from "../testing/call-stage.ts";
import { CallBatch } from "./call-batch.ts";

/** A stage with a tool `t` that does `work`, and one that calls it. */
function stageOf(work: Tool["execute"], settings: Partial<Tool> = {}): CallStage {
  return new CallStage({
    tools: () => [
      testTool("t", work, settings),
      testTool("outer", async (_input, { call }) => [await call("t"), await call("t")]),
    ],
  });
}

const budgetOf = (result: ToolResult): unknown => errorOf(result).details["budget"];

describe("calls", () => {
  test("beyond the budget fail at once, and the tool does not run", async () => {
    const stage = stageOf(() => 1);
    const budget = new CallBudget({ maxCalls: 2 });
    const results = [];
    for (let count = 0; count < 4; count += 1) {
      results.push(await stage.run({ name: "t" }, { budget }));
    }
    expect(results.map(codeOf)).toEqual(["ok", "ok", "RATE_LIMITED", "RATE_LIMITED"]);
    expect(results[3]).toMatchObject({ toolName: "t", timing: { attempts: 0 } });
    expect(stage.executor.attempts.length).toBe(2);
    expect(stage.eventsOf(4)).toEqual(["tool.invoked", "tool.failed"]);
    expect(stage.limiter.asked).toBe(2);
  });

  test("that tools make count too", async () => {
    const stage = stageOf(() => 1);
    const budget = new CallBudget({ maxCalls: 2 });
    const result = await stage.run({ name: "outer" }, { budget });
    expect(budgetOf(result)).toBe("calls");
    expect(stage.executor.attempts.map(({ tool }) => tool.name)).toEqual(["outer", "t"]);
  });

  test("of other runs do not", async () => {
    const stage = stageOf(() => 1);
    const [one, other] = [new CallBudget({ maxCalls: 1 }), new CallBudget({ maxCalls: 1 })];
    const results = [
      await stage.run({ name: "t" }, { budget: one }),
      await stage.run({ name: "t" }, { budget: other }),
      await stage.run({ name: "t" }),
    ];
    expect(results.map(codeOf)).toEqual(["ok", "ok", "ok"]);
  });
});

describe("tokens", () => {
  test("that are reported, or found in outputs, add up, and further calls fail", async () => {
    const outputs = [{ usage: { total_tokens: 30 } }, { usage: { total_tokens: -5 } }, "none"];
    const stage = stageOf((_input, { reportUsage }) => {
      const output = outputs.shift();
      if (output === "none") reportUsage(40);
      return output;
    });
    const budget = new CallBudget({ maxTokens: 70 });
    const used: number[] = [];
    for (let count = 0; count < 3; count += 1) {
      expect(codeOf(await stage.run({ name: "t" }, { budget }))).toBe("ok");
      used.push(budget.used.tokens);
    }
    expect(used).toEqual([30, 30, 70]);
    expect(budgetOf(await stage.run({ name: "t" }, { budget }))).toBe("tokens");
  });

  test("that are reported are believed over those in the output, in failures too, of every attempt", async () => {
    const stage = stageOf(
      (_input, { attempt, reportUsage }) => {
        reportUsage(10);
        if (attempt === 1) throw new Error("again");
        return { usage: { total_tokens: 1_000 } };
      },
      { retry: { maximumAttempts: 2, initialIntervalMs: 0 }, annotations: { readOnly: true } },
    );
    const budget = new CallBudget();
    const running = stage.run({ name: "t" }, { budget });
    await stage.clock.advance(1);
    expect(codeOf(await running)).toBe("ok");
    expect(budget.used.tokens).toBe(20);
  });

  test("of work that outlasts its answer are added once, when it ends", async () => {
    const stage: CallStage = stageOf(
      async (_input, { reportUsage }) => {
        reportUsage(5);
        await after(stage.clock, 100);
        reportUsage(7);
      },
      { timeoutMs: 10 },
    );
    const budget = new CallBudget();
    const running = stage.run({ name: "t" }, { budget });
    await stage.clock.advance(10);
    expect(codeOf(await running)).toBe("DEADLINE_EXCEEDED");
    await stage.clock.advance(100);
    expect(budget.used.tokens).toBe(12);
  });
});

/** A batch of calls of a tool that takes 100 ms each, one at a time. */
function batchOf(
  stage: CallStage,
  options: ConstructorParameters<typeof CallBatch>[1],
  counting: "together" | "each" = "together",
): (calls: number) => Promise<ToolResult[]> {
  const batch = new CallBatch(stage.surroundings(), options, counting);
  return async (calls) => {
    const running = Array.from({ length: calls }, (_, index) =>
      batch.run({ id: `${index}`, name: "t", input: { index } }, index),
    );
    await stage.clock.advance(1_000);
    batch.close();
    return Promise.all(running);
  };
}

const slowStage = (): CallStage =>
  new CallStage({
    limits: { "*": { concurrency: 1 } },
    tools: (clock) => [testTool("t", () => after(clock, 100))],
  });

describe("wall time", () => {
  test.each(["together", "each"] as const)(
    "ends calls that run and calls that wait (deadlines counted %s)",
    async (counting) => {
      const stage = slowStage();
      const budget = new CallBudget({ maxWallMs: 250 });
      const results = await batchOf(stage, { budget, deadlineMs: 900 }, counting)(4);
      expect(results.map(codeOf)).toEqual(["ok", "ok", "RATE_LIMITED", "RATE_LIMITED"]);
      expect(results.slice(2).map(budgetOf)).toEqual(["wallMs", "wallMs"]);
      expect(results[2]?.timing).toMatchObject({ queuedMs: 200, runMs: 50, attempts: 1 });
      expect(results[3]?.timing).toMatchObject({ queuedMs: 250, attempts: 0 });
      expect(errorOf(results[3] as ToolResult)).toMatchObject({
        retryable: false,
        details: { limit: 250, used: 250 },
      });
      expect(stage.clock.pendingTimers).toBe(0);
    },
  );

  test("goes on between batches, and leaves no time in the end", async () => {
    const stage = slowStage();
    const budget = new CallBudget({ maxWallMs: 1_050 });
    expect((await batchOf(stage, { budget })(1)).map(codeOf)).toEqual(["ok"]);
    expect(budget.remaining().wallMs).toBe(50);
    expect((await batchOf(stage, { budget })(1)).map(codeOf)).toEqual(["RATE_LIMITED"]);
    const attempts = stage.executor.attempts.length;
    expect((await batchOf(stage, { budget })(1)).map(codeOf)).toEqual(["RATE_LIMITED"]);
    expect(stage.executor.attempts.length).toBe(attempts);
  });

  test("does not put off a deadline that is sooner", async () => {
    const stage = slowStage();
    const budget = new CallBudget({ maxWallMs: 500 });
    const results = await batchOf(stage, { budget, deadlineMs: 50 })(1);
    expect(results.map(codeOf)).toEqual(["DEADLINE_EXCEEDED"]);
  });

  test("that has run out is no reason to try again", async () => {
    const stage = new CallStage({
      tools: (clock) => [
        testTool("t", () => after(clock, 100), {
          retry: { maximumAttempts: 3, retryOn: ["RATE_LIMITED"] },
          annotations: { readOnly: true },
        }),
      ],
    });
    await batchOf(stage, { budget: new CallBudget({ maxWallMs: 50 }) })(1);
    expect(stage.executor.attempts.length).toBe(1);
  });
});

const failing = (): CallStage =>
  stageOf(
    ({ n }: { n: number }) => {
      if (n > 0) throw new Error("no");
      return n;
    },
    { input: { type: "object", properties: { n: { type: "integer" } } } },
  );

describe("a call that keeps failing", () => {
  test("with the same input, in whatever order its keys are, is refused after three times", async () => {
    const stage = failing();
    const budget = new CallBudget();
    const inputs = [{ n: 1, x: 2 }, { x: 2, n: 1 }, { n: 1, x: 2 }, { x: 2, n: 1 }, { n: 2 }];
    const codes: string[] = [];
    for (const input of inputs)
      codes.push(codeOf(await stage.run({ name: "t", input }, { budget })));
    expect(codes).toEqual([
      "TOOL_FAILED",
      "TOOL_FAILED",
      "TOOL_FAILED",
      "RATE_LIMITED",
      "TOOL_FAILED",
    ]);
  });

  test.each([
    ["its input does not fit", { name: "t", input: { n: "many" } }],
    ["its arguments are no JSON", { name: "t", input: '{"n":', malformed: "unexpected end" }],
    ["there is no such tool", { name: "nosuch", input: {} }],
  ])("for %s is refused as well", async (_why, call) => {
    const stage = failing();
    const budget = new CallBudget({ maxSameFailures: 2 });
    const codes: string[] = [];
    for (let count = 0; count < 3; count += 1)
      codes.push(codeOf(await stage.run(call, { budget })));
    expect(codes[1]).not.toBe("RATE_LIMITED");
    expect(codes[2]).toBe("RATE_LIMITED");
  });

  test("is not one that was cancelled", async () => {
    const stage = stageOf(() => {
      throw new ToolError("CALL_CANCELLED", "enough");
    });
    const budget = new CallBudget({ maxSameFailures: 1 });
    await stage.run({ name: "t" }, { budget });
    expect(codeOf(await stage.run({ name: "t" }, { budget }))).toBe("CALL_CANCELLED");
  });
});

test("what is no budget is a TypeError", () => {
  const stage = stageOf(() => 1);
  const budget = { maxCalls: 3 } as unknown as CallBudget;
  expect(() => new CallBatch(stage.surroundings(), { budget })).toThrow(
    "`budget` must be a CallBudget",
  );
});
