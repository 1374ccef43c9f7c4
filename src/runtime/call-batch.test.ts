import { AsyncLocalStorage } from "node:async_hooks";
import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import type { ToolCall } from "../core/tool-call.ts";
import { ToolError } from "../core/tool-error.ts";
import type { ToolResult } from "../core/tool-result.ts";
import { CallStage, after, codeOf, errorOf, testTool } from "../testing/call-stage.ts";
import { Deadline } from "../time/deadline.ts";
import { CallBatch } from "./call-batch.ts";

/** A tool that takes 100 ms and heeds its signal, at most two at once. */
function stage(): CallStage {
  return new CallStage({
    tools: (clock) => [
      testTool("slow", (_input, { signal }) =>
        Promise.race([
          after(clock, 100),
          new Promise((_resolve, reject) => {
            signal.addEventListener("abort", () => reject(signal.reason as Error));
          }),
        ]),
      ),
    ],
    limits: { "*": { concurrency: 2 } },
  });
}

function slowCall(index: number): ToolCall {
  return { id: `call_${index}`, name: "slow", input: {} };
}

function runAll(batch: CallBatch, count: number): Promise<ToolResult[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) => batch.run(slowCall(index), index)),
  );
}

describe("the caller's signal", () => {
  const own = new ToolError("PERMISSION_DENIED", "not any more");
  const reasons: [string, unknown, string, string][] = [
    ["without a reason", undefined, "CALL_CANCELLED", "The caller cancelled the call."],
    [
      "with an error",
      new Error("changed my mind"),
      "CALL_CANCELLED",
      "The caller cancelled the call.",
    ],
    ["with a word", "enough", "CALL_CANCELLED", "The caller cancelled the call."],
    [
      "because AbortSignal.timeout ran out",
      new DOMException("The operation was aborted due to timeout", "TimeoutError"),
      "DEADLINE_EXCEEDED",
      "The caller's signal ran out of time.",
    ],
    ["with a ToolError", own, "PERMISSION_DENIED", "not any more"],
  ];

  test.each(reasons)(
    "that aborts %s ends what runs and what waits",
    async (_how, reason, code, message) => {
      const scene = stage();
      const controller = new AbortController();
      const { signal } = controller;
      const batch = new CallBatch(scene.surroundings(), { signal });
      const running = runAll(batch, 5);
      await scene.clock.advance(40);
      controller.abort(reason);
      await scene.clock.advance(0);
      const results = await running;
      for (const result of results) {
        expect(errorOf(result)).toMatchObject({ code, message });
        if (reason !== own) expect(errorOf(result).cause).toBe(signal.reason);
      }
      expect(results.map(({ timing }) => [timing.attempts, timing.runMs, timing.queuedMs])).toEqual(
        [
          [1, 40, 0],
          [1, 40, 0],
          [0, 0, 40],
          [0, 0, 40],
          [0, 0, 40],
        ],
      );
      expect(scene.limiter.held).toBe(0);
    },
  );

  test("that had aborted before lets nothing begin", async () => {
    const scene = stage();
    const batch = new CallBatch(scene.surroundings(), { signal: AbortSignal.abort() });
    const results = await runAll(batch, 3);
    expect(results.map(codeOf)).toEqual(["CALL_CANCELLED", "CALL_CANCELLED", "CALL_CANCELLED"]);
    expect(scene.limiter.asked).toBe(0);
  });

  test("made of others tells of a timeout among them", async () => {
    const scene = stage();
    const timeout = new AbortController();
    const signal = AbortSignal.any([timeout.signal, new AbortController().signal]);
    const running = new CallBatch(scene.surroundings(), { signal }).run(slowCall(0), 0);
    timeout.abort(new DOMException("too late", "TimeoutError"));
    expect(errorOf(await running)).toMatchObject({ code: "DEADLINE_EXCEEDED", retryable: false });
  });

  test("has one listener for a thousand calls, and none when the batch is closed", async () => {
    const scene = stage();
    const { signal } = new AbortController();
    const batch = new CallBatch(scene.surroundings(), { signal });
    const running = runAll(batch, 1_000);
    await scene.clock.advance(0);
    expect(getEventListeners(signal, "abort").length).toBe(1);
    await scene.clock.advance(60_000);
    expect((await running).map(codeOf)).toEqual(Array.from({ length: 1_000 }, () => "ok"));
    batch.close();
    expect(getEventListeners(signal, "abort").length).toBe(0);
    expect(scene.clock.pendingTimers).toBe(0);
  });
});

describe("deadlineMs", () => {
  test("is counted once for all calls that came together", async () => {
    const scene = stage();
    const batch = new CallBatch(scene.surroundings(), { deadlineMs: 250 });
    const running = runAll(batch, 8);
    await scene.clock.advance(250);
    const results = await running;
    expect(results.map(codeOf)).toEqual([
      ...Array.from({ length: 4 }, () => "ok"),
      ...Array.from({ length: 4 }, () => "DEADLINE_EXCEEDED"),
    ]);
    expect(errorOf(results[5] as ToolResult)).toMatchObject({
      message: "The call took longer than its deadline of 250 ms, waiting included.",
      details: { deadlineMs: 250 },
      retryable: false,
    });
    batch.close();
    await scene.clock.advance(100);
    expect(scene.clock.pendingTimers).toBe(0);
  });

  test("is counted from each call's own coming where they come one by one", async () => {
    const scene = stage();
    const batch = new CallBatch(scene.surroundings(), { deadlineMs: 120 }, "each");
    const first = batch.run(slowCall(0), 0);
    await scene.clock.advance(115);
    const second = batch.run(slowCall(1), 1);
    const third = batch.run(slowCall(2), 2);
    const fourth = batch.run(slowCall(3), 3);
    await scene.clock.advance(120);
    const results = await Promise.all([first, second, third, fourth]);
    expect(results.map(codeOf)).toEqual(["ok", "ok", "ok", "DEADLINE_EXCEEDED"]);
    await scene.clock.advance(100);
    expect(scene.clock.pendingTimers).toBe(0);
  });

  test("of a call is let go of when the call is over, long before the batch is", async () => {
    const scene = stage();
    const batch = new CallBatch(scene.surroundings(), { deadlineMs: 60_000 }, "each");
    const running = batch.run(slowCall(0), 0);
    await scene.clock.advance(100);
    await running;
    expect(scene.clock.pendingTimers).toBe(0);
  });

  test("of Infinity is none", async () => {
    const scene = stage();
    const running = new CallBatch(scene.surroundings(), { deadlineMs: Infinity }).run(
      slowCall(0),
      0,
    );
    await scene.clock.advance(100);
    expect(codeOf(await running)).toBe("ok");
  });
});

test("a batch ends with its registry", async () => {
  const scene = stage();
  const root = new Deadline(scene.clock);
  const reason = new ToolError("CALL_CANCELLED", "The registry was destroyed.");
  const running = runAll(new CallBatch(scene.surroundings(root), {}, "each"), 3);
  root.end(reason);
  for (const result of await running) expect(errorOf(result)).toBe(reason);
});

test("calls of one batch are told apart by their numbers, and know their places", async () => {
  const scene = stage();
  const batch = new CallBatch(scene.surroundings(), {});
  const running = Promise.all(
    [5, 6].map((index) => batch.run({ ...slowCall(0), id: "same" }, index)),
  );
  await scene.clock.advance(100);
  await running;
  const places = scene.events.map(
    ({ callNumber, index, callId }) => `${callNumber} ${index} ${callId}`,
  );
  expect(new Set(places)).toEqual(new Set(["1 5 same", "2 6 same"]));
});

test("priority, mode and tenant reach the pipeline", async () => {
  const asked: unknown[] = [];
  const scene = stage();
  const { parts, ...others } = scene.surroundings();
  const limiter = {
    acquire: (request: Parameters<typeof parts.limiter.acquire>[0]) => {
      asked.push([request.priority, request.tenant]);
      return parts.limiter.acquire(request);
    },
    close: () => {},
    change: () => {},
    stats: () => [],
  };
  const surroundings = { ...others, parts: { ...parts, limiter } };
  const options = { priority: -3, tenant: "u1" };
  const batch = new CallBatch(surroundings, options);
  const running = batch.run(slowCall(0), 0);
  await scene.clock.advance(100);
  await running;
  expect(asked).toEqual([[-3, "u1"]]);
  const elsewhere = new CallBatch(scene.surroundings(), { mode: "thread" });
  expect(codeOf(await elsewhere.run(slowCall(0), 0))).toBe("NOT_PORTABLE");
});

test.each<[object, RegExp]>([
  [{ deadlineMs: NaN }, /`deadlineMs` must be a number/],
  [{ deadlineMs: "soon" }, /`deadlineMs` must be a number/],
  [{ priority: NaN }, /`priority` must be a finite number/],
  [{ priority: Infinity }, /`priority` must be a finite number/],
  [{ priority: "high" }, /`priority` must be a finite number/],
  [{ mode: "proces" }, /Mode "proces" is unknown; known: auto, async, thread, process/],
])("%j is a TypeError that names the option, and holds on to no signal", (options, message) => {
  const { signal } = new AbortController();
  const make = (): CallBatch => new CallBatch(stage().surroundings(), { signal, ...options });
  expect(make).toThrow(TypeError);
  expect(make).toThrow(message);
  expect(getEventListeners(signal, "abort").length).toBe(0);
});

describe("onResult", () => {
  test("hears each result as soon as it is there, with its place", async () => {
    const scene = stage();
    const heard: string[] = [];
    const batch = new CallBatch(scene.surroundings(), {
      onResult: ({ callId }, index) => heard.push(`${index} ${callId}`),
    });
    const running = runAll(batch, 3);
    await scene.clock.advance(100);
    expect(heard).toEqual(["0 call_0", "1 call_1"]);
    await scene.clock.advance(100);
    expect(heard).toHaveLength(3);
    expect(await running).toHaveLength(3);
  });

  test("that throws harms no result", async () => {
    const scene = stage();
    const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
    const batch = new CallBatch(scene.surroundings(), {
      onResult: () => {
        throw new Error("No more.");
      },
    });
    const running = runAll(batch, 1);
    await scene.clock.advance(100);
    expect((await running).map(({ status }) => status)).toEqual(["ok"]);
    expect((await warned).message).toBe("onResult threw: No more.");
  });

  test("that is async is not waited for, and may reject", async () => {
    const scene = stage();
    const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
    const late = Promise.withResolvers<never>();
    // What users write where a function is to return nothing.
    const onResult = (() => late.promise) as () => void;
    const running = runAll(new CallBatch(scene.surroundings(), { onResult }), 1);
    await scene.clock.advance(100);
    expect((await running).map(({ status }) => status)).toEqual(["ok"]);
    late.reject(new Error("No more."));
    expect((await warned).message).toBe("onResult rejected: No more.");
  });
});

describe("enter", () => {
  const users = new AsyncLocalStorage<string>();

  /** A tool that tells whose call it is, one at a time; and how often it was asked. */
  function asking(): { readonly scene: CallStage; readonly asked: () => number } {
    let asked = 0;
    const scene = new CallStage({
      tools: (clock) => [
        testTool("slow", async () => {
          asked += 1;
          await after(clock, 10);
          return users.getStore();
        }),
      ],
      limits: { "*": { concurrency: 1 } },
    });
    return { scene, asked: () => asked };
  }

  test("gives each call the async context that it is started from, also after it had to wait", async () => {
    const { scene } = asking();
    const batch = new CallBatch(scene.surroundings(), {
      enter: (index, start) => users.run(`user ${index}`, start),
    });
    const running = users.run("caller", () => runAll(batch, 3));
    await scene.clock.advance(100);
    const outputs = (await running).map((result) => result.status === "ok" && result.output);
    expect(outputs).toEqual(["user 0", "user 1", "user 2"]);
  });

  test("that throws, or starts a call never or twice, costs no result and makes no second one", async () => {
    const { scene, asked } = asking();
    const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
    const batch = new CallBatch(scene.surroundings(), {
      enter: (index, start) => {
        if (index === 0) throw new Error("No way in.");
        if (index === 1) return;
        start();
        start();
      },
    });
    const running = runAll(batch, 3);
    await scene.clock.advance(100);
    expect((await running).map(({ status }) => status)).toEqual(["ok", "ok", "ok"]);
    expect(asked()).toBe(3);
    expect((await warned).message).toBe("enter threw: No way in.");
  });
});
