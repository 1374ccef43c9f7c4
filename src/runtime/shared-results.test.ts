/** Calls that share an execution, and answers that are kept. */
import { describe, expect, test, vi } from "vitest";
import type { CallEvent } from "../core/call-event.ts";
import type { CallOptions } from "../core/tool-call.ts";
import { ToolError } from "../core/tool-error.ts";
import type { ToolResult } from "../core/tool-result.ts";
import type { Tool } from "../core/tool.ts";
import type { LimitsOptions } from "../limits/limit-options.ts";
import { CallStage, after, codeOf, errorOf, testTool } from "../testing/call-stage.ts";
import { Deadline } from "../time/deadline.ts";

const READ_ONLY = { readOnly: true };

/** A read-only tool that takes 100 ms and says which run of it this was, on a stage. */
function slowReader(limits: LimitsOptions, settings: Partial<Tool> = {}): CallStage {
  let runs = 0;
  return new CallStage({
    limits,
    tools: (clock) => [
      testTool(
        "read",
        async () => {
          runs += 1;
          const run = runs;
          await after(clock, 100);
          return { run };
        },
        { annotations: READ_ONLY, ...settings },
      ),
    ],
  });
}

function read(
  stage: CallStage,
  input: unknown = { id: 1 },
  options: CallOptions = {},
): Promise<ToolResult> {
  return stage.run({ name: "read", input }, options);
}

async function finish(stage: CallStage, running: Promise<ToolResult>[]): Promise<ToolResult[]> {
  await stage.clock.advance(10_000);
  return Promise.all(running);
}

const runsOf = (results: readonly ToolResult[]): unknown[] =>
  results.map((result) =>
    result.status === "ok" ? (result.output as { run: number }).run : result.error.code,
  );

/** How often a tool runs for two identical calls at once and, when they have ended, one more. */
async function executionsOf(limits: LimitsOptions, settings: Partial<Tool> = {}): Promise<number> {
  const stage = slowReader(limits, { tags: ["net"], ...settings });
  const together = [read(stage), read(stage)];
  await stage.clock.advance(100);
  await Promise.all(together);
  await finish(stage, [read(stage)]);
  return stage.executor.attempts.length;
}

describe("identical calls in flight", () => {
  const limits = { "*": { dedupe: true } };

  test("share one execution, and each has its own result", async () => {
    const stage = slowReader(limits);
    const leading = read(stage, { id: 1, name: "x" });
    await stage.clock.advance(40);
    const following = stage.run({ id: "second", name: "read", input: { name: "x", id: 1 } });
    const [led, followed] = await finish(stage, [leading, following]);
    expect(stage.executor.attempts.length).toBe(1);
    expect(led).toMatchObject({ callId: "call_1", output: { run: 1 } });
    expect(led?.timing).toMatchObject({ queuedMs: 0, runMs: 100, attempts: 1 });
    expect(led?.timing.sharedWith).toBeUndefined();
    expect(followed).toMatchObject({
      callId: "second",
      toolName: "read",
      status: "ok",
      output: { run: 1 },
      timing: {
        queuedMs: 60,
        runMs: 0,
        attempts: 0,
        mode: "async",
        waitedFor: "identical call",
        sharedWith: 1,
      },
    });
    expect(stage.eventsOf(2)).toEqual(["tool.invoked", "tool.queued", "tool.completed"]);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  test("are run again once the first has ended", async () => {
    const stage = slowReader(limits);
    const first = await finish(stage, [read(stage)]);
    const second = await finish(stage, [read(stage)]);
    expect(runsOf([...first, ...second])).toEqual([1, 2]);
  });

  test.each<[string, [unknown, CallOptions], [unknown, CallOptions]]>([
    ["inputs differ", [{ id: 1 }, {}], [{ id: 2 }, {}]],
    ["inputs differ in type alone", [{ id: 1 }, {}], [{ id: "1" }, {}]],
    ["tenants differ", [{}, { tenant: "a" }], [{}, { tenant: "b" }]],
    ["only one has a tenant", [{}, { tenant: "" }], [{}, {}]],
    ["contexts are two objects", [{}, { context: { user: 1 } }], [{}, { context: { user: 1 } }]],
    ["only one has a context", [{}, { context: null }], [{}, {}]],
    ["modes differ", [{}, { mode: "async" }], [{}, { mode: "thread" }]],
    ["only one has an idempotency key", [{}, { idempotencyKey: "k" }], [{}, {}]],
    ["idempotency keys differ", [{}, { idempotencyKey: "k" }], [{}, { idempotencyKey: "l" }]],
    ["inputs cannot be compared", [{ call: () => 1 }, {}], [{ call: () => 1 }, {}]],
  ])("do not share when %s", async (_why, one, other) => {
    const stage = slowReader(limits);
    const results = await finish(stage, [read(stage, ...one), read(stage, ...other)]);
    expect(results.map(({ timing }) => timing.sharedWith)).toEqual([undefined, undefined]);
  });

  test("share whatever their priorities, deadlines and budgets, within a tenant and a context", async () => {
    const stage = slowReader(limits);
    const context = { user: 1 };
    const results = await finish(stage, [
      read(stage, {}, { tenant: "a", context, priority: 1 }),
      read(stage, {}, { tenant: "a", context, priority: 5 }),
      read(stage, {}, { tenant: "a", context, priority: 0 }),
    ]);
    expect(runsOf(results)).toEqual([1, 1, 1]);
  });

  test("share by their idempotency key and place, whatever their inputs", async () => {
    const stage = slowReader(limits);
    const batch = (inputs: readonly unknown[]): Promise<ToolResult>[] =>
      inputs.map((input, index) =>
        stage.run({ name: "read", input }, { idempotencyKey: "k" }, undefined, { index }),
      );
    const results = await finish(stage, [
      ...batch([{ at: 1 }, { at: 2 }]),
      ...batch([{ at: 3 }, { at: 4 }]),
    ]);
    expect(results.map(({ timing }) => timing.sharedWith)).toEqual([undefined, undefined, 1, 2]);
  });

  test.each<[string, Partial<Tool>]>([
    ["does not say that it is read-only", { annotations: { idempotent: true } }],
    ["says nothing of itself", { annotations: {} }],
  ])("do not share when their tool %s", async (_what, settings) => {
    const stage = slowReader(limits, settings);
    expect(runsOf(await finish(stage, [read(stage), read(stage)]))).toEqual([1, 2]);
  });

  test("do not share unless asked, and the narrowest limit that says something counts", async () => {
    expect(await executionsOf({})).toBe(3);
    expect(await executionsOf({ "*": { dedupe: false } })).toBe(3);
    expect(await executionsOf({ "tag:net": { dedupe: true } })).toBe(2);
    expect(await executionsOf({ "*": { dedupe: true }, read: { concurrency: 9 } })).toBe(2);
    expect(await executionsOf({ "*": { dedupe: true }, "re*": { dedupe: false } })).toBe(3);
    expect(await executionsOf({ "tag:net": { dedupe: false }, read: { dedupe: true } })).toBe(2);
  });

  test("share a failure, and the error is the same", async () => {
    const stage = new CallStage({
      limits,
      tools: (clock) => [
        testTool(
          "read",
          async () => {
            await after(clock, 10);
            throw new Error("no");
          },
          { annotations: READ_ONLY },
        ),
      ],
    });
    const [led, followed] = await finish(stage, [read(stage), read(stage)]);
    expect(stage.executor.attempts.length).toBe(1);
    expect(led && followed && errorOf(led)).toBe(followed && errorOf(followed));
    expect(followed?.timing).toMatchObject({ sharedWith: 1, attempts: 0 });
  });

  test("share what the limits refuse", async () => {
    const stage = slowReader({ ...limits, read: { concurrency: 1, queue: { max: 1 } } });
    const others = [read(stage, { id: "runs" }), read(stage, { id: "waits" })];
    const burst = Array.from({ length: 5 }, () => read(stage, { id: "refused" }));
    expect(runsOf(await finish(stage, [...others, ...burst])).slice(2)).toEqual(
      Array.from({ length: 5 }, () => "QUEUE_FULL"),
    );
  });

  test("share the end of an attempt that took too long", async () => {
    const stage = slowReader(limits, { timeoutMs: 50 });
    const results = await finish(stage, [read(stage), read(stage)]);
    expect(results.map(codeOf)).toEqual(["DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED"]);
    expect(stage.executor.attempts.length).toBe(1);
  });

  test("a follower that gives up leaves alone", async () => {
    const stage = slowReader(limits);
    const leading = read(stage);
    const deadline = new Deadline(stage.clock);
    const leaving = stage.run({ name: "read", input: { id: 1 } }, {}, deadline);
    const staying = read(stage);
    await stage.clock.advance(30);
    const reason = new ToolError("CALL_CANCELLED", "enough");
    deadline.end(reason);
    const left = await leaving;
    expect(errorOf(left)).toBe(reason);
    expect(left.timing.queuedMs).toBe(30);
    expect(runsOf(await finish(stage, [leading, staying]))).toEqual([1, 1]);
  });

  test("a deadline that outlasts its calls keeps none of them", async () => {
    const stage = slowReader(limits);
    const deadline = new Deadline(stage.clock);
    const follow = vi.spyOn(deadline, "follow");
    const unfollow = vi.spyOn(deadline, "unfollow");
    const running = Array.from({ length: 5 }, () =>
      stage.run({ name: "read", input: { id: 1 } }, {}, deadline),
    );
    await finish(stage, running);
    const kept = new Set(follow.mock.calls.map(([follower]) => follower));
    for (const [follower] of unfollow.mock.calls) kept.delete(follower);
    expect(follow.mock.calls.length).toBeGreaterThanOrEqual(4);
    expect(kept.size).toBe(0);
  });

  test("a follower out of time leaves at its deadline", async () => {
    const stage = slowReader(limits);
    const leading = read(stage);
    const deadline = new Deadline(stage.clock);
    deadline.expireAfter(
      20,
      () => new ToolError("DEADLINE_EXCEEDED", "late", { retryable: false }),
    );
    const leaving = stage.run({ name: "read", input: { id: 1 } }, {}, deadline);
    await stage.clock.advance(20);
    expect(codeOf(await leaving)).toBe("DEADLINE_EXCEEDED");
    expect(runsOf(await finish(stage, [leading]))).toEqual([1]);
  });

  test("when the leader is cancelled the next of them runs, and no other fails or runs", async () => {
    const stage = slowReader(limits);
    const deadline = new Deadline(stage.clock);
    const leading = stage.run({ name: "read", input: { id: 1 } }, {}, deadline);
    const followers = [read(stage), read(stage), read(stage)];
    await stage.clock.advance(60);
    deadline.end(new ToolError("CALL_CANCELLED", "enough"));
    expect(codeOf(await leading)).toBe("CALL_CANCELLED");
    const results = await finish(stage, followers);
    expect(runsOf(results)).toEqual([2, 2, 2]);
    expect(stage.executor.attempts.length).toBe(2);
    expect(results.map(({ timing }) => timing.sharedWith)).toEqual([undefined, 2, 2]);
    expect(results[0]?.timing).toMatchObject({ queuedMs: 60, runMs: 100, attempts: 1 });
    expect(results[1]?.timing).toMatchObject({ queuedMs: 160, attempts: 0 });
  });

  test("who comes between a leader's cancel and the next of them joins in", async () => {
    const stage = slowReader(limits);
    const deadline = new Deadline(stage.clock);
    const leading = stage.run({ name: "read", input: { id: 1 } }, {}, deadline);
    const following = read(stage);
    await stage.clock.advance(10);
    deadline.end(new ToolError("CALL_CANCELLED", "enough"));
    const newcomer = read(stage);
    const results = await finish(stage, [leading, following, newcomer]);
    expect(runsOf(results)).toEqual(["CALL_CANCELLED", 2, 2]);
    expect(stage.executor.attempts.length).toBe(2);
  });

  test.each([
    ["just before", 99, [2, 2]],
    ["just when", 100, [1, 1]],
  ])("a leader cancelled %s its answer is there", async (_when, ms, runs) => {
    const stage = slowReader(limits);
    const deadline = new Deadline(stage.clock);
    const leading = stage.run({ name: "read", input: { id: 1 } }, {}, deadline);
    const followers = [read(stage), read(stage)];
    await stage.clock.advance(ms);
    deadline.end(new ToolError("CALL_CANCELLED", "enough"));
    await leading;
    expect(runsOf(await finish(stage, followers))).toEqual(runs);
  });

  test("a leader out of time, waiting or running, is not their end", async () => {
    const stage = slowReader({ ...limits, read: { concurrency: 1 } });
    const blocker = read(stage, { id: "other" });
    const deadline = new Deadline(stage.clock);
    deadline.expireAfter(
      50,
      () => new ToolError("DEADLINE_EXCEEDED", "late", { retryable: false }),
    );
    const leading = stage.run({ name: "read", input: { id: 1 } }, {}, deadline);
    const following = read(stage);
    const results = await finish(stage, [blocker, leading, following]);
    expect(runsOf(results)).toEqual([1, "DEADLINE_EXCEEDED", 2]);
    expect(results[2]?.timing.queuedMs).toBe(100);
  });

  test("a more urgent call does not wait in a less urgent one's line, and the rest follow it", async () => {
    const stage = slowReader({ ...limits, read: { concurrency: 1 } });
    const ahead = Array.from({ length: 3 }, (_, id) => read(stage, { id }, { priority: 1 }));
    const patient = read(stage, { id: "x" }, { priority: 9 });
    const urgent = read(stage, { id: "x" }, { priority: 0 });
    const late = read(stage, { id: "x" }, { priority: 9 });
    const results = await finish(stage, [...ahead, patient, urgent, late]);
    expect(results[4]?.timing).toMatchObject({ queuedMs: 100, attempts: 1 });
    expect(results[5]?.timing).toMatchObject({ queuedMs: 200, sharedWith: 5 });
    expect(results[3]?.timing).toMatchObject({ attempts: 1 });
    expect(stage.executor.attempts.length).toBe(5);
  });

  test("who ends leaves the line of a more urgent one that came after it", async () => {
    const stage = slowReader({ ...limits, read: { concurrency: 1 } });
    const blocker = read(stage, { id: "other" }, { priority: 1 });
    const deadline = new Deadline(stage.clock);
    const patient = stage.run({ name: "read", input: { id: 1 } }, { priority: 9 }, deadline);
    const urgent = read(stage);
    deadline.end(new ToolError("CALL_CANCELLED", "enough"));
    await patient;
    const late = read(stage);
    expect(runsOf(await finish(stage, [blocker, urgent, late]))).toEqual([1, 2, 2]);
  });

  test("calls that a tool makes share among themselves, and never wait for what waits for them", async () => {
    const stage = new CallStage({
      limits,
      tools: (clock) => [
        testTool("leaf", () => after(clock, 10), { annotations: READ_ONLY }),
        testTool(
          "outer",
          async ({ depth }: { depth: number }, { call }) => {
            if (depth > 0) return call("outer", { depth: 0 });
            await Promise.all([call("leaf"), call("leaf"), call("leaf")]);
            return call("inner");
          },
          { annotations: READ_ONLY },
        ),
        testTool("inner", (_input, { call }) => call("leaf"), { annotations: READ_ONLY }),
      ],
    });
    const running = [
      stage.run({ name: "outer", input: { depth: 1 } }),
      stage.run({ name: "outer", input: { depth: 0 } }),
      stage.run({ name: "outer", input: { depth: 0 } }),
    ];
    expect((await finish(stage, running)).map(codeOf)).toEqual(["ok", "ok", "ok"]);
    // Each of the two runs of the innermost `outer` makes three calls at once, then one.
    expect(stage.executor.attempts.filter(({ tool }) => tool.name === "leaf").length).toBe(4);
  });

  test("those who feed calls in are not held up by a few that wait, but are by many", async () => {
    const stage = slowReader(limits);
    let admitted = 0;
    const onAdmitted = (): void => {
      admitted += 1;
    };
    const running = Array.from({ length: 400 }, () =>
      stage.run({ name: "read", input: { id: 1 } }, {}, undefined, { onAdmitted }),
    );
    await stage.clock.advance(50);
    expect(admitted).toBe(257);
    await finish(stage, running);
    expect(stage.executor.attempts.length).toBe(1);
  });
});

describe("answers that are kept", () => {
  const limits = { "*": { cache: { ttlMs: 1_000, maxEntries: 3 } } };

  test("last for ttlMs from the time they came, and not at its end", async () => {
    const stage = slowReader(limits);
    const first = read(stage);
    await stage.clock.advance(100);
    expect((await first).timing.cached).toBeUndefined();
    await stage.clock.advance(999);
    const kept = await read(stage);
    expect(kept).toMatchObject({
      output: { run: 1 },
      timing: { queuedMs: 0, runMs: 0, attempts: 0, cached: true },
    });
    expect(kept.timing.sharedWith).toBeUndefined();
    expect(stage.eventsOf(2)).toEqual(["tool.invoked", "tool.completed"]);
    await stage.clock.advance(1);
    expect(runsOf(await finish(stage, [read(stage)]))).toEqual([2]);
  });

  test("make room for others, the one least recently asked for first", async () => {
    const stage = slowReader(limits);
    const ask = async (id: number): Promise<boolean> => {
      const running = read(stage, { id });
      await stage.clock.advance(100);
      return (await running).timing.cached === true;
    };
    for (const id of [1, 2, 3, 1]) await ask(id);
    await ask(4);
    expect(await ask(1)).toBe(true);
    expect(await ask(2)).toBe(false);
  });

  test("that were cut to size are good for as long as their whole can be read, and keep it by being asked for", async () => {
    const stage = new CallStage({
      limits,
      // Room for the wholes of two.
      results: { maxBytes: 512, keepBytes: 2_500 },
      tools: () => [testTool("read", () => "x".repeat(1_000), { annotations: READ_ONLY })],
    });
    const ask = async (id: number): Promise<boolean> =>
      (await read(stage, { id })).timing.cached === true;
    for (const id of [1, 2]) expect(await ask(id)).toBe(false);
    expect(await ask(1)).toBe(true);
    expect(await ask(3)).toBe(false);
    expect(await ask(1)).toBe(true);
    expect(await ask(2)).toBe(false);
  });

  test("that were cut to size and whose whole was never kept are as good as any", async () => {
    const stage = new CallStage({
      limits,
      results: { maxBytes: 512, keepBytes: 0 },
      tools: () => [testTool("read", () => "x".repeat(1_000), { annotations: READ_ONLY })],
    });
    await read(stage);
    expect((await read(stage)).timing.cached).toBe(true);
  });

  test("are never failures", async () => {
    let fails = true;
    const stage = new CallStage({
      limits,
      tools: () => [
        testTool(
          "read",
          () => {
            if (fails) throw new Error("no");
            return "yes";
          },
          { annotations: READ_ONLY },
        ),
      ],
    });
    expect(codeOf(await read(stage))).toBe("TOOL_FAILED");
    fails = false;
    expect(codeOf(await read(stage))).toBe("ok");
  });

  test("belong to their tenant and context", async () => {
    const stage = slowReader(limits);
    await finish(stage, [read(stage, {}, { tenant: "a" })]);
    const runs = await finish(stage, [
      read(stage, {}, { tenant: "b" }),
      read(stage, {}, { context: {} }),
    ]);
    expect(runsOf(runs)).toEqual([2, 3]);
  });

  test("belong to their tool, though one limit keeps those of several", async () => {
    const stage = new CallStage({
      limits,
      tools: () =>
        ["read", "other"].map((name) => testTool(name, () => name, { annotations: READ_ONLY })),
    });
    await stage.run({ name: "other", input: { id: 1 } });
    expect(await read(stage)).toMatchObject({ output: "read", timing: { cached: undefined } });
    expect(await read(stage)).toMatchObject({ output: "read", timing: { cached: true } });
  });

  test("are not kept where a narrower limit says `false`, nor of tools that are not read-only", async () => {
    const cached = { "*": { cache: { ttlMs: 1_000 } } };
    expect(await executionsOf(cached)).toBe(2);
    expect(await executionsOf({ "*": { ...cached["*"], dedupe: true } })).toBe(1);
    expect(await executionsOf({ ...cached, read: { cache: false } })).toBe(3);
    expect(await executionsOf(cached, { annotations: { idempotent: true } })).toBe(3);
  });

  test("are there as soon as `tool.completed` is told", async () => {
    const stage = slowReader(limits);
    const asked: Promise<ToolResult>[] = [];
    const emit = (event: CallEvent): void => {
      if (event.type === "tool.completed") asked.push(read(stage));
    };
    await finish(stage, [stage.run({ name: "read", input: { id: 1 } }, {}, undefined, { emit })]);
    expect((await Promise.all(asked)).map(({ timing }) => timing.cached)).toEqual([true]);
  });
});
