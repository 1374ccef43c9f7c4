/** Tools that call tools, with real threads and child processes. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, onTestFinished, test, vi } from "vitest";
import {
  type CallEvent,
  type ConcreteMode,
  defineTool,
  ToolError,
  ToolRegistry,
  type ToolRegistryOptions,
} from "../../src/index.ts";

const MODES = ["async", "thread", "process"] as const;
const WORKER_MODES = ["thread", "process"] as const;
const TOOLS = new URL("../fixtures/executors/calling-tools.ts", import.meta.url);

const folder = mkdtempSync(join(tmpdir(), "nested-calls-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const newFile = (): string => join(folder, `file-${(files += 1)}`);
const linesOf = (file: string): string[] =>
  existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];

/** A registry with pools of one worker, and what happens in it. */
async function setUp(
  mode: ConcreteMode,
  options: ToolRegistryOptions = {},
): Promise<{ readonly registry: ToolRegistry; readonly events: CallEvent[] }> {
  const pools = { thread: { max: 1 }, process: { max: 1 } };
  const registry = new ToolRegistry({ mode, pools, workerOutput: () => {}, ...options });
  onTestFinished(() => registry.destroy());
  await registry.registerModule(TOOLS);
  const events: CallEvent[] = [];
  registry.on("*", (event) => {
    if ("callNumber" in event) events.push(event);
  });
  return { registry, events };
}

/** What `ask` gives back when it calls a tool. */
function asked(
  registry: ToolRegistry,
  name: string,
  more: { readonly value?: object; readonly options?: object } = {},
): Promise<unknown> {
  return registry.call("ask", { name, ...more });
}

describe.each(MODES)("in mode %s", (mode) => {
  test("calls nested 5 deep end, with pools of one worker, alone and 30 at once", async () => {
    const { registry, events } = await setUp(mode);
    expect(await registry.call("deep", { depth: 5 })).toBe(1);
    const calls = Array.from({ length: 30 }, (_, place) => {
      return { id: `c${place}`, name: "deep", input: { depth: 5 } };
    });
    const results = await registry.executeToolCalls(calls);
    expect(results.map((result) => result.status === "ok" && result.output)).toEqual(
      calls.map(() => 1),
    );
    const ends = events.filter(({ type }) => type === "tool.completed" || type === "tool.failed");
    expect(ends.length).toBe(31 * 6);
    expect(new Set(ends.map(({ callNumber }) => callNumber)).size).toBe(31 * 6);
  });

  test("calls nested 5 deep end when every limit is 1, and all slots are free afterwards", async () => {
    const one = { concurrency: 1 };
    const limits = { "*": one, deep: one, tenant: one };
    const { registry } = await setUp(mode, { limits });
    const call = (): Promise<unknown> => registry.call("deep", { depth: 5 }, { tenant: "acme" });
    expect(await Promise.all([call(), call(), call()])).toEqual([1, 1, 1]);
    expect(await call()).toBe(1);
  });

  test("a tree of calls ends: 3 wide and 4 deep", async () => {
    const { registry } = await setUp(mode);
    expect(await registry.call("deep", { depth: 4, width: 3 })).toBe(81);
  });

  test("events of a nested call name the call that made it, and end before its end", async () => {
    const { registry, events } = await setUp(mode);
    await registry.executeToolCalls([
      { id: "first", name: "where", input: {} },
      { id: "second", name: "deep", input: { depth: 2 } },
    ]);
    const nested = events.filter(({ parentCall }) => parentCall !== undefined);
    expect(
      new Set(nested.map(({ callNumber, parentCall }) => [callNumber, parentCall].join())),
    ).toEqual(new Set(["3,2", "4,3"]));
    expect(new Set(nested.map(({ index }) => index))).toEqual(new Set([1]));
    expect(new Set(nested.map(({ callId }) => callId))).toEqual(
      new Set(["second/1", "second/1/1"]),
    );
    const ends = events.filter(({ type }) => type === "tool.completed");
    expect(ends.map(({ callNumber }) => callNumber).filter((number) => number > 1)).toEqual([
      4, 3, 2,
    ]);
  });

  test("a nested call has its parent's tenant and context, and neither its mode nor its key", async () => {
    const { registry } = await setUp("async");
    const options = { mode, tenant: "acme", context: { user: 7 }, idempotencyKey: "outer" };
    const told = (await registry.call("ask", { name: "where" }, options)) as object;
    expect(told).toEqual({
      output: { mode: "async", tenant: "acme", context: { user: 7 }, idempotencyKey: undefined },
    });
    const given = { mode: "thread", idempotencyKey: "inner" };
    const again = await registry.call("ask", { name: "where", options: given }, options);
    expect(again).toMatchObject({ output: given });
  });

  test("what is wrong with a nested call is said to the tool that makes it", async () => {
    const { registry } = await setUp(mode);
    expect(await asked(registry, "wher")).toMatchObject({
      code: "TOOL_NOT_FOUND",
      message: 'There is no tool "wher". Did you mean "where"?',
    });
    expect(await asked(registry, "where", { value: [] as object })).toMatchObject({
      code: "INPUT_INVALID",
    });
    expect(await asked(registry, "where", { options: { tenant: "other" } })).toEqual({
      isTypeError: true,
      message:
        'Option "tenant" of context.call is unknown; known: mode, signal, deadlineMs, priority, idempotencyKey.',
    });
    registry.disable("where", "for the night");
    // The snapshot of a call is that of its batch.
    expect(await asked(registry, "where")).toMatchObject({ code: "TOOL_DISABLED" });
  });

  test("cancelling a call cancels the calls below it", async () => {
    const { registry, events } = await setUp(mode);
    const file = newFile();
    const controller = new AbortController();
    const call = registry.call("wrap", { file }, { signal: controller.signal });
    call.catch(() => {});
    await vi.waitFor(() => expect(linesOf(file)).toEqual(["began"]), 10_000);
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: "CALL_CANCELLED" });
    expect(linesOf(file)).toEqual(["began", "CALL_CANCELLED"]);
    const ends = events.filter(({ type }) => type === "tool.failed");
    expect(ends.map(({ toolName }) => toolName)).toEqual(["hang", "wrap"]);
  });

  test("a call that its tool does not wait for is cancelled when that is answered", async () => {
    const { registry, events } = await setUp(mode);
    const file = newFile();
    expect(await registry.call("forget", { file })).toBe("gone");
    expect(linesOf(file)).toEqual(["began", "CALL_CANCELLED"]);
    const ends = events.filter(({ type }) => type === "tool.failed" || type === "tool.completed");
    expect(ends.map(({ type, toolName }) => `${type} ${toolName}`)).toEqual([
      "tool.failed hang",
      "tool.completed forget",
    ]);
  });

  test("a tool that calls itself without end is stopped 32 calls deep", async () => {
    const { registry, events } = await setUp(mode);
    // The workers of 33 levels would be many.
    const modes = Array.from({ length: 40 }, () => "async");
    await expect(registry.call("deep", { depth: 40, modes })).rejects.toMatchObject({
      code: "TOOL_FAILED",
      details: { depth: 33, maxDepth: 32 },
    });
    expect(Math.max(...events.map(({ callNumber }) => callNumber))).toBe(33);
  });
});

/** Does the same in each mode, at the same time: most of it is waiting. */
async function eachMode(act: (mode: ConcreteMode) => Promise<void>): Promise<void> {
  await Promise.all(MODES.map(act));
}

describe("in every mode", () => {
  test("a nested call that outlives its own deadline fails alone", async () => {
    await eachMode(async (mode) => {
      const { registry } = await setUp(mode);
      await registry.call("deep", { depth: 1 });
      const file = newFile();
      const answer = await asked(registry, "hang", {
        value: { file },
        options: { deadlineMs: 600 },
      });
      expect(answer).toMatchObject({ code: "DEADLINE_EXCEEDED", details: { deadlineMs: 600 } });
      await vi.waitFor(() => expect(linesOf(file)).toEqual(["began", "DEADLINE_EXCEEDED"]), 10_000);
    });
  });

  test("a tool that is out of time takes its calls along", async () => {
    await eachMode(async (mode) => {
      const { registry } = await setUp(mode);
      // Workers for both are there.
      await registry.call("deep", { depth: 1 });
      const file = newFile();
      await expect(registry.call("wrapBriefly", { file })).rejects.toMatchObject({
        code: "DEADLINE_EXCEEDED",
        details: { timeoutMs: 600 },
      });
      await vi.waitFor(() => expect(linesOf(file)).toEqual(["began", "DEADLINE_EXCEEDED"]), 10_000);
    });
  });

  test("a tool can cancel a call that it has made", async () => {
    await eachMode(async (mode) => {
      const { registry } = await setUp(mode);
      await registry.call("deep", { depth: 1 });
      const file = newFile();
      expect(await registry.call("giveUp", { file })).toBe("CALL_CANCELLED");
      await vi.waitFor(() => expect(linesOf(file)).toEqual(["began", "CALL_CANCELLED"]), 10_000);
    });
  });
});

test("what has begun is not handed back when a call that it makes can no longer be made", async () => {
  const { registry } = await setUp("async", { limits: { where: { concurrency: 1 } } });
  const began = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  registry.register(
    defineTool({
      name: "late",
      description: "Calls a tool when it is told to.",
      input: { type: "object" },
      execute: async (_input, { call }) => {
        began.resolve();
        await go.promise;
        return call("where");
      },
    }),
  );
  const late = registry.call("late").catch((thrown: unknown) => thrown);
  await began.promise;
  const drained = registry.drain();
  go.resolve();
  expect(await drained).toEqual([]);
  const told = await late;
  // Whether there is still room for it is for the limits to say.
  if (ToolError.is(told)) expect(told).toMatchObject({ code: "CALL_CANCELLED", retryable: false });
  else expect(told).toMatchObject({ mode: "async" });
});

describe.each(WORKER_MODES)("with workers of mode %s", (mode) => {
  test("each level of nesting has its own workers, and no more than are allowed", async () => {
    const { registry } = await setUp(mode);
    await registry.call("deep", { depth: 2, width: 4 });
    const { pools } = registry.stats();
    expect(pools.map(({ level, workers }) => [level, workers.length])).toEqual([
      [undefined, 1],
      [1, 1],
      [2, 1],
    ]);
  });

  test("calls between the modes never wait in a circle", async () => {
    const { registry } = await setUp("async");
    const other = mode === "thread" ? "process" : "thread";
    const modes = [other, mode, "async", other, mode];
    const results = await Promise.all(
      Array.from({ length: 12 }, (_, place) =>
        registry.call("deep", { depth: 5, modes }, { mode: place % 2 === 0 ? mode : other }),
      ),
    );
    expect(results).toEqual(Array.from({ length: 12 }, () => 1));
  });
});

/** Kills the worker that a call runs in as soon as it has made its own call. */
async function killUnder(
  name: string,
  file: string,
): Promise<{
  readonly outcome: unknown;
  readonly events: readonly CallEvent[];
}> {
  const { registry, events } = await setUp("process");
  let kills = 0;
  registry.on("tool.progress", ({ progress }) => {
    kills += 1;
    if (kills === 1) process.kill(progress, "SIGKILL");
  });
  const outcome = await registry
    .call(name, { file, line: "x" })
    .catch((thrown) => thrown as unknown);
  return { outcome, events };
}

describe("when a worker is killed", () => {
  test("the call that it ran fails alone, for the tool that made it to see", async () => {
    const { registry } = await setUp("process");
    expect(await asked(registry, "die")).toMatchObject({ code: "WORKER_CRASHED" });
    expect(await registry.call("deep", { depth: 2 })).toBe(1);
  });

  test("its calls are cancelled, and the call that made them fails once", async () => {
    const file = newFile();
    const { outcome, events } = await killUnder("act", file);
    expect(ToolError.is(outcome, "WORKER_CRASHED")).toBe(true);
    const ends = events.filter(({ type }) => type === "tool.failed" || type === "tool.completed");
    expect(ends.map(({ type, toolName }) => `${type} ${toolName}`)).toEqual([
      "tool.failed note",
      "tool.failed act",
    ]);
    expect(linesOf(file)).toEqual([]);
  });

  test("a call that may be repeated runs again, with new calls of its own and one effect of each", async () => {
    const file = newFile();
    const { outcome, events } = await killUnder("actAgain", file);
    expect(outcome).toBe("x");
    expect(linesOf(file)).toEqual(["x below", "x after"]);
    const ends = events.filter(({ type }) => type === "tool.failed" || type === "tool.completed");
    expect(ends.map(({ type, toolName }) => `${type} ${toolName}`)).toEqual([
      "tool.failed note",
      "tool.completed note",
      "tool.completed actAgain",
    ]);
  });

  test("60 calls under 10 kills each have one result, and what they called no more than one effect", async () => {
    const pools = { process: { max: 4 } };
    const { registry, events } = await setUp("process", { pools });
    const file = newFile();
    let seen = 0;
    registry.on("tool.progress", ({ progress }) => {
      seen += 1;
      if (seen % 6 === 0) process.kill(progress, "SIGKILL");
    });
    const calls = Array.from({ length: 60 }, (_, place) => {
      return { id: `${place}`, name: "act", input: { file, line: `${place}`, waitMs: 40 } };
    });
    const results = await registry.executeToolCalls(calls);
    const failed = results.filter((result) => result.status === "error");
    expect(failed.length).toBeGreaterThan(0);
    for (const { error } of failed) expect(error.code).toBe("WORKER_CRASHED");
    const lines = linesOf(file);
    expect(new Set(lines).size).toBe(lines.length);
    const after = lines.filter((line) => line.endsWith("after"));
    expect(after.length).toBe(results.length - failed.length);
    const ends = events.filter(({ type }) => type === "tool.failed" || type === "tool.completed");
    expect(new Set(ends.map(({ callNumber }) => callNumber)).size).toBe(ends.length);
    expect(ends.length).toBe(Math.max(...events.map(({ callNumber }) => callNumber)));
  });
});
