/**
 * What every {@link Executor} promises, as tests. An implementation passes by calling
 * {@link testExecutor} in a test file of its own.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ToolError } from "../core/tool-error.ts";
import type { Tool } from "../core/tool.ts";
import type { AttemptOutcome, Executor } from "../executors/executor.ts";
import { SystemClock } from "../time/clock.ts";
import { Deadline } from "../time/deadline.ts";
import { type SuiteStage, testCalls, testUsage } from "./executor-suite-calls.ts";
import { SUITE_TOOLS_URL, suiteTools } from "./executor-suite-tools.ts";
import {
  cancelReason,
  expiringDeadline,
  failureOf,
  outputOf,
  portable,
  watchedAttempt,
} from "./watched-attempt.ts";

/** What the tests of one executor share. */
interface Stage extends SuiteStage {
  /** Runs a tool of the suite to its outcome. */
  readonly run: (tool: string, input?: unknown) => Promise<AttemptOutcome>;
}

const loaded = new Map<string, Tool>();

/** One Tool object per name: executors may remember what they learn of it. */
function suiteTool(name: string): Tool {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const tool = suiteTools[name];
  if (tool === undefined) throw new Error(`The suite has no tool "${name}".`);
  const made = portable(tool, SUITE_TOOLS_URL, "suiteTools");
  loaded.set(name, made);
  return made;
}

/**
 * Defines the tests of the port.
 *
 * @param name - Names the implementation in the report.
 * @param make - Makes a fresh executor; one with workers should have two of them.
 */
export function testExecutor(name: string, make: () => Executor): void {
  describe(`the executor ${name}`, () => {
    const folder = mkdtempSync(join(tmpdir(), "executor-suite-"));
    let executor: Executor;
    beforeAll(() => {
      executor = make();
    });
    afterAll(async () => {
      await executor.destroy();
      rmSync(folder, { recursive: true });
    });
    const stage: Stage = {
      get executor() {
        return executor;
      },
      fileNamed: (file) => join(folder, file),
      tool: suiteTool,
      run: async (tool, input) => executor.execute(watchedAttempt(suiteTool(tool), input)),
    };
    describe("outputs", () => testOutputs(stage));
    describe("errors", () => testErrors(stage));
    describe("context", () => testContext(stage));
    describe("deadlines", () => testDeadlines(stage));
    describe("numbers", () => testNumbers(stage));
    describe("calls of other tools", () => testCalls(stage));
    describe("usage", () => testUsage(stage));
    describe("life", () => testLife(make));
  });
}

function testOutputs({ run }: Stage): void {
  test.each(["echo", "later"])("%s gives back what the function returned", async (tool) => {
    for (const value of [1, "text", false, null, [1, [2]], { a: { b: [] } }]) {
      expect(outputOf(await run(tool, value))).toEqual(value);
    }
  });

  test("a function that returns nothing has the output undefined", async () => {
    expect(await run("nothing")).toMatchObject({ status: "ok", output: undefined });
  });

  test("an input of undefined arrives as undefined", async () => {
    expect(await run("later")).toMatchObject({ status: "ok", output: undefined });
  });

  test("every outcome says how long the function ran", async () => {
    expect((await run("wait", { ms: 30 })).runMs).toBeGreaterThanOrEqual(28);
    expect((await run("fail", { kind: "plain" })).runMs).toBeGreaterThanOrEqual(0);
  });

  test("a promise of a foreign kind settles its call once, with what it comes to", async () => {
    expect(outputOf(await run("thenable", { kind: "settles-twice" }))).toBe("first");
    expect(outputOf(await run("thenable", { kind: "nested" }))).toBe("inside");
  });

  test.each(["then-throws", "then-call-throws"])(
    "a promise whose %s fails its call alone",
    async (kind) => {
      const outcomes = await Promise.all([run("thenable", { kind }), run("add", { a: 1, b: 1 })]);
      expect(failureOf(outcomes[0]).error.message).toMatch(/then cannot be (read|called)/);
      expect(outputOf(outcomes[1])).toBe(2);
    },
  );
}

function testErrors({ run }: Stage): void {
  describe.each(["fail", "reject"])("of a tool that %ss", (tool) => {
    const errorOf = async (kind: string): Promise<ToolError> =>
      failureOf(await run(tool, { kind })).error;
    const causeOf = async (kind: string): Promise<Error> => (await errorOf(kind)).cause as Error;

    test("are TOOL_FAILED with the tool's own message", async () => {
      const outcome = failureOf(await run(tool, { kind: "plain" }));
      const { error } = outcome;
      expect(outcome.began).toBe(true);
      expect(outcome.lingering).toBeUndefined();
      expect(error).toMatchObject({ name: "ToolError", code: "TOOL_FAILED", retryable: true });
      expect(error.message).toBe(`${tool} failed: it broke`);
    });

    test("keep the name, class, message and stack of what was thrown", async () => {
      const cause = await causeOf("range");
      expect(cause).toBeInstanceOf(RangeError);
      expect(cause).toMatchObject({ name: "RangeError", message: "out of range" });
      expect(cause.stack).toContain("executor-suite-tools");
    });

    test("keep the causes of what was thrown", async () => {
      const cause = await causeOf("caused");
      expect(cause.message).toBe("outer");
      expect(cause.cause).toBeInstanceOf(TypeError);
      expect(cause.cause).toMatchObject({ message: "inner" });
    });

    test("keep properties such as code", async () => {
      expect(await causeOf("custom")).toMatchObject({
        name: "Custom",
        message: "no such file",
        code: "ENOENT",
        errno: -2,
        fatal: false,
      });
    });

    test("keep the members of an AggregateError", async () => {
      const cause = await causeOf("aggregate");
      expect(cause).toBeInstanceOf(AggregateError);
      expect((cause as AggregateError).errors.map(String)).toEqual([
        "RangeError: one",
        "Error: two",
      ]);
    });

    test("are what was thrown when that is a ToolError", async () => {
      const error = await errorOf("tool");
      expect(ToolError.is(error, "RATE_LIMITED")).toBe(true);
      expect(error.toJSON()).toEqual({
        code: "RATE_LIMITED",
        message: "slow down",
        details: { limit: 7 },
        retryable: true,
        retryAfterMs: 1_500,
      });
    });

    test.each([
      ["text", "only text"],
      ["nothing", "undefined"],
      ["nil", "null"],
      ["number", "42"],
      ["object", "like an error"],
      ["symbol", "Symbol(odd)"],
      ["no-prototype", "{}"],
      ["hostile-message", "something that cannot be shown"],
    ])("show what is no good error (%s)", async (kind, text) => {
      const error = await errorOf(kind);
      expect(error).toMatchObject({ code: "TOOL_FAILED", message: `${tool} failed: ${text}` });
    });
  });
}

function testContext(stage: Stage): void {
  test("tells the function everything about its call", async () => {
    const { executor } = stage;
    const context = { user: "u1", since: new Date(7) };
    const told = {
      tenant: "acme",
      idempotencyKey: "key-1",
      context,
      attempt: 3,
      callId: "model-id",
    };
    const attempt = watchedAttempt(suiteTool("context"), null, told);
    const output = outputOf(await executor.execute(attempt)) as { readonly workerId?: string };
    const { attemptId } = attempt;
    expect(output).toMatchObject({ ...told, attemptId, mode: executor.mode, toolName: "context" });
    expect(attempt.starts).toEqual([output.workerId]);
    const pattern = new RegExp(`^${executor.mode}-\\d+$`);
    expect(output.workerId ?? "async-0").toMatch(pattern);
  });

  test("leaves undefined what the caller did not say", async () => {
    const untold = { tenant: undefined, idempotencyKey: undefined, context: undefined };
    expect(outputOf(await stage.run("context"))).toMatchObject(untold);
  });

  test("brings progress in order, and all of it before the outcome", async () => {
    const attempt = watchedAttempt(suiteTool("progress"), { steps: 9 });
    expect(outputOf(await stage.executor.execute(attempt))).toBe("through");
    const steps = Array.from({ length: 9 }, (_, place) => place + 1);
    expect(attempt.updates).toEqual(
      steps.map((step) => ({ progress: step, total: 9, message: `step ${step}` })),
    );
  });

  test("brings progress while the call runs", async () => {
    const attempt = watchedAttempt(suiteTool("untilAborted"), {});
    const outcome = stage.executor.execute(attempt);
    await attempt.progressed;
    expect(attempt.updates).toEqual([{ progress: 0 }]);
    attempt.deadline.end(cancelReason("enough"));
    await outcome;
  });
}

function testDeadlines(stage: Stage): void {
  test("cancelling a running call gives its reason, and reaches its signal as a ToolError", async () => {
    const file = stage.fileNamed("reason");
    const reason = new ToolError("CALL_CANCELLED", "no more", { details: { by: "user" } });
    const attempt = watchedAttempt(suiteTool("untilAborted"), { file });
    const outcome = stage.executor.execute(attempt);
    await attempt.progressed;
    attempt.deadline.end(reason);
    const failure = failureOf(await outcome);
    expect(failure.error).toBe(reason);
    expect(failure.began).toBe(true);
    await failure.lingering;
    expect(readFileSync(file, "utf8")).toBe('CALL_CANCELLED no more {"by":"user"}\n');
  });

  test("a deadline that runs out ends the call with its reason", async () => {
    const attempt = watchedAttempt(
      suiteTool("untilAborted"),
      {},
      { deadline: expiringDeadline(40) },
    );
    const { error } = failureOf(await stage.executor.execute(attempt));
    expect(error).toMatchObject({ code: "DEADLINE_EXCEEDED", message: "40 ms are over." });
  });

  test("a call whose deadline has ended before is not begun, and leaves no trace", async () => {
    const reason = cancelReason("too late");
    const deadline = new Deadline(new SystemClock());
    deadline.end(reason);
    const file = stage.fileNamed("too-late");
    for (let time = 1; time <= 3; time += 1) {
      const attempt = watchedAttempt(suiteTool("note"), { file, line: "begun" }, { deadline });
      const failure = failureOf(await stage.executor.execute(attempt));
      expect(failure.error).toBe(reason);
      expect(failure).toMatchObject({ began: false, runMs: 0 });
      expect(attempt.starts).toEqual([]);
    }
    expect(outputOf(await stage.run("echo", "next"))).toBe("next");
    expect(existsSync(file)).toBe(false);
  });

  test("a deadline that ends after the call changes nothing", async () => {
    const attempt = watchedAttempt(suiteTool("later"), "kept");
    const outcome = await stage.executor.execute(attempt);
    attempt.deadline.end(cancelReason("far too late"));
    expect(outputOf(outcome)).toBe("kept");
    expect(outputOf(await stage.run("later", "next"))).toBe("next");
  });

  test("a tool that ignores its signal is answered at once, and lingers until its work has ended", async () => {
    const file = stage.fileNamed("stubborn");
    writeFileSync(file, "");
    const attempt = watchedAttempt(suiteTool("stubborn"), { ms: 400, file });
    const outcome = stage.executor.execute(attempt);
    await attempt.progressed;
    attempt.deadline.end(cancelReason("stop"));
    const { lingering } = failureOf(await outcome);
    expect(readFileSync(file, "utf8")).toBe("");
    expect(lingering).toBeInstanceOf(Promise);
    await lingering;
    const atTheEnd = readFileSync(file, "utf8");
    await stage.run("wait", { ms: 450 });
    expect(readFileSync(file, "utf8")).toBe(atTheEnd);
  });
}

function testNumbers(stage: Stage): void {
  test("2 000 calls with one and the same call id get each its own answer", async () => {
    const attempts = Array.from({ length: 2_000 }, (_, place) =>
      watchedAttempt(suiteTool(place % 2 === 0 ? "echo" : "later"), place, { callId: "call_1" }),
    );
    const outcomes = await Promise.all(
      attempts.map(async (attempt) => stage.executor.execute(attempt)),
    );
    expect(outcomes.map(outputOf)).toEqual(attempts.map(({ input }) => input));
  });

  test("5 000 mixed calls in one go are each answered, once and with what is theirs", async () => {
    const kinds = ["echo", "later", "add", "fail", "reject", "nothing"];
    let answers = 0;
    const told = await Promise.all(
      Array.from({ length: 5_000 }, async (_, place) => {
        const tool = kinds[place % kinds.length] ?? "echo";
        const attempt = watchedAttempt(suiteTool(tool), { a: place, b: 1, kind: "plain" });
        const outcome = await stage.executor.execute(attempt);
        answers += 1;
        return [tool, place, outcome, attempt.starts.length] as const;
      }),
    );
    expect(answers).toBe(5_000);
    const wrong = told.filter(
      ([tool, place, outcome, starts]) => starts !== 1 || !isRightAnswer(tool, place, outcome),
    );
    expect(wrong).toEqual([]);
  });

  test("calls that wait do so together: 200 waits of 20 ms take far less than one after the other", async () => {
    await stage.run("wait", { ms: 20 });
    const before = performance.now();
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, () => stage.run("wait", { ms: 20 })),
    );
    const tookMs = performance.now() - before;
    expect(outcomes.map(outputOf)).toEqual(Array.from({ length: 200 }, () => 20));
    // Two workers one call at a time would take 2 000 ms.
    expect(tookMs).toBeLessThan(1_000);
  });
}

function isRightAnswer(tool: string, place: number, outcome: AttemptOutcome): boolean {
  if (outcome.status === "error") {
    return outcome.error.message === `${tool} failed: it broke`;
  }
  const { output } = outcome;
  if (tool === "add") return output === place + 1;
  if (tool === "nothing") return output === undefined;
  return (output as { readonly a: number }).a === place;
}

function start(executor: Executor, tool: string, input: unknown): Promise<AttemptOutcome> {
  return Promise.resolve(executor.execute(watchedAttempt(suiteTool(tool), input)));
}

function testLife(make: () => Executor): void {
  test("close waits for the calls that run and for those that wait their turn", async () => {
    const executor = make();
    const calls = Array.from({ length: 6 }, () => start(executor, "wait", { ms: 60 }));
    let ended = 0;
    for (const call of calls) void call.then(() => (ended += 1));
    await executor.close();
    expect(ended).toBe(6);
    expect((await Promise.all(calls)).map(outputOf)).toEqual([60, 60, 60, 60, 60, 60]);
  });

  test("closing twice, and closing what was never used, is fine", async () => {
    const executor = make();
    await executor.close();
    await executor.close();
    const used = make();
    await start(used, "echo", 1);
    await Promise.all([used.close(), used.close()]);
    await used.close();
  });

  test("destroy under load answers every call at once with CALL_CANCELLED", async () => {
    const executor = make();
    const first = watchedAttempt(suiteTool("wait"), { ms: 60_000 });
    const calls = [Promise.resolve(executor.execute(first))];
    await first.started;
    for (let more = 0; more < 200; more += 1) calls.push(start(executor, "wait", { ms: 60_000 }));
    const before = performance.now();
    await executor.destroy();
    const outcomes = await Promise.all(calls);
    expect(performance.now() - before).toBeLessThan(3_000);
    expect(new Set(outcomes.map((outcome) => failureOf(outcome).error.code))).toEqual(
      new Set(["CALL_CANCELLED"]),
    );
    await executor.destroy();
    await executor.close();
  });

  test("closing is not kept waiting by calls whose deadline had ended before", async () => {
    const executor = make();
    const deadline = new Deadline(new SystemClock());
    deadline.end(cancelReason("too late"));
    await executor.execute(watchedAttempt(suiteTool("echo"), 1, { deadline }));
    expect(outputOf(await start(executor, "echo", 2))).toBe(2);
    await executor.close();
  });

  test("destroying what is closing ends the wait", async () => {
    const executor = make();
    const attempt = watchedAttempt(suiteTool("wait"), { ms: 60_000 });
    const call = executor.execute(attempt);
    await attempt.started;
    const closed = executor.close();
    await executor.destroy();
    await closed;
    expect(failureOf(await call).error.code).toBe("CALL_CANCELLED");
  });
}
