import { describe, expect, test } from "vitest";
import type { NestedCallOptions } from "../core/nested-call.ts";
import type { ToolContext } from "../core/tool.ts";
import { ToolError } from "../core/tool-error.ts";
import { CallStage, after, errorOf, testTool } from "../testing/call-stage.ts";
import { Deadline } from "../time/deadline.ts";

type Body = (context: ToolContext) => unknown;

/** A stage with a tool `outer` that does as told, and some for it to call. */
function stageWith(outer: Body, settings: object = {}): CallStage {
  return new CallStage({
    tools: (clock) => [
      testTool("outer", (_input: never, context) => outer(context), settings),
      testTool("echo", (input: unknown) => input),
      testTool("fail", () => {
        throw new ToolError("RATE_LIMITED", "slow down", { retryAfterMs: 7 });
      }),
      testTool(
        "wait",
        (_input: never, { signal }) =>
          new Promise((resolve, reject) => {
            signal.addEventListener("abort", () => reject(signal.reason as Error));
            void after(clock, 1_000).then(() => resolve("waited"));
          }),
      ),
      testTool("told", (_input: never, { tenant, context, idempotencyKey, callId }) => {
        return { tenant, context, idempotencyKey, callId };
      }),
      testTool("usage", (_input: never, { reportUsage }) => reportUsage({ tokens: 4 })),
    ],
  });
}

describe("a call that a tool makes", () => {
  test("gives its output, and has a number, a place and a parent of its own", async () => {
    const stage = stageWith(({ call }) => call("echo", { a: [1] }));
    const result = await stage.run({ name: "outer", id: "c" });
    expect(result).toMatchObject({ status: "ok", output: { a: [1] } });
    expect(stage.eventsOf(2)).toEqual(["tool.invoked", "tool.started", "tool.completed"]);
    const invoked = stage.events.find(({ callNumber }) => callNumber === 2);
    expect(invoked).toMatchObject({ parentCall: 1, index: 0, callId: "c/1", toolName: "echo" });
    expect(stage.events.find(({ callNumber }) => callNumber === 1)).not.toHaveProperty(
      "parentCall",
    );
  });

  test("asks for its turn with the permit and the urgency of its parent", async () => {
    const stage = stageWith(({ call }) =>
      Promise.all([call("echo"), call("echo", {}, { priority: -3 })]),
    );
    await stage.run({ name: "outer" }, { priority: 5, tenant: "acme" });
    const [outer, first, second] = stage.limiter.requests;
    expect(outer?.parent).toBeUndefined();
    expect(first?.parent).toBeDefined();
    expect(second?.parent).toBe(first?.parent);
    expect(first).toMatchObject({ priority: 5, tenant: "acme" });
    expect(second).toMatchObject({ priority: -3, tenant: "acme" });
    expect(stage.limiter.held).toBe(0);
  });

  test("is told what its parent is told, but for the parent's key", async () => {
    const stage = stageWith(({ call }) =>
      Promise.all([call("told"), call("told", {}, { idempotencyKey: "mine" })]),
    );
    const options = { tenant: "acme", context: { user: 7 }, idempotencyKey: "outer" };
    const told = { tenant: "acme", context: { user: 7 } };
    expect(await stage.run({ name: "outer", id: "c" }, options)).toMatchObject({
      output: [
        { ...told, idempotencyKey: undefined, callId: "c/1" },
        { ...told, idempotencyKey: "mine", callId: "c/2" },
      ],
    });
  });

  test("rejects with its own error, which fails the parent when that does not catch it", async () => {
    const stage = stageWith(({ call }) => call("fail"));
    expect(errorOf(await stage.run({ name: "outer" }))).toMatchObject({
      code: "RATE_LIMITED",
      message: "slow down",
      retryAfterMs: 7,
    });
  });

  test.each<[string, NestedCallOptions, string]>([
    ["nowhere", {}, "TOOL_NOT_FOUND"],
    ["echo", { mode: "process" }, "NOT_PORTABLE"],
    ["wait", { deadlineMs: 0 }, "DEADLINE_EXCEEDED"],
    ["wait", { signal: AbortSignal.abort() }, "CALL_CANCELLED"],
  ])("of %s with %o rejects with %s", async (name, options, code) => {
    const stage = stageWith(({ call }) => call(name, {}, options));
    expect(errorOf(await stage.run({ name: "outer" })).code).toBe(code);
  });

  test("ends with its parent's time, and its own", async () => {
    const stage = stageWith(({ call }) => call("wait").catch((thrown: unknown) => thrown), {
      timeoutMs: 200,
    });
    const result = stage.run({ name: "outer" });
    await stage.clock.advance(200);
    expect(errorOf(await result)).toMatchObject({ details: { timeoutMs: 200 } });
    expect(stage.eventsOf(2).at(-1)).toBe("tool.failed");
    const own = stageWith(({ call }) => call("wait", {}, { deadlineMs: 50 }));
    const late = own.run({ name: "outer" });
    await own.clock.advance(50);
    expect(errorOf(await late)).toMatchObject({ details: { deadlineMs: 50 } });
  });

  test("ends when its parent is cancelled, with the same reason", async () => {
    const stage = stageWith(({ call }) => call("wait"));
    const deadline = new Deadline(stage.clock);
    const result = stage.run({ name: "outer" }, {}, deadline);
    const reason = new ToolError("CALL_CANCELLED", "no longer wanted");
    deadline.end(reason);
    expect(errorOf(await result)).toBe(reason);
    const ends = stage.events.filter((event) => event.type === "tool.failed");
    expect(ends.map(({ callNumber }) => callNumber)).toEqual([2, 1]);
    expect(ends.map(({ result: { error } }) => error)).toEqual([reason, reason]);
  });

  test("is cancelled when its parent has ended without waiting for it, before the parent's result", async () => {
    const stage = stageWith(({ call }) => {
      void call("wait");
      return "done";
    });
    expect(await stage.run({ name: "outer" })).toMatchObject({ status: "ok", output: "done" });
    const ends = stage.events.filter(({ type }) => /completed|failed/u.test(type));
    expect(ends).toMatchObject([
      { callNumber: 2, result: { error: { code: "CALL_CANCELLED" } } },
      { callNumber: 1, result: { output: "done" } },
    ]);
    expect((ends[0] as { result: { error: ToolError } }).result.error.message).toBe(
      "outer, which made the call, has ended.",
    );
  });

  test("is refused when its parent has ended", async () => {
    let kept: ToolContext | undefined;
    const stage = stageWith((context) => (kept = context) && "done");
    await stage.run({ name: "outer" });
    await expect(kept?.call("echo")).rejects.toMatchObject({
      code: "CALL_CANCELLED",
      message: "outer has ended, and makes no more calls.",
    });
    expect(stage.eventsOf(2)).toEqual([]);
  });

  test("is told of its depth when that is too much, and makes no call", async () => {
    const stage = stageWith(({ call }) => call("outer"));
    expect(errorOf(await stage.run({ name: "outer" }))).toMatchObject({
      code: "TOOL_FAILED",
      retryable: false,
      details: { depth: 33, maxDepth: 32 },
    });
    expect(Math.max(...stage.events.map(({ callNumber }) => callNumber))).toBe(33);
  });
});

describe("the permit of an attempt comes back", () => {
  test("with its output, its time and what it has used", async () => {
    const stage = stageWith(async ({ reportUsage }) => {
      reportUsage(3);
      await after(stage.clock, 20);
      reportUsage({ tokens: 4, remaining: { requests: 9 } });
      return "done";
    });
    const result = stage.run({ name: "outer" });
    await stage.clock.advance(20);
    await result;
    expect(stage.limiter.facts).toEqual([
      { runMs: 20, output: "done", usage: { tokens: 7, remaining: { requests: 9 } } },
    ]);
  });

  test("with its error when it failed", async () => {
    const stage = stageWith(({ reportUsage }) => {
      reportUsage(3);
      throw new ToolError("RATE_LIMITED", "slow down");
    });
    await stage.run({ name: "outer" });
    const [facts] = stage.limiter.facts;
    expect(facts).toMatchObject({ error: { code: "RATE_LIMITED" }, usage: { tokens: 3 } });
  });

  test("when its work has ended, with what that has used by then", async () => {
    const stage = stageWith(
      async ({ reportUsage }) => {
        reportUsage(1);
        await after(stage.clock, 500);
        reportUsage(2);
      },
      { timeoutMs: 100 },
    );
    const result = stage.run({ name: "outer" });
    await stage.clock.advance(100);
    expect(errorOf(await result).code).toBe("DEADLINE_EXCEEDED");
    expect(stage.limiter.facts).toEqual([]);
    await stage.clock.advance(400);
    expect(stage.limiter.facts).toMatchObject([
      { runMs: 100, error: { code: "DEADLINE_EXCEEDED" }, usage: { tokens: 3 } },
    ]);
  });

  test("with its own usage, and not that of the calls that it made", async () => {
    const stage = stageWith(({ call }) => call("usage"));
    await stage.run({ name: "outer" });
    expect(stage.limiter.facts.map((facts) => facts?.usage)).toEqual([{ tokens: 4 }, undefined]);
  });
});
