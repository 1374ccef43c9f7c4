/** What every {@link Executor} promises to tools that call tools and to tools that report usage, as tests. */
import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import type { NestedCallOptions } from "../core/nested-call.ts";
import { ToolError } from "../core/tool-error.ts";
import type { Tool } from "../core/tool.ts";
import type { UsageReport } from "../core/usage-report.ts";
import type { AttemptOutcome, Executor } from "../executors/executor.ts";
import { cancelReason, failureOf, outputOf, watchedAttempt } from "./watched-attempt.ts";

/** What tests of executors share. */
export interface SuiteStage {
  readonly executor: Executor;
  /** A file of its own for each name, gone after the tests. */
  readonly fileNamed: (name: string) => string;
  /** A tool of the suite. */
  readonly tool: (name: string) => Tool;
}

/** A call as the attempt was asked for it. */
interface Asked {
  readonly name: string;
  readonly input: unknown;
  readonly options: NestedCallOptions;
}

type Answer = (asked: Asked) => Promise<unknown>;

/** Runs a tool whose calls are answered by `answer`. */
async function runAsking(
  { executor, tool }: SuiteStage,
  [name, input]: readonly [name: string, input?: unknown],
  answer: Answer,
): Promise<{ readonly outcome: AttemptOutcome; readonly asked: readonly Asked[] }> {
  const asked: Asked[] = [];
  const attempt = watchedAttempt(tool(name), input, {
    call: (called, value, options) => {
      asked.push({ name: called, input: value, options });
      return answer({ name: called, input: value, options });
    },
  });
  return { outcome: await executor.execute(attempt), asked };
}

/** Never ends by itself; rejects with the reason of its signal. */
function untilAborted({ options: { signal } }: Asked): Promise<unknown> {
  return new Promise((_resolve, reject) => {
    const stop = (): void => reject(ToolError.from(signal?.reason, "other"));
    if (signal?.aborted === true) stop();
    else signal?.addEventListener("abort", stop);
  });
}

const echoing: Answer = async ({ input }) => ({ echoed: input, more: new Uint16Array([1, 2]) });
const fine: Answer = async () => "fine";
const failing: Answer = () => Promise.reject(new ToolError("QUEUE_FULL", "no room"));
const cancelled: Answer = () => Promise.reject(cancelReason("over"));

/** Tests of `context.call`. */
export function testCalls(stage: SuiteStage): void {
  const value = {
    plain: [1, "two", null],
    bytes: new Float64Array([0.5, 2]),
    text: "x".repeat(5_000),
    map: new Map([["at", new Date(7)]]),
    nothing: undefined,
  };

  test("values go to the called tool and come back as they are", async () => {
    const ask = ["ask", { name: "other", input: value }] as const;
    const { outcome, asked } = await runAsking(stage, ask, echoing);
    expect(asked).toMatchObject([{ name: "other", input: value }]);
    expect(outputOf(outcome)).toEqual({
      output: { echoed: value, more: new Uint16Array([1, 2]) },
    });
  });

  test("what the called tool fails with is what the call rejects with", async () => {
    const error = new ToolError("RATE_LIMITED", "slow down", {
      details: { limit: 7 },
      retryAfterMs: 1_500,
    });
    const answer: Answer = () => Promise.reject(error);
    const { outcome } = await runAsking(stage, ["ask", { name: "other", input: 1 }], answer);
    const { thrown } = outputOf(outcome) as { readonly thrown: unknown };
    expect(ToolError.is(thrown, "RATE_LIMITED")).toBe(true);
    expect((thrown as ToolError).toJSON()).toEqual(error.toJSON());
  });

  test("a call that fails and is not caught fails the tool with the same error", async () => {
    const { outcome } = await runAsking(stage, ["askMany", { times: 3 }], failing);
    expect(failureOf(outcome).error).toMatchObject({ code: "QUEUE_FULL", message: "no room" });
  });

  test("calls made at once each get their own answer", async () => {
    const { executor, tool } = stage;
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, async (_, caller) => {
        const call: Answer = async ({ input }) => `${caller}: ${String(input)}`;
        const attempt = watchedAttempt(
          tool("askMany"),
          { times: 20 },
          { call: (name, input, options) => call({ name, input, options }) },
        );
        return executor.execute(attempt);
      }),
    );
    for (const [caller, outcome] of outcomes.entries()) {
      const own = Array.from({ length: 20 }, (_, place) => `${caller}: ${place}`);
      expect(outputOf(outcome)).toEqual(own);
    }
  });

  test("options reach the call, and what is wrong with them is a TypeError", async () => {
    const options = { mode: "thread", deadlineMs: 50, priority: -2, idempotencyKey: "k" };
    const { asked } = await runAsking(stage, ["askWith", { options }], fine);
    expect(asked).toMatchObject([{ input: { of: "askWith" }, options }]);
    const wrong = ["askWith", { options: { timeoutMs: 5 } }] as const;
    const refused = await runAsking(stage, wrong, fine);
    expect(refused.asked).toEqual([]);
    const thrown = outputOf(refused.outcome);
    expect(thrown).toBeInstanceOf(TypeError);
    expect((thrown as Error).message).toContain('Option "timeoutMs" of context.call is unknown');
  });

  test.each([0, 20])("its signal cancels a call, after %i ms", async (abortMs) => {
    const input = { options: {}, abortMs };
    const { outcome } = await runAsking(stage, ["askWith", input], untilAborted);
    const thrown = outputOf(outcome);
    expect(ToolError.is(thrown)).toBe(true);
    expect((thrown as ToolError).message).toContain("not any more");
  });

  test("a call that nobody waits for keeps nobody waiting", async () => {
    const { outcome } = await runAsking(stage, ["askAndForget"], () => new Promise(() => {}));
    expect(outputOf(outcome)).toBe("gone");
  });

  test("a call that nobody waits for may fail, and nothing dies of it", async () => {
    expect(outputOf((await runAsking(stage, ["askAndForget"], failing)).outcome)).toBe("gone");
    expect(outputOf((await runAsking(stage, ["echo", "alive"], failing)).outcome)).toBe("alive");
  });

  test("a call made when the tool has been answered is cancelled", async () => {
    const file = stage.fileNamed("late");
    const { outcome } = await runAsking(stage, ["askLate", { file }], cancelled);
    expect(outputOf(outcome)).toBe("answered");
    await vi.waitFor(() => expect(readFileSync(file, "utf8")).toContain("CALL_CANCELLED"));
  });
}

/** Tests of `context.reportUsage`. */
export function testUsage(stage: SuiteStage): void {
  const { tool } = stage;
  const use = async (
    reports: readonly (number | UsageReport)[],
    fail = false,
  ): Promise<AttemptOutcome> =>
    stage.executor.execute(watchedAttempt(tool("use"), { reports, fail }));
  const remaining = { requests: 3, tokens: 50, resetMs: 1_000 };

  test("a call that reports nothing has used nothing that is known", async () => {
    expect((await use([])).usage).toBeUndefined();
  });

  test.each([false, true])(
    "reports add up, and the last remaining counts; fails: %s",
    async (fail) => {
      const reports = [10, { tokens: 5, remaining: { requests: 9 } }, { remaining }, 0.5];
      const outcome = await use(reports, fail);
      expect(outcome.status).toBe(fail ? "error" : "ok");
      expect(outcome.usage).toEqual({ tokens: 15.5, remaining });
    },
  );

  test("calls at once each have their own usage", async () => {
    const outcomes = await Promise.all(Array.from({ length: 50 }, (_, place) => use([place, 1])));
    expect(outcomes.map(({ usage }) => usage)).toEqual(
      Array.from({ length: 50 }, (_, place) => ({ tokens: place + 1 })),
    );
  });

  test("a call that is cancelled tells what it has used when its work has ended", async () => {
    const attempt = watchedAttempt(tool("useUntilAborted"), {});
    const outcome = stage.executor.execute(attempt);
    await attempt.progressed;
    attempt.deadline.end(cancelReason("enough"));
    expect(await failureOf(await outcome).lingering).toEqual({ tokens: 12 });
  });

  test("a report that makes no sense is a TypeError where it is made", async () => {
    const reports = [
      -1,
      { tokens: "7" },
      { remaining: { resetMs: -5 } },
      null,
      { remaining: 3 },
      1,
    ];
    const attempt = watchedAttempt(tool("misuse"), { reports });
    const outcome = await stage.executor.execute(attempt);
    expect(outputOf(outcome)).toEqual([
      "`tokens` of a usage report must be a finite number from 0.",
      "`tokens` of a usage report must be a finite number from 0.",
      "`remaining.resetMs` of a usage report must be a finite number from 0.",
      "The usage that is reported must be a number or an object.",
      "`remaining` that is reported must be an object.",
      "taken",
      "`tokens` of a usage report must be a finite number from 0.",
    ]);
    expect(outcome.usage).toEqual({ tokens: 1 });
  });
}
