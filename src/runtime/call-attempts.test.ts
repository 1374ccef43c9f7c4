/** How the pipeline repeats attempts, and how it keeps to time. */
import { describe, expect, test } from "vitest";
import { ToolError } from "../core/tool-error.ts";
import type { Tool } from "../core/tool.ts";
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

const REPEATABLE = { readOnly: true };

describe("trying again", () => {
  const retry = { maximumAttempts: 3, initialIntervalMs: 200, backoffCoefficient: 2 };

  /** Runs 10 ms and fails, until it has done so `failures` times. */
  function flaky(
    failures: number,
    settings: Partial<Tool> = {},
  ): (clock: CallStage["clock"]) => Tool[] {
    let calls = 0;
    return (clock) => [
      testTool(
        "flaky",
        async () => {
          calls += 1;
          const mine = calls;
          await after(clock, 10);
          if (mine <= failures) throw new Error(`failure ${mine}`);
          return `success ${mine}`;
        },
        { retry, annotations: REPEATABLE, ...settings },
      ),
    ];
  }

  test("backs off with full jitter, holding nothing, and tells exactly what happened when", async () => {
    const stage = new CallStage({
      tools: flaky(2),
      limits: { "*": { concurrency: 1 } },
      random: () => 0.5,
    });
    const running = stage.run({ name: "flaky" });
    const heldAt: [number, number][] = [];
    for (let now = 0; now < 340; now += 10) {
      await stage.clock.advance(0);
      heldAt.push([now, stage.limiter.held]);
      await stage.clock.advance(10);
    }
    const result = await running;

    // 10 ms of work, 0.5 x 200 ms, 10 ms of work, 0.5 x 400 ms, 10 ms of work.
    expect(heldAt.filter(([, held]) => held > 0).map(([now]) => now)).toEqual([0, 110, 320]);
    expect(stage.events.map(({ type, at }) => [type, at])).toEqual([
      ["tool.invoked", 0],
      ["tool.started", 0],
      ["tool.retried", 10],
      ["tool.started", 110],
      ["tool.retried", 120],
      ["tool.started", 320],
      ["tool.completed", 330],
    ]);
    expect(stage.events.filter(({ type }) => type === "tool.retried")).toMatchObject([
      { attempt: 1, delayMs: 100, error: { message: "flaky failed: failure 1" } },
      { attempt: 2, delayMs: 200, error: { message: "flaky failed: failure 2" } },
    ]);
    expect(result).toMatchObject({
      status: "ok",
      output: "success 3",
      timing: { queuedMs: 300, runMs: 30, attempts: 3 },
    });
    expect(stage.executor.attempts.map(({ attemptId, attempt }) => [attemptId, attempt])).toEqual([
      ["1.1", 1],
      ["1.2", 2],
      ["1.3", 3],
    ]);
  });

  test("ends with the last error when the attempts are used up", async () => {
    const stage = new CallStage({ tools: flaky(9) });
    const running = stage.run({ name: "flaky" });
    await stage.clock.advance(1_000);
    const result = await running;
    expect(errorOf(result).message).toBe("flaky failed: failure 3");
    expect(result.timing.attempts).toBe(3);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  test("does not happen to a call that began and may not be repeated", async () => {
    const stage = new CallStage({ tools: flaky(1, { annotations: { destructive: true } }) });
    const running = stage.run({ name: "flaky" });
    await stage.clock.advance(1_000);
    const result = await running;
    expect(errorOf(result).message).toBe("flaky failed: failure 1");
    expect(stage.executor.attempts.length).toBe(1);
    expect(stage.eventsOf()).toEqual(["tool.invoked", "tool.started", "tool.failed"]);
  });

  test("happens to a call that never began, whatever its tool says", async () => {
    const executor = scripted(failing(false), { status: "ok", output: 1, runMs: 5 });
    const stage = new CallStage({ tools: () => [testTool("t", () => 1, { retry })], executor });
    const running = stage.run({ name: "t" });
    await stage.clock.advance(1_000);
    const result = await running;
    expect(result).toMatchObject({
      status: "ok",
      timing: { attempts: 1, runMs: 12, workerId: "worker-1" },
    });
    expect(stage.eventsOf()).toEqual([
      "tool.invoked",
      "tool.retried",
      "tool.started",
      "tool.completed",
    ]);
  });

  test("does not happen where the error says that it cannot help", async () => {
    const executor = scripted(failing(false, { retryable: false }));
    const stage = new CallStage({ tools: () => [testTool("t", () => 1, { retry })], executor });
    expect(codeOf(await stage.run({ name: "t" }))).toBe("SOURCE_UNAVAILABLE");
  });

  test("waits as long as the error asks for, not as the policy says", async () => {
    const executor = scripted(failing(false, { retryAfterMs: 5_000 }));
    const stage = new CallStage({ tools: () => [testTool("t", () => 1, { retry })], executor });
    const running = stage.run({ name: "t" });
    await stage.clock.advance(4_999);
    expect(stage.eventsOf()).toEqual(["tool.invoked", "tool.retried"]);
    await stage.clock.advance(1);
    expect((await running).timing.queuedMs).toBe(5_000);
  });

  test("lets others run in between", async () => {
    const stage = new CallStage({
      tools: (clock) => [...flaky(1)(clock), testTool("quick", () => after(clock, 20))],
      limits: { "*": { concurrency: 1 } },
    });
    const running = stage.run({ name: "flaky" });
    const other = stage.run({ name: "quick" });
    await stage.clock.advance(30);
    expect(codeOf(await other)).toBe("ok");
    await stage.clock.advance(1_000);
    expect(codeOf(await running)).toBe("ok");
  });

  test("waits for its turn again, and counts that as waiting", async () => {
    const stage = new CallStage({
      tools: (clock) => [...flaky(1)(clock), testTool("slow", () => after(clock, 500))],
      limits: { "*": { concurrency: 1 } },
    });
    const running = stage.run({ name: "flaky" });
    const other = stage.run({ name: "slow" });
    await stage.clock.advance(2_000);
    expect(codeOf(await other)).toBe("ok");
    // Back-off ends at 110; the slow one holds the place from 10 to 510.
    expect((await running).timing).toMatchObject({ queuedMs: 500, runMs: 20, waitedFor: "*" });
    expect(stage.eventsOf(1)).toEqual([
      "tool.invoked",
      "tool.started",
      "tool.retried",
      "tool.queued",
      "tool.started",
      "tool.completed",
    ]);
  });
});

interface Plodding {
  readonly steps: number;
  readonly ms: number;
  readonly resets?: boolean;
}

/** Runs a tool that has 100 ms, reports `steps` times, 80 ms apart, and works on for `ms`: its result, and when it came. */
async function runPlodding({ steps, ms, resets = false }: Plodding): Promise<unknown> {
  const plodding =
    (clock: CallStage["clock"]): Tool["execute"] =>
    async (_input, { progress }) => {
      for (let step = 1; step <= steps; step += 1) {
        await after(clock, 80);
        progress({ progress: step });
      }
      await after(clock, ms);
      // Nobody asks any more where it was ended.
      progress({ progress: steps + 1 });
    };
  const settings = { timeoutMs: 100, resetTimeoutOnProgress: resets };
  const stage = new CallStage({
    tools: (clock) => [testTool("plodding", plodding(clock), settings)],
  });
  const running = stage.run({ name: "plodding" });
  await stage.clock.advance(2_000);
  const result = await running;
  expect(stage.clock.pendingTimers).toBe(0);
  return [codeOf(result), result.timing.runMs];
}

describe("time", () => {
  const ranOut = new ToolError("DEADLINE_EXCEEDED", "too long", { retryable: false });

  function limited(stage: CallStage, deadlineMs: number): Deadline {
    const deadline = new Deadline(stage.clock);
    deadline.expireAfter(deadlineMs, () => ranOut);
    return deadline;
  }

  test("spent waiting does not count against timeoutMs", async () => {
    const stage = new CallStage({
      tools: (clock) => [testTool("t", () => after(clock, 90), { timeoutMs: 100 })],
      limits: { "*": { concurrency: 1 } },
    });
    const calls = [1, 2, 3].map(() => stage.run({ name: "t" }));
    await stage.clock.advance(500);
    const results = await Promise.all(calls);
    expect(results.map(codeOf)).toEqual(["ok", "ok", "ok"]);
    expect(results.map(({ timing }) => [timing.queuedMs, timing.runMs])).toEqual([
      [0, 90],
      [90, 90],
      [180, 90],
    ]);
  });

  test("of an attempt starts anew with each attempt", async () => {
    const stage = new CallStage({
      tools: () => [
        testTool(
          "hung",
          (_input, { signal }) =>
            new Promise((_resolve, reject) => {
              signal.addEventListener("abort", () => reject(signal.reason as Error));
            }),
          {
            timeoutMs: 100,
            retry: { maximumAttempts: 2, initialIntervalMs: 0 },
            annotations: REPEATABLE,
          },
        ),
      ],
    });
    const running = stage.run({ name: "hung" });
    await stage.clock.advance(199);
    expect(stage.eventsOf().at(-1)).toBe("tool.started");
    await stage.clock.advance(1);
    const result = await running;
    expect(errorOf(result)).toMatchObject({
      code: "DEADLINE_EXCEEDED",
      details: { timeoutMs: 100 },
    });
    expect(result.timing).toMatchObject({ attempts: 2, runMs: 200, queuedMs: 0 });
    expect(stage.clock.pendingTimers).toBe(0);
  });

  test.each<[string, Plodding, readonly [string, number]]>([
    ["ends all the same", { steps: 5, ms: 10 }, ["DEADLINE_EXCEEDED", 100]],
    [
      "starts anew with each where the tool asks for it",
      { steps: 5, ms: 10, resets: true },
      ["ok", 410],
    ],
    [
      "ends after the last of them",
      { steps: 5, ms: 999, resets: true },
      ["DEADLINE_EXCEEDED", 500],
    ],
  ])("of an attempt that reports progress %s", async (_how, plodding, expected) => {
    expect(await runPlodding(plodding)).toEqual(expected);
  });

  test("of the whole call covers all attempts and the back-off between them: what it would cut short is not begun", async () => {
    const stage = new CallStage({
      tools: (clock) => [
        testTool(
          "t",
          async () => {
            await after(clock, 100);
            throw new Error("again");
          },
          {
            retry: { maximumAttempts: 10, initialIntervalMs: 100, backoffCoefficient: 1 },
            annotations: REPEATABLE,
          },
        ),
      ],
      random: () => 0.99999,
    });
    const deadline = limited(stage, 350);
    const running = stage.run({ name: "t" }, {}, deadline);
    await stage.clock.advance(301);
    deadline.close();
    const result = await running;
    expect(errorOf(result).message).toBe("t failed: again");
    expect(result.timing.attempts).toBe(2);
    expect(result.timing.queuedMs + result.timing.runMs).toBeCloseTo(300);
    expect(stage.limiter.held).toBe(0);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  test("of the whole call that ends in an attempt is not followed by another", async () => {
    const stage = new CallStage({
      tools: (clock) => [
        testTool("t", () => after(clock, 100), {
          retry: { maximumAttempts: 5 },
          annotations: REPEATABLE,
        }),
      ],
    });
    const deadline = new Deadline(stage.clock);
    deadline.expireAfter(
      50,
      () => new ToolError("DEADLINE_EXCEEDED", "too long", { retryable: true }),
    );
    const running = stage.run({ name: "t" }, {}, deadline);
    await stage.clock.advance(50);
    expect((await running).timing).toMatchObject({ attempts: 1, runMs: 50 });
    expect(stage.eventsOf()).toEqual(["tool.invoked", "tool.started", "tool.failed"]);
    await stage.clock.advance(100);
    expect(stage.limiter.held).toBe(0);
  });

  test("that others took on the event loop counts: what is too late by then does not run", async () => {
    const ran: number[] = [];
    const stage = new CallStage({
      tools: (clock) => [
        testTool("busy", ({ number }: { number: number }) => {
          ran.push(number);
          clock.block(40);
        }),
      ],
    });
    const deadline = limited(stage, 100);
    const calls = [1, 2, 3, 4, 5, 6].map((number) =>
      stage.run({ name: "busy", input: { number } }, {}, deadline),
    );
    const results = await Promise.all(calls);
    expect(ran).toEqual([1, 2, 3]);
    expect(results.map(codeOf)).toEqual([
      "ok",
      "ok",
      ...Array.from({ length: 4 }, () => "DEADLINE_EXCEEDED"),
    ]);
    expect(results.map(({ timing }) => timing.attempts)).toEqual([1, 1, 1, 0, 0, 0]);
    expect(stage.limiter.held).toBe(0);
  });

  test("is waited for by no timer once the call is over", async () => {
    const stage = new CallStage({ tools: (clock) => [testTool("t", () => after(clock, 10))] });
    const running = stage.run({ name: "t" });
    await stage.clock.advance(0);
    expect(stage.clock.pendingTimers).toBe(2);
    await stage.clock.advance(10);
    await running;
    expect(stage.clock.pendingTimers).toBe(0);
  });
});
