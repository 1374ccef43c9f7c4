/** What is told of a call on its way through the pipeline. */
import { describe, expect, test } from "vitest";
import type { CallEvent } from "../core/call-event.ts";
import type { Tool } from "../core/tool.ts";
import type { Executor } from "../executors/executor.ts";
import type { LimitsOptions } from "../limits/limit-options.ts";
import { CallStage, after, errorOf, failing, scripted, testTool } from "../testing/call-stage.ts";

const REPEATABLE = { readOnly: true };

/** Reports its progress at 0, 10 and 20 ms, whether anybody still waits for it or not. */
function chatty(settings: Partial<Tool>): (clock: CallStage["clock"]) => Tool[] {
  return (clock) => [
    testTool(
      "chatty",
      async (_input, context) => {
        for (let done = 0; done < 3; done += 1) {
          context.progress({ progress: done, total: 3 });
          await after(clock, 10);
        }
      },
      settings,
    ),
  ];
}

function told(stage: CallStage): [string, number][] {
  return stage.events.map(({ type, at }) => [type, at]);
}

describe("events", () => {
  test("tell of waiting, start and progress in order, and of the end last", async () => {
    const stage = new CallStage({ tools: chatty({}), limits: { chatty: { concurrency: 1 } } });
    const calls = [stage.run({ name: "chatty" }), stage.run({ name: "chatty" })];
    await stage.clock.advance(100);
    const results = await Promise.all(calls);
    const second = stage.events.filter(({ callNumber }) => callNumber === 2);
    expect(second.map(({ type, at }) => [type, at])).toEqual([
      ["tool.invoked", 0],
      ["tool.queued", 0],
      ["tool.started", 30],
      ["tool.progress", 30],
      ["tool.progress", 40],
      ["tool.progress", 50],
      ["tool.completed", 60],
    ]);
    expect(second[1]).toMatchObject({ waitingFor: "chatty" });
    expect(second[2]).toMatchObject({ attempt: 1, attemptId: "2.1", mode: "async" });
    expect(second[4]).toMatchObject({ progress: 1, total: 3 });
    expect(second.at(-1)).toMatchObject({ result: results[1] });
  });

  test("end with the call: work that goes on reports to nobody", async () => {
    const stage = new CallStage({ tools: chatty({ timeoutMs: 15 }) });
    const running = stage.run({ name: "chatty" });
    await stage.clock.advance(100);
    expect(errorOf(await running).code).toBe("DEADLINE_EXCEEDED");
    expect(told(stage)).toEqual([
      ["tool.invoked", 0],
      ["tool.started", 0],
      ["tool.progress", 0],
      ["tool.progress", 10],
      ["tool.failed", 15],
    ]);
  });

  test("of an attempt that goes on beside the next are not taken for those of the next", async () => {
    const retry = { maximumAttempts: 2, initialIntervalMs: 0 };
    const stage = new CallStage({
      tools: chatty({ timeoutMs: 15, retry, annotations: REPEATABLE }),
    });
    const running = stage.run({ name: "chatty" });
    await stage.clock.advance(100);
    await running;
    expect(told(stage)).toEqual([
      ["tool.invoked", 0],
      ["tool.started", 0],
      ["tool.progress", 0],
      ["tool.progress", 10],
      ["tool.retried", 15],
      ["tool.started", 15],
      ["tool.progress", 15],
      ["tool.progress", 25],
      ["tool.failed", 30],
    ]);
  });

  test("of progress cannot pass for another call's", async () => {
    const forged = {
      progress: 1,
      callNumber: 99,
      callId: "other",
      toolName: "other",
      at: -1,
      index: 5,
    };
    const tool = testTool("t", (_input, context) => context.progress(forged));
    const stage = new CallStage({ tools: () => [tool] });
    await stage.run({ id: "mine", name: "t" });
    expect(stage.events.find(({ type }) => type === "tool.progress")).toMatchObject({
      progress: 1,
      callNumber: 1,
      callId: "mine",
      toolName: "t",
      index: 0,
      at: 0,
    });
  });

  test("tell again of an attempt that moved to another worker, which is one attempt still", async () => {
    const executor: Executor = {
      ...scripted(),
      execute: (attempt) => {
        attempt.onStart("worker-1");
        attempt.onStart("worker-2");
        return { status: "ok", output: 1, runMs: 1 };
      },
    };
    const stage = new CallStage({ tools: () => [testTool("t", () => 1)], executor });
    const result = await stage.run({ name: "t" });
    expect(result.timing).toMatchObject({ attempts: 1, workerId: "worker-2" });
    const started = stage.events.filter(
      (event): event is Extract<CallEvent, { type: "tool.started" }> =>
        event.type === "tool.started",
    );
    expect(started.map(({ workerId }) => workerId)).toEqual(["worker-1", "worker-2"]);
  });
});

/** Workers that are free after `waitMs`, one number per attempt, and take 10 ms. */
function workers(waitMs: readonly number[], limits: LimitsOptions = {}): CallStage {
  let attempts = 0;
  const executor: Executor = {
    ...scripted(),
    mode: "thread",
    execute: async (attempt) => {
      await after(stage.clock, waitMs[attempts++] ?? 0);
      attempt.onStart("thread-1");
      await after(stage.clock, 10);
      return { status: "ok", output: 1, runMs: 10 };
    },
  };
  const stage = new CallStage({ tools: () => [testTool("t", () => 1)], limits, executor });
  return stage;
}

describe("timing", () => {
  test("says that a call waited for a worker, and counts that as waiting", async () => {
    const stage = workers([25]);
    const running = stage.run({ name: "t" });
    await stage.clock.advance(100);
    expect((await running).timing).toMatchObject({ queuedMs: 25, runMs: 10, waitedFor: "worker" });
  });

  test("names no worker for less than a millisecond", async () => {
    const stage = workers([0.9]);
    const running = stage.run({ name: "t" });
    await stage.clock.advance(100);
    expect((await running).timing).toMatchObject({ queuedMs: 0.9, waitedFor: undefined });
  });

  test.each([
    [5, 5, 20, "t"],
    [5, 15, 30, "t"],
    [5, 16, 31, "worker"],
  ])(
    "names what held it longest: a limit, for 10 ms and the %d of the call before it, or a worker for %d",
    async (firstMs, secondMs, queuedMs, waitedFor) => {
      const stage = workers([firstMs, secondMs], { t: { concurrency: 1 } });
      const running = [stage.run({ name: "t" }), stage.run({ name: "t" })];
      await stage.clock.advance(1_000);
      const [, second] = await Promise.all(running);
      expect(second?.timing).toMatchObject({ queuedMs, waitedFor });
    },
  );

  test("adds up what attempts took, of those where it was measured", async () => {
    const settings = {
      annotations: REPEATABLE,
      retry: { maximumAttempts: 3, initialIntervalMs: 0 },
    };
    const executor = scripted(
      { ...failing(true), transferMs: 2 },
      { ...failing(true), cpuMs: 3 },
      { status: "ok", output: 1, runMs: 6, transferMs: 0.5, cpuMs: 4 },
    );
    const stage = new CallStage({ tools: () => [testTool("t", () => 1, settings)], executor });
    const running = stage.run({ name: "t" });
    await stage.clock.advance(1_000);
    expect((await running).timing).toMatchObject({ runMs: 20, transferMs: 2.5, cpuMs: 7 });
  });

  test("has no CPU time and no transfer on the event loop", async () => {
    const stage = new CallStage({ tools: () => [testTool("t", () => 1)] });
    const { timing } = await stage.run({ name: "t" });
    expect(timing).toMatchObject({ transferMs: 0, cpuMs: undefined });
  });
});
