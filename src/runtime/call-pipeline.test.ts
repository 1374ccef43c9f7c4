import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { CallOptions, ToolCall } from "../core/tool-call.ts";
import { ToolError } from "../core/tool-error.ts";
import type { ExecutionMode, Tool, ToolContext } from "../core/tool.ts";
import {
  CallStage,
  after,
  codeOf,
  errorOf,
  failing,
  scripted,
  testTool,
} from "../testing/call-stage.ts";
import { Deadline } from "../time/deadline.ts";
import { runCall } from "./call-pipeline.ts";

const cancelled = new ToolError("CALL_CANCELLED", "The caller gave up.");

describe("a call that is refused", () => {
  const adder = testTool("add", () => 1, {
    input: z.object({ secret: z.object({ depth: z.number() }) }),
  });
  const refusals: [string, Partial<ToolCall> & { name: string }, CallOptions, string][] = [
    ["for an unknown tool", { name: "nope" }, {}, "TOOL_NOT_FOUND"],
    ["for arguments that are no JSON", { name: "add", malformed: "{oops" }, {}, "INPUT_INVALID"],
    [
      "for an input that does not fit",
      { name: "add", input: { secret: { depth: {} } } },
      {},
      "INPUT_INVALID",
    ],
    ["for a place where its tool cannot go", { name: "add" }, { mode: "process" }, "NOT_PORTABLE"],
  ];

  test.each(refusals)(
    "%s touches neither limiter nor executor",
    async (_why, call, options, code) => {
      const stage = new CallStage({ tools: () => [adder] });
      const result = await stage.run(call, options);
      expect(codeOf(result)).toBe(code);
      expect(stage.limiter.asked).toBe(0);
      expect(stage.executor.attempts).toEqual([]);
      expect(stage.eventsOf()).toEqual(["tool.invoked", "tool.failed"]);
      expect(result.timing).toEqual({
        queuedMs: 0,
        runMs: 0,
        transferMs: 0,
        cpuMs: undefined,
        attempts: 0,
        mode: undefined,
        workerId: undefined,
        waitedFor: undefined,
      });
    },
  );

  test("for its input is told where, and not with what", async () => {
    const stage = new CallStage({ tools: () => [adder] });
    const input = { secret: { depth: "hunter2" } };
    const error = errorOf(await stage.run({ name: "add", input }));
    expect(error.details).toMatchObject({ issues: [{ path: "/secret/depth" }] });
    expect(error.message).toContain("/secret/depth");
    expect(error.message).not.toContain("hunter2");
  });

  test("for its place is refused before its input is looked at", async () => {
    const stage = new CallStage({ tools: () => [adder] });
    const result = await stage.run({ name: "add", input: "wrong" }, { mode: "thread" });
    expect(codeOf(result)).toBe("NOT_PORTABLE");
  });

  test("because it was cancelled before is refused with that reason, before any limit", async () => {
    const stage = new CallStage({ tools: () => [testTool("t", () => 1)] });
    const deadline = new Deadline(stage.clock);
    deadline.end(cancelled);
    const result = await stage.run({ name: "t" }, {}, deadline);
    expect(errorOf(result)).toBe(cancelled);
    expect(stage.limiter.asked).toBe(0);
    expect(stage.executor.attempts).toEqual([]);
  });

  test("because too many wait never reaches the executor", async () => {
    const stage = new CallStage({
      tools: (clock) => [testTool("slow", () => after(clock, 10))],
      limits: { slow: { concurrency: 1, queue: { max: 0 } } },
    });
    const running = stage.run({ name: "slow" });
    const refused = await stage.run({ name: "slow" });
    expect(codeOf(refused)).toBe("QUEUE_FULL");
    expect(refused.timing).toMatchObject({ attempts: 0, waitedFor: undefined, mode: "async" });
    expect(stage.eventsOf(2)).toEqual(["tool.invoked", "tool.failed"]);
    expect(stage.executor.attempts.length).toBe(1);
    await stage.clock.advance(10);
    expect(codeOf(await running)).toBe("ok");
  });

  test("by something that is no ToolError fails as its tool would", async () => {
    const stage = new CallStage({ tools: () => [] });
    const result = await runCall(stage.parts, {
      call: { id: "c", name: "t", input: {} },
      callNumber: 1,
      index: 0,
      options: {},
      deadline: new Deadline(stage.clock),
      defaultMode: "auto",
      resolve: () => {
        throw new RangeError("broken registry");
      },
      emit: undefined,
      onAdmitted: undefined,
      nesting: stage.nesting,
      isWhole: false,
      parent: undefined,
    });
    expect(errorOf(result)).toMatchObject({
      code: "TOOL_FAILED",
      message: "t failed: broken registry",
    });
  });
});

describe("a call that runs", () => {
  test("goes through its steps in order, and each once", async () => {
    const steps: string[] = [];
    const step = (name: string) => (value: unknown) => {
      steps.push(name);
      return value;
    };
    const tool = testTool("t", step("execute"), {
      input: z.any().transform(step("parse input")),
      output: z.any().transform(step("parse output")),
    });
    const stage = new CallStage({ tools: () => [tool] });
    const { limiter } = stage.parts;
    const result = await runCall(
      {
        ...stage.parts,
        limiter: {
          acquire: () => {
            steps.push("acquire");
            return {
              begin: () => steps.push("begin"),
              release: (outcome) => steps.push(`release: ${outcome}`),
            };
          },
          close: (reason) => limiter.close(reason),
          change: () => {},
          stats: () => [],
        },
      },
      {
        call: { id: "c", name: "t", input: {} },
        callNumber: 1,
        index: 0,
        options: {},
        deadline: new Deadline(stage.clock),
        defaultMode: "auto",
        resolve: (name) => {
          steps.push("resolve");
          return stage.resolve(name);
        },
        emit: ({ type }) => steps.push(type),
        onAdmitted: () => steps.push("admitted"),
        nesting: stage.nesting,
        isWhole: false,
        parent: undefined,
      },
    );
    expect(result.status).toBe("ok");
    expect(steps).toEqual([
      "tool.invoked",
      "resolve",
      "parse input",
      "acquire",
      "admitted",
      "begin",
      "tool.started",
      "execute",
      "release: success",
      "parse output",
      "tool.completed",
    ]);
  });

  test("gives the tool its parsed input, and the facts of the call", async () => {
    let seen: [unknown, Partial<ToolContext>] | undefined;
    const tool = testTool(
      "t",
      (
        input: unknown,
        { callId, attemptId, attempt, toolName, mode, tenant, idempotencyKey, context },
      ) => {
        seen = [
          input,
          { callId, attemptId, attempt, toolName, mode, tenant, idempotencyKey, context },
        ];
      },
      { input: z.object({ days: z.number().default(3) }) },
    );
    const stage = new CallStage({ tools: () => [tool] });
    const options = { tenant: "u1", idempotencyKey: "once", context: { user: "ada" } };
    await stage.run({ id: "call_x", name: "t" }, options);
    expect(seen).toEqual([
      { days: 3 },
      { ...options, callId: "call_x", attemptId: "1.1", attempt: 1, toolName: "t", mode: "async" },
    ]);
  });

  test("tells calls of a batch that has an idempotency key apart", async () => {
    const keys: unknown[] = [];
    const tool = testTool("t", (_input, { idempotencyKey }) => keys.push(idempotencyKey));
    const stage = new CallStage({ tools: () => [tool] });
    await stage.run({ name: "t" }, { idempotencyKey: "once" });
    await stage.run({ name: "t" }, { idempotencyKey: "once" });
    await stage.run({ name: "t" }, {});
    expect(keys).toEqual(["once", "once:1", undefined]);
  });

  test("answers with the output as its schema gives it", async () => {
    const tool = testTool("t", () => ({ sum: 3, noise: 1 }), {
      output: z.object({ sum: z.number() }),
    });
    const result = await new CallStage({ tools: () => [tool] }).run({ id: "a", name: "t" });
    expect(result).toMatchObject({ status: "ok", callId: "a", toolName: "t", output: { sum: 3 } });
    expect(result.calledAs).toBeUndefined();
    expect(result).not.toHaveProperty("output.noise");
  });

  test("whose output does not fit is OUTPUT_INVALID with the path, though it could be coerced", async () => {
    const tool = testTool("t", () => ({ sum: "3" }), {
      output: { type: "object", properties: { sum: { type: "number" } } },
    });
    const stage = new CallStage({ tools: () => [tool] });
    const result = await stage.run({ name: "t" });
    expect(errorOf(result)).toMatchObject({
      code: "OUTPUT_INVALID",
      details: { issues: [{ path: "/sum" }] },
    });
    expect(stage.limiter.outcomes).toEqual(["success"]);
    expect(stage.eventsOf()).toEqual(["tool.invoked", "tool.started", "tool.failed"]);
  });

  test("carries the name the model used beside the tool's own", async () => {
    const stage = new CallStage({ tools: () => [testTool("math.add", () => 3)] });
    const result = await runCall(stage.parts, {
      call: { id: "c", name: "math_add", input: {} },
      callNumber: 4,
      index: 2,
      options: {},
      deadline: new Deadline(stage.clock),
      defaultMode: "async",
      resolve: () => stage.resolve("math.add"),
      emit: (event) => stage.events.push(event),
      onAdmitted: undefined,
      nesting: stage.nesting,
      isWhole: false,
      parent: undefined,
    });
    expect(result).toMatchObject({ toolName: "math.add", calledAs: "math_add" });
    expect(stage.events.map(({ toolName }) => toolName)).toEqual([
      "math_add",
      "math.add",
      "math.add",
    ]);
    for (const event of stage.events)
      expect(event).toMatchObject({ callNumber: 4, index: 2, callId: "c" });
  });

  test.each<[ExecutionMode | undefined, ExecutionMode | undefined, ExecutionMode, string]>([
    ["async", "thread", "process", "ok"],
    [undefined, "async", "process", "ok"],
    [undefined, undefined, "async", "ok"],
    ["auto", "process", "thread", "ok"],
    [undefined, "auto", "process", "ok"],
    ["thread", "async", "async", "NOT_PORTABLE"],
    [undefined, "thread", "async", "NOT_PORTABLE"],
    [undefined, undefined, "thread", "NOT_PORTABLE"],
  ])(
    "asked for %s, its tool for %s and the registry for %s, is %s",
    async (asked, own, registry, code) => {
      const stage = new CallStage({ tools: () => [testTool("t", () => 1, { mode: own })] });
      const result = await runCall(stage.parts, {
        call: { id: "c", name: "t", input: {} },
        callNumber: 1,
        index: 0,
        options: { mode: asked },
        deadline: new Deadline(stage.clock),
        defaultMode: registry,
        resolve: (name) => stage.resolve(name),
        emit: undefined,
        onAdmitted: undefined,
        nesting: stage.nesting,
        isWhole: false,
        parent: undefined,
      });
      expect(codeOf(result)).toBe(code);
    },
  );
});

describe("a permit", () => {
  const error = new Error("broken tool");
  const ways: [string, Tool["execute"], string, string][] = [
    ["an output", () => 1, "ok", "success"],
    ["a promise", async () => 1, "ok", "success"],
    [
      "a throw",
      () => {
        throw error;
      },
      "TOOL_FAILED",
      "failure",
    ],
    [
      "a rejection",
      async () => {
        throw error;
      },
      "TOOL_FAILED",
      "failure",
    ],
    [
      "an error of its own",
      () => {
        throw cancelled;
      },
      "CALL_CANCELLED",
      "ignored",
    ],
  ];

  test.each(ways)(
    "comes back once when the tool ends with %s",
    async (_what, execute, code, outcome) => {
      const stage = new CallStage({ tools: () => [testTool("t", execute)] });
      expect(codeOf(await stage.run({ name: "t" }))).toBe(code);
      expect(stage.limiter.outcomes).toEqual([outcome]);
      expect(stage.limiter.held).toBe(0);
      expect(stage.clock.pendingTimers).toBe(0);
    },
  );

  test("comes back when an executor breaks its promise and throws", async () => {
    const executor = scripted(new Error("broken executor"));
    const stage = new CallStage({ tools: () => [testTool("t", () => 1)], executor });
    expect(errorOf(await stage.run({ name: "t" }))).toMatchObject({
      code: "TOOL_FAILED",
      message: "t failed: broken executor",
    });
    expect(stage.limiter.outcomes).toEqual(["ignored"]);
    expect(stage.eventsOf()).toEqual(["tool.invoked", "tool.failed"]);
  });

  test("teaches nothing when the tool never began", async () => {
    const executor = scripted(failing(false));
    const stage = new CallStage({ tools: () => [testTool("t", () => 1)], executor });
    const result = await stage.run({ name: "t" });
    expect(stage.limiter.outcomes).toEqual(["ignored"]);
    expect(result.timing).toMatchObject({ attempts: 0, runMs: 7 });
  });

  test("is kept by work that goes on after its answer, and given to the next when that ends", async () => {
    const stage = new CallStage({
      tools: (clock) => [testTool("deaf", () => after(clock, 500), { timeoutMs: 100 })],
      limits: { deaf: { concurrency: 1 } },
    });
    const first = stage.run({ name: "deaf" });
    const second = stage.run({ name: "deaf" });
    await stage.clock.advance(100);
    expect(errorOf(await first)).toMatchObject({
      code: "DEADLINE_EXCEEDED",
      details: { timeoutMs: 100 },
    });
    expect(stage.executor.attempts.length).toBe(1);
    expect(stage.limiter.held).toBe(1);

    await stage.clock.advance(399);
    expect(stage.executor.attempts.length).toBe(1);
    await stage.clock.advance(1);
    expect(stage.executor.attempts.length).toBe(2);
    expect(stage.limiter.outcomes).toEqual(["failure"]);

    await stage.clock.advance(1_000);
    expect((await second).timing).toMatchObject({ queuedMs: 500, runMs: 100 });
    expect(stage.limiter.held).toBe(0);
  });

  test("is never asked for by a call that is cancelled while it waits, and its place is free", async () => {
    const stage = new CallStage({
      tools: (clock) => [testTool("slow", () => after(clock, 50))],
      limits: { "*": { concurrency: 1 } },
    });
    const deadline = new Deadline(stage.clock);
    const running = stage.run({ name: "slow" });
    const waiting = stage.run({ name: "slow" }, {}, deadline);
    const next = stage.run({ name: "slow" });
    await stage.clock.advance(10);
    deadline.end(cancelled);
    const result = await waiting;
    expect(errorOf(result)).toBe(cancelled);
    expect(result.timing).toMatchObject({ queuedMs: 10, attempts: 0, waitedFor: "*" });
    await stage.clock.advance(90);
    expect([codeOf(await running), codeOf(await next)]).toEqual(["ok", "ok"]);
    expect(stage.executor.attempts.length).toBe(2);
  });
});

test("five hundred calls with one id, through one place, each have one result and one last event", async () => {
  const stage = new CallStage({
    tools: (clock) => [
      testTool("t", async ({ number }: { number: number }) => {
        await after(clock, number % 7);
        if (number % 5 === 0) throw new Error("every fifth");
        return number;
      }),
    ],
    limits: { "*": { concurrency: 13 } },
  });
  const calls = Array.from({ length: 500 }, (_, number) =>
    stage.run({ id: "same", name: "t", input: { number } }),
  );
  await stage.clock.advance(10_000);
  const results = await Promise.all(calls);
  expect(results.map((result) => (result.status === "ok" ? result.output : "failed"))).toEqual(
    Array.from({ length: 500 }, (_, number) => (number % 5 === 0 ? "failed" : number)),
  );
  for (let callNumber = 1; callNumber <= 500; callNumber += 1) {
    const types = stage.eventsOf(callNumber);
    expect(types.filter((type) => type === "tool.completed" || type === "tool.failed").length).toBe(
      1,
    );
    expect(types.at(-1)).toMatch(/completed|failed/);
  }
  expect(stage.limiter.mostHeld).toBe(13);
  expect(stage.limiter.held).toBe(0);
});
