/** What is told of a call on its way through the pipeline. */
import { describe, expect, test } from "vitest";
import type { CallEvent } from "../core/call-event.ts";
import type { Tool } from "../core/tool.ts";
import type { Executor } from "../executors/executor.ts";
import { CallStage, after, errorOf, scripted, testTool } from "../testing/call-stage.ts";

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
