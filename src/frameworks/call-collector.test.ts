import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import type { CallOptions } from "../core/tool-call.ts";
import { ToolError } from "../core/tool-error.ts";
import type { ToolResult } from "../core/tool-result.ts";
import { type BatchRunner, CallCollector, type CollectedCall } from "./call-collector.ts";

interface Batch {
  readonly names: readonly string[];
  readonly options: CallOptions;
}

function recorder(): { readonly batches: Batch[]; readonly runner: BatchRunner } {
  const batches: Batch[] = [];
  const executeToolCalls: BatchRunner["executeToolCalls"] = async (calls, given) => {
    const list = calls as readonly CollectedCall[];
    const { onResult, ...options } = given;
    batches.push({ names: list.map(({ name }) => name), options });
    const results = list.map(({ id, name }) => resultOf(String(id), name));
    for (const [index, result] of results.entries()) onResult?.(result, index);
    return results;
  };
  return { batches, runner: { executeToolCalls } };
}

function resultOf(callId: string, toolName: string): ToolResult {
  const error = new ToolError("TOOL_FAILED", toolName);
  return { callId, toolName, status: "error", error, timing: {} as ToolResult["timing"] };
}

const call = (name: string): CollectedCall => ({ id: `id-${name}`, name, input: {} });

test("calls of one turn are one batch in the order in which they come, each with its own result", async () => {
  const { batches, runner } = recorder();
  const collector = new CallCollector(runner);

  const first = collector.run(call("a"), {});
  await Promise.resolve();
  const later = Promise.resolve().then(() => collector.run(call("b"), {}));
  const results = await Promise.all([first, later, collector.run(call("c"), {})]);

  expect(batches.map(({ names }) => names)).toEqual([["a", "c", "b"]]);
  expect(results.map(({ callId }) => callId)).toEqual(["id-a", "id-b", "id-c"]);
});

test("calls that start within one check phase are one batch", async () => {
  const { batches, runner } = recorder();
  const collector = new CallCollector(runner);
  const start = async (name: string): Promise<ToolResult> => {
    await nextTurn();
    return collector.run(call(name), {});
  };

  await Promise.all(["a", "b", "c"].map(start));

  expect(batches.map(({ names }) => names)).toEqual([["a", "b", "c"]]);
});

test("a call of a later turn is a batch of its own", async () => {
  const { batches, runner } = recorder();
  const collector = new CallCollector(runner);
  const first = collector.run(call("a"), {});
  await nextTurn();
  await Promise.all([first, collector.run(call("b"), {})]);

  expect(batches.map(({ names }) => names)).toEqual([["a"], ["b"]]);
});

test("calls with other options or another signal are other batches", async () => {
  const { batches, runner } = recorder();
  const collector = new CallCollector(runner);
  const { signal } = new AbortController();
  const shared = {};
  const options: readonly CallOptions[] = [
    { tenant: "t1", context: shared },
    { tenant: "t2", context: shared },
    { tenant: "t1", context: {} },
    { tenant: "t1", context: shared, signal },
    { tenant: "t1", context: shared, priority: 1 },
    { context: shared, tenant: "t1" },
    { tenant: "t1", context: shared, signal },
  ];

  await Promise.all(options.map((own, index) => collector.run(call(String(index)), own)));

  expect(batches.map(({ names }) => names.join())).toEqual(["0,5", "1", "2", "4", "3,6"]);
  expect(batches[4]?.options.signal).toBe(signal);
});

test("what the registry throws reaches each call of that batch, and no other", async () => {
  const failing: BatchRunner = {
    executeToolCalls: async (_calls, { tenant, onResult }) => {
      if (tenant === "closed") throw new TypeError("This registry is closed");
      onResult?.(resultOf("id-c", "c"), 0);
      return [];
    },
  };
  const collector = new CallCollector(failing);

  const settled = await Promise.allSettled([
    collector.run(call("a"), { tenant: "closed" }),
    collector.run(call("b"), { tenant: "closed" }),
    collector.run(call("c"), { tenant: "open" }),
  ]);

  expect(settled.map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
});

test("a result reaches its caller while others of its batch still run", async () => {
  const last = Promise.withResolvers<void>();
  const runner: BatchRunner = {
    executeToolCalls: async (_calls, { onResult }) => {
      onResult?.(resultOf("id-b", "b"), 1);
      await last.promise;
      onResult?.(resultOf("id-a", "a"), 0);
      return [];
    },
  };
  const collector = new CallCollector(runner);
  const order: string[] = [];
  const both = ["a", "b"].map(async (name) => {
    const { toolName } = await collector.run(call(name), {});
    order.push(toolName);
    if (toolName === "b") last.resolve();
  });
  await Promise.all(both);
  expect(order).toEqual(["b", "a"]);
});

test("each call keeps the async context in which it was made", async () => {
  const users = new AsyncLocalStorage<string>();
  const seen: string[] = [];
  const runner: BatchRunner = {
    executeToolCalls: async (calls, { enter }) =>
      (calls as readonly CollectedCall[]).map(({ name }, index) => {
        enter?.(index, () => seen.push(`${name} of ${users.getStore()}`));
        return resultOf(name, name);
      }),
  };
  const collector = new CallCollector(runner);

  await Promise.all([
    users.run("Ann", () => collector.run(call("a"), {})),
    users.run("Bob", () => collector.run(call("b"), {})),
  ]);

  expect(seen).toEqual(["a of Ann", "b of Bob"]);
});

test("a runner that only returns its results settles each call too, and one that returns too few rejects the rest", async () => {
  const runner: BatchRunner = { executeToolCalls: async () => [resultOf("id-a", "a")] };
  const collector = new CallCollector(runner);

  const settled = await Promise.allSettled([
    collector.run(call("a"), {}),
    collector.run(call("b"), {}),
  ]);

  expect(settled).toMatchObject([
    { status: "fulfilled", value: { toolName: "a" } },
    { status: "rejected", reason: { message: "A call was given no result." } },
  ]);
});

test("a thousand runs with a signal each are a thousand batches", async () => {
  const { batches, runner } = recorder();
  const collector = new CallCollector(runner);
  const runs = Array.from({ length: 1_000 }, async (_, index) => {
    const { signal } = new AbortController();
    const both = [
      collector.run(call(`${index}a`), { signal }),
      collector.run(call(`${index}b`), { signal }),
    ];
    return Promise.all(both);
  });

  await Promise.all(runs);

  expect(batches.length).toBe(1_000);
  expect(batches.every(({ names }) => names.length === 2)).toBe(true);
});
