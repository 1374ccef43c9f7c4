/** Calls through the public registry, in every mode: the same promises hold in each. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { array, assert, asyncProperty, constantFrom, integer, record } from "fast-check";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import {
  type CallEvent,
  type ConcreteMode,
  type ToolCall,
  ToolError,
  ToolRegistry,
  type ToolRegistryOptions,
  type ToolResult,
  defineTool,
} from "../../src/index.ts";

const FIXTURES = new URL("../fixtures/executors/", import.meta.url);
const MODES = ["async", "thread", "process"] as const;
const folder = mkdtempSync(join(tmpdir(), "pipeline-"));
let files = 0;
afterAll(() => rmSync(folder, { recursive: true }));

const freshFile = (): string => join(folder, `file-${(files += 1)}`);

async function makeRegistry(options: ToolRegistryOptions = {}): Promise<ToolRegistry> {
  const pools = { thread: { max: 2 }, process: { max: 2 } };
  const registry = new ToolRegistry({ pools, workerOutput: () => {}, ...options });
  await registry.registerModule(new URL("pipeline-tools.ts", FIXTURES));
  return registry;
}

/** A registry for one test, gone after it. */
async function registryFor(
  mode: ConcreteMode,
  options: ToolRegistryOptions = {},
): Promise<ToolRegistry> {
  const registry = await makeRegistry({ mode, ...options });
  onTestFinished(() => registry.destroy());
  return registry;
}

const call = (name: string, input: unknown = {}, id = name): ToolCall => ({ id, name, input });

/** A call as OpenAI writes it. */
const openai = (name: string, text: string): object => ({
  id: "call_1",
  type: "function",
  function: { name, arguments: text },
});

/** The output, or the code of the error. */
const gist = (result: ToolResult): unknown =>
  result.status === "ok" ? result.output : result.error.code;

function errorOf(result: ToolResult | undefined): ToolError {
  if (result?.status === "error") return result.error;
  throw new Error(`An error was expected: ${JSON.stringify(result)}`);
}

async function collect(events: AsyncIterable<CallEvent>): Promise<CallEvent[]> {
  const all: CallEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

const isEnd = ({ type }: CallEvent): boolean => type === "tool.completed" || type === "tool.failed";

/** Calls without end, and how far they were pulled. */
async function* endless(name: string, pulled: { count: number; ended: boolean }): AsyncGenerator {
  try {
    for (;;) {
      pulled.count += 1;
      yield call(name, { ms: 5, label: `${pulled.count}` }, `${pulled.count}`);
    }
  } finally {
    pulled.ended = true;
  }
}

async function* broken(): AsyncGenerator {
  yield call("wait", { ms: 30 });
  yield call("wait", { ms: 1 });
  throw new Error("the source broke");
}

describe.each(MODES)("in mode %s", (mode) => {
  let registry: ToolRegistry;
  beforeAll(async () => {
    registry = await makeRegistry({ mode });
    await registry.executeToolCalls([call("where"), call("where")]);
  });
  afterAll(() => registry.destroy());

  describe("inputs and outputs", () => {
    test.each(["math.add", "math.zod-add"])(
      "%s gets its defaults, and is refused by path",
      async (name) => {
        const results = await registry.executeToolCalls([
          openai(name, '{"a": 1, "b": 2}'),
          openai(name, '{"a": 1}'),
          openai(name, '{"a": "zz"}'),
          openai(name, "{}"),
          openai(name, '{"a": 1'),
        ]);
        expect(results.map(gist)).toEqual([
          3,
          11,
          "INPUT_INVALID",
          "INPUT_INVALID",
          "INPUT_INVALID",
        ]);
        expect(errorOf(results[2]).details).toMatchObject({ issues: [{ path: "/a" }] });
        expect(errorOf(results[4]).message).toContain("not valid JSON");
        expect(results.slice(2).map(({ timing }) => timing.attempts)).toEqual([0, 0, 0]);
      },
    );

    test("text for a number is coerced by JSON Schema", async () => {
      const results = await registry.executeToolCalls([
        openai("math.add", '{"a": "7", "b": "8"}'),
        call("math.add", { a: "7" }),
      ]);
      expect(results.map(gist)).toEqual([15, 17]);
    });

    test("outputs are checked where a schema is given", async () => {
      const outputs = [{ numbers: [1, 2] }, { numbers: [1, "two"] }, "text", undefined];
      const results = await registry.executeToolCalls(
        outputs.map((result) => call("checked", { result })),
      );
      expect(results.map(gist)).toEqual([
        { numbers: [1, 2] },
        "OUTPUT_INVALID",
        "OUTPUT_INVALID",
        "OUTPUT_INVALID",
      ]);
      expect(errorOf(results[1]).details).toMatchObject({ issues: [{ path: "/numbers/1" }] });
    });

    test("unknown and disabled tools fail their own calls", async () => {
      registry.disable("fail", "for now");
      onTestFinished(() => registry.enable("fail"));
      const results = await registry.executeToolCalls([
        call("math.ad", { a: 1 }),
        call("fail"),
        call("math.add", { a: 1 }),
      ]);
      expect(results.map(gist)).toEqual(["TOOL_NOT_FOUND", "TOOL_DISABLED", 11]);
      expect(errorOf(results[0]).message).toContain("math.add");
      expect(errorOf(results[1]).message).toContain("for now");
    });

    test("call returns the output or throws the error", async () => {
      expect(await registry.call("math.add", { a: 2 })).toBe(12);
      await expect(registry.call("fail")).rejects.toMatchObject({
        code: "TOOL_FAILED",
        cause: { name: "RangeError", message: "as asked" },
      });
      await expect(registry.call("math.add", { a: "zz" })).rejects.toSatisfy((thrown) =>
        ToolError.is(thrown, "INPUT_INVALID"),
      );
    });
  });

  describe("order", () => {
    test("results are in the order of the calls, also when all have one id and end in another", async () => {
      const calls = Array.from({ length: 60 }, (_, place) =>
        call("wait", { ms: (60 - place) % 7, label: `${place}` }, "call_1"),
      );
      const results = await registry.executeToolCalls(calls);
      expect(results.map(gist)).toEqual(calls.map((_, place) => `${place}`));
      expect(new Set(results.map(({ callId }) => callId))).toEqual(new Set(["call_1"]));
    });

    test("a call's events come in order, its end once and last", async () => {
      const events = await collect(registry.streamToolCalls([call("steps", { steps: 3 })]));
      expect(events.map(({ type }) => type)).toEqual([
        "tool.invoked",
        "tool.started",
        "tool.progress",
        "tool.progress",
        "tool.progress",
        "tool.completed",
      ]);
      const started = events.find(({ type }) => type === "tool.started");
      expect(started).toMatchObject({ mode, attempt: 1, callId: "steps", index: 0 });
      const times = events.map(({ at }) => at);
      expect(times).toEqual(times.toSorted((one, other) => one - other));
    });

    test("whatever is called and however it is cancelled, each call ends once, last, and as its result says", async () => {
      const anyCall = record({
        name: constantFrom("math.add", "wait", "fail", "steps", "impatient", "checked", "nobody"),
        a: constantFrom<unknown>(1, "2", "zz", undefined),
        ms: integer({ min: 0, max: 8 }),
      });
      await assert(
        asyncProperty(
          array(anyCall, { minLength: 1, maxLength: 25 }),
          integer({ min: 0, max: 30 }),
          async (inputs, cancelAt) => {
            const controller = new AbortController();
            const events: CallEvent[] = [];
            const off = registry.on("*", (event) => {
              if (!("callNumber" in event)) return;
              events.push(event);
              if (events.length === cancelAt) controller.abort();
            });
            const calls = inputs.map(({ name, ...input }) =>
              call(name, { ...input, steps: 2 }, "same"),
            );
            const results = await registry.executeToolCalls(calls, { signal: controller.signal });
            off();
            expect(results.length).toBe(calls.length);
            for (const [index, result] of results.entries()) {
              const own = events.filter((event) => event.index === index);
              expect(own[0]?.type).toBe("tool.invoked");
              expect(own.filter(isEnd)).toEqual([own.at(-1)]);
              expect(own.at(-1)).toMatchObject({ result });
            }
          },
        ),
        { numRuns: 40 },
      );
    });
  });

  describe("time", () => {
    test("timeoutMs ends an attempt, deadlineMs the whole call", async () => {
      const [attempt] = await registry.executeToolCalls([call("impatient", { ms: 5_000 })]);
      expect(errorOf(attempt)).toMatchObject({
        code: "DEADLINE_EXCEEDED",
        details: { timeoutMs: 60 },
        retryable: true,
      });
      const [whole] = await registry.executeToolCalls([call("wait", { ms: 5_000 })], {
        deadlineMs: 60,
      });
      expect(errorOf(whole)).toMatchObject({
        code: "DEADLINE_EXCEEDED",
        details: { deadlineMs: 60 },
        retryable: false,
      });
    });

    test("deadlineMs counts waiting for a limit, timeoutMs does not", async () => {
      const limited = await registryFor(mode, { limits: { impatient: { concurrency: 1 } } });
      await limited.executeToolCalls([call("where")]);
      const calls = [25, 25, 25, 25].map((ms) => call("impatient", { ms }));
      const patient = await limited.executeToolCalls(calls);
      expect(patient.map(gist)).toEqual(["through", "through", "through", "through"]);
      expect(patient.at(-1)?.timing).toMatchObject({ waitedFor: "impatient", attempts: 1 });
      expect(patient.at(-1)?.timing.queuedMs).toBeGreaterThan(60);
      const results = await limited.executeToolCalls(
        [call("impatient", { ms: 55 }), call("impatient", { ms: 55 })],
        { deadlineMs: 40 },
      );
      expect(results.map(gist)).toEqual(["DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED"]);
      expect(results.map(({ timing }) => timing.attempts)).toEqual([1, 0]);
    });

    test("a signal that has aborted lets nothing begin", async () => {
      const file = freshFile();
      const calls = [call("persist-once", { file }), call("nobody"), call("math.add", { a: 1 })];
      const results = await registry.executeToolCalls(calls, { signal: AbortSignal.abort("no") });
      expect(gist(results[0] as ToolResult)).toBe("CALL_CANCELLED");
      expect(gist(results[2] as ToolResult)).toBe("CALL_CANCELLED");
      expect(errorOf(results[0]).cause).toBe("no");
      expect(() => readFileSync(file)).toThrow("ENOENT");
    });

    test("a signal that aborts under way leaves the results there are", async () => {
      const controller = new AbortController();
      const off = registry.on("tool.completed", () => controller.abort());
      const results = await registry.executeToolCalls(
        [call("wait", { ms: 10_000 }), call("wait", { ms: 5, label: "first" })],
        { signal: controller.signal },
      );
      off();
      expect(results.map(gist)).toEqual(["CALL_CANCELLED", "first"]);
    });

    test("a caller's signal that runs out of time is a deadline", async () => {
      const [result] = await registry.executeToolCalls([call("wait", { ms: 10_000 })], {
        signal: AbortSignal.timeout(40),
      });
      expect(errorOf(result).code).toBe("DEADLINE_EXCEEDED");
    });
  });

  describe("retries", () => {
    test("a tool that may be repeated is tried again as its policy says", async () => {
      const file = freshFile();
      const retried: number[] = [];
      const off = registry.on("tool.retried", ({ attempt }) => retried.push(attempt));
      const [result] = await registry.executeToolCalls([
        call("persist-read-only", { file, succeedAt: 3 }),
      ]);
      off();
      expect(result).toMatchObject({ status: "ok", output: 3, timing: { attempts: 3 } });
      expect(retried).toEqual([1, 2]);
    });

    test("and gives up after its last attempt", async () => {
      const file = freshFile();
      const [result] = await registry.executeToolCalls([
        call("persist-read-only", { file, succeedAt: 9 }),
      ]);
      expect(errorOf(result).message).toContain("not at time 3");
      expect(result?.timing.attempts).toBe(3);
    });

    test("a tool that may not be repeated runs once", async () => {
      const file = freshFile();
      const [result] = await registry.executeToolCalls([
        call("persist-once", { file, succeedAt: 2 }),
      ]);
      expect(errorOf(result).message).toContain("not at time 1");
      expect(readFileSync(file, "utf8")).toBe("ran\n");
    });
  });

  describe("a registry that changes", () => {
    test("changes for later batches only", async () => {
      const changing = new ToolRegistry({
        mode,
        limits: { versioned: { concurrency: 1 } },
        pools: { thread: { max: 2 }, process: { max: 2 } },
      });
      onTestFinished(() => changing.destroy());
      await changing.registerModule(new URL("version-one.ts", FIXTURES));
      const { promise: replaced, resolve: onReplaced } = Promise.withResolvers<unknown>();
      const off = changing.on("tool.started", () => {
        off();
        changing.unregister("versioned");
        onReplaced(changing.registerModule(new URL("version-two.ts", FIXTURES)));
      });
      const calls = Array.from({ length: 5 }, () => call("versioned", { ms: 2 }));
      const before = await changing.executeToolCalls(calls);
      await replaced;
      const after = await changing.executeToolCalls(calls);
      expect(before.map(gist)).toEqual(["one", "one", "one", "one", "one"]);
      expect(after.map(gist)).toEqual(["two", "two", "two", "two", "two"]);
    });
  });

  describe("the end of a registry", () => {
    test("drain hands back who waits and lets finish who runs", async () => {
      const draining = await registryFor(mode, { limits: { wait: { concurrency: 2 } } });
      // Known to wait, two of it begin at once in the one worker that is there.
      await draining.executeToolCalls([call("wait", { ms: 20, label: "known" })]);
      const calls = Array.from({ length: 6 }, (_, place) =>
        call("wait", { ms: 60, label: `${place}` }, `call-${place}`),
      );
      const { promise: drained, resolve } = Promise.withResolvers<readonly ToolCall[]>();
      let started = 0;
      draining.on("tool.started", () => {
        started += 1;
        if (started === 2) resolve(draining.drain());
      });
      const results = await draining.executeToolCalls(calls);
      expect(results.map(gist)).toEqual([
        "0",
        "1",
        ...Array.from({ length: 4 }, () => "CALL_CANCELLED"),
      ]);
      expect(errorOf(results[2])).toMatchObject({ retryable: true, details: { handedBack: true } });
      expect(await drained).toEqual(calls.slice(2));
      await expect(draining.executeToolCalls(calls)).rejects.toThrow(TypeError);
      await draining.close();
    });

    test("close waits for what runs, may be called again, and lets nothing in afterwards", async () => {
      const closing = await registryFor(mode);
      const running = closing.executeToolCalls([call("wait", { ms: 40, label: "ran" })]);
      const first = closing.close();
      await Promise.all([first, closing.close()]);
      expect((await running).map(gist)).toEqual(["ran"]);
      await closing.close();
      await expect(closing.executeToolCalls([call("where")])).rejects.toThrow(TypeError);
      await expect(closing.call("where")).rejects.toThrow(TypeError);
      expect(() => closing.streamToolCalls([call("where")])).toThrow(TypeError);
      await closing.destroy();
    });

    test("destroy cancels what runs and what waits", async () => {
      const destroyed = await registryFor(mode, { limits: { wait: { concurrency: 2 } } });
      const { promise: done, resolve } = Promise.withResolvers<void>();
      destroyed.on("tool.started", () => resolve(destroyed.destroy()));
      const calls = Array.from({ length: 5 }, () => call("wait", { ms: 20_000 }));
      const results = await destroyed.executeToolCalls(calls);
      expect(results.map(gist)).toEqual(calls.map(() => "CALL_CANCELLED"));
      await done;
      await destroyed.close();
    });

    test("await using closes it", async () => {
      let outside: ToolRegistry;
      let running: Promise<ToolResult[]>;
      {
        await using inside = await makeRegistry({ mode });
        outside = inside;
        running = inside.executeToolCalls([call("wait", { ms: 20, label: "ran" })]);
      }
      expect((await running).map(gist)).toEqual(["ran"]);
      await expect(outside.call("where")).rejects.toThrow(TypeError);
    });
  });

  describe("calls out of an iterable", () => {
    test("are pulled no further than they are admitted, and leaving the loop ends everything", async () => {
      const limited = await registryFor(mode, { limits: { "*": { concurrency: 3 } } });
      const pulled = { count: 0, ended: false };
      const running = new Set<number>();
      let most = 0;
      let ends = 0;
      for await (const event of limited.streamToolCalls(endless("wait", pulled))) {
        if (event.type === "tool.started") running.add(event.callNumber);
        if (isEnd(event)) running.delete(event.callNumber);
        most = Math.max(most, running.size);
        if (isEnd(event)) ends += 1;
        // Three run, one waits to be admitted, and one more may have been pulled since the last event.
        expect(pulled.count).toBeLessThanOrEqual(ends + 5);
        if (ends === 20) break;
      }
      // A call's place is free a moment before its end is told.
      expect(most).toBeGreaterThanOrEqual(3);
      expect(most).toBeLessThanOrEqual(4);
      await expect.poll(() => pulled.ended).toBe(true);
      const atTheEnd = pulled.count;
      await limited.close();
      expect(pulled.count).toBe(atTheEnd);
    });

    test("give their results in order, whatever kind of iterable it is", async () => {
      const calls = Array.from({ length: 30 }, (_, place) =>
        call("wait", { ms: (30 - place) % 5, label: `${place}` }),
      );
      async function* slowly(): AsyncGenerator {
        for (const one of calls) {
          await nextTurn();
          yield one;
        }
      }
      const expected = calls.map((_, place) => `${place}`);
      expect((await registry.executeToolCalls(slowly())).map(gist)).toEqual(expected);
      expect((await registry.executeToolCalls(new Set(calls))).map(gist)).toEqual(expected);
      expect((await registry.executeToolCalls(calls.values())).map(gist)).toEqual(expected);
    });

    test("that breaks off rejects after the calls before have ended", async () => {
      const ends: number[] = [];
      const off = registry.on("tool.completed", ({ index }) => ends.push(index));
      await expect(registry.executeToolCalls(broken())).rejects.toThrow("the source broke");
      off();
      expect(new Set(ends)).toEqual(new Set([0, 1]));
    });

    test("are cancelled by the caller's signal, and the source is told", async () => {
      const controller = new AbortController();
      const pulled = { count: 0, ended: false };
      const limited = await registryFor(mode, { limits: { "*": { concurrency: 2 } } });
      limited.on("tool.started", ({ index }) => {
        if (index === 10) controller.abort();
      });
      const results = await limited.executeToolCalls(endless("wait", pulled), {
        signal: controller.signal,
      });
      expect(results.length).toBeGreaterThanOrEqual(11);
      expect(results.filter(({ status }) => status === "ok").length).toBeGreaterThanOrEqual(9);
      await expect.poll(() => pulled.ended).toBe(true);
    });
  });
});

describe("where a call runs", () => {
  let registry: ToolRegistry;
  beforeAll(async () => {
    registry = await makeRegistry();
    registry.register(
      defineTool({
        name: "closure",
        description: "A function of this program",
        input: z.object({}),
        execute: (_input, { mode }) => ({ mode }),
      }),
    );
  });
  afterAll(() => registry.close());

  const modeOf = async (name: string, mode?: ConcreteMode | "auto"): Promise<unknown> => {
    const [result] = await registry.executeToolCalls([call(name)], { mode });
    expect(result?.timing.mode).toBe((result as { output: { mode: string } }).output.mode);
    return result?.timing.mode;
  };

  test("the call's word is stronger than the tool's, and the tool's than the registry's", async () => {
    registry.setExecutionMode("async");
    expect(await modeOf("where")).toBe("async");
    expect(await modeOf("where-thread")).toBe("thread");
    expect(await modeOf("where-thread", "process")).toBe("process");
    registry.setExecutionMode("process");
    expect(await modeOf("where")).toBe("process");
    expect(await modeOf("where-thread")).toBe("thread");
    expect(await modeOf("where", "async")).toBe("async");
    expect(await modeOf("where", "thread")).toBe("thread");
  });

  test("auto isolates what can be loaded elsewhere, and runs closures here", async () => {
    registry.setExecutionMode("auto");
    expect(await modeOf("where")).toBe("process");
    expect(await modeOf("closure")).toBe("async");
    expect(await modeOf("where-thread", "auto")).toBe("process");
  });

  test.each(["thread", "process"] as const)(
    "a closure asked into a %s is refused, with what to do",
    async (mode) => {
      const results = await registry.executeToolCalls([call("closure"), call("where")], { mode });
      expect(results.map(({ status }) => status)).toEqual(["error", "ok"]);
      expect(errorOf(results[0])).toMatchObject({
        code: "NOT_PORTABLE",
        retryable: false,
        details: { mode },
      });
      expect(errorOf(results[0]).message).toMatch(/registerModule.*mode async/);
      expect(results[0]?.timing.attempts).toBe(0);
    },
  );

  test("a batch keeps the mode it came in with", async () => {
    registry.setExecutionMode("thread");
    const running = registry.executeToolCalls([call("where"), call("where")]);
    registry.setExecutionMode("async");
    expect((await running).map(({ timing }) => timing.mode)).toEqual(["thread", "thread"]);
  });

  test("a mode nobody knows is a TypeError", async () => {
    expect(() => registry.setExecutionMode("fiber" as never)).toThrow(TypeError);
    await expect(
      registry.executeToolCalls([call("where")], { mode: "fiber" as never }),
    ).rejects.toThrow(TypeError);
  });
});

test("a reader of a stream who does not read stops the pulling", async () => {
  await using registry = await makeRegistry({ mode: "async" });
  let pulled = 0;
  function* additions(): Generator {
    for (;;) {
      pulled += 1;
      yield call("math.add", { a: pulled });
    }
  }
  const stream = registry.streamToolCalls(additions());
  await stream.next();
  let before = -1;
  while (pulled !== before) {
    before = pulled;
    for (let turn = 0; turn < 50; turn += 1) await nextTurn();
  }
  // Three events a call, and some thousand that wait to be read.
  expect(pulled).toBeLessThan(1_000);
  for (let event = 0; event < 1_500; event += 1) await stream.next();
  expect(pulled).toBeGreaterThan(before);
  await stream.return?.();
});

test("in every mode timeoutMs starts anew with each progress where the tool asks for that, and still ends one that is silent", async () => {
  // At the same time: most of it is waiting.
  await Promise.all(
    MODES.map(async (mode) => {
      const registry = await registryFor(mode);
      const [long, silent] = await registry.executeToolCalls([
        call("plodding", { steps: 4, ms: 1 }),
        call("plodding", { steps: 2, ms: 20_000 }),
      ]);
      expect(gist(long!)).toBe(4);
      expect(long?.timing.runMs).toBeGreaterThan(900);
      expect(errorOf(silent)).toMatchObject({ code: "DEADLINE_EXCEEDED" });
      expect(silent?.timing.runMs).toBeGreaterThan(1_400);
      expect(silent?.timing.runMs).toBeLessThan(10_000);
    }),
  );
});
