/** Results that are too large, through the public registry, in every mode and every provider's form. */
import { describe, expect, onTestFinished, test } from "vitest";
import {
  type ConcreteMode,
  FORMAT_NAMES,
  type OkResult,
  type ResultOptions,
  type ToolCall,
  ToolRegistry,
  type ToolResult,
  formatToolResults,
} from "../../src/index.ts";
import { readLog } from "../fixtures/results/large-tools.ts";

const LIMIT = 4_000;
const TOOLS = new URL("../fixtures/results/large-tools.ts", import.meta.url);

async function registryFor(mode: ConcreteMode, results: ResultOptions): Promise<ToolRegistry> {
  const pools = { thread: { max: 2 }, process: { max: 2 } };
  const limits = { read_log: { dedupe: true, cache: { ttlMs: 60_000 } } };
  const registry = new ToolRegistry({ mode, results, limits, pools, workerOutput: () => {} });
  onTestFinished(() => registry.destroy());
  await registry.registerModule(TOOLS);
  return registry;
}

function call(name: string, input: unknown = {}): ToolCall {
  return { id: `call_${name}`, name, input };
}

function ok(result: ToolResult | undefined): OkResult {
  if (result?.status !== "ok") throw result?.error ?? new Error("There is no result.");
  return result;
}

describe.each(["async", "thread", "process"] as const)("in mode %s", (mode) => {
  test("no result is larger than its limit, and the whole is kept", async () => {
    const registry = await registryFor(mode, { maxBytes: LIMIT });
    const whole = readLog.execute({ lines: 5_000 }, {} as never) as string;
    const results = (
      await registry.executeToolCalls([
        call("read_log", { lines: 5_000 }),
        call("read_log", { lines: 5_000 }),
        call("read_log", { lines: 3 }),
        call("query_rows", { rows: 1_000 }),
      ])
    ).map(ok);
    const sizes = results.map(({ output }) => Buffer.byteLength(String(output)));
    expect(sizes[0]).toBeLessThanOrEqual(LIMIT);
    expect(sizes[3]).toBeLessThanOrEqual(2_000);
    expect(results[0]?.output).toMatch(/^0: step 0 done ✓\n[^]*4999: step 1 done ✓$/u);
    expect(results[3]?.output).toMatch(/^\[\{"id":0,[^]*\]$/u);
    const [first, same, small, rows] = results.map(({ truncated }) => truncated);
    expect(first).toMatchObject({ bytes: Buffer.byteLength(whole) });
    expect(same?.id).toBe(first?.id);
    expect(small).toBeUndefined();
    expect(registry.result(first?.id ?? "")).toBe(whole);
    expect(registry.result(rows?.id ?? "")).toHaveLength(1_000);
  });

  test("a model reads the whole in parts, by a tool it was told of", async () => {
    const registry = await registryFor(mode, { maxBytes: LIMIT });
    expect(JSON.stringify(registry.schemas("openai-chat"))).toContain('"read_result"');
    const [result] = await registry.executeToolCalls([call("read_log", { lines: 1_000 })]);
    const { id } = ok(result).truncated ?? {};
    let text = "";
    for (let next: string | undefined = "0"; next !== undefined;) {
      const input = { id, offset: Number(next) };
      const [part] = await registry.executeToolCalls([call("read_result", input)], { mode });
      const { output, truncated } = ok(part);
      expect(Buffer.byteLength(String(output))).toBeLessThanOrEqual(LIMIT);
      expect(truncated).toBeUndefined();
      const [header = ""] = String(output).split("\n", 1);
      text += String(output).slice(header.length + 1);
      next = /offset (\d+) reads on/u.exec(header)?.[1];
    }
    expect(text).toBe(readLog.execute({ lines: 1_000 }, {} as never));
  });

  test("tools and programs get the whole, and a failure is short too", async () => {
    const registry = await registryFor(mode, { maxBytes: LIMIT });
    const whole = readLog.execute({ lines: 2_000 }, {} as never) as string;
    const [counted, complaint] = await registry.executeToolCalls([
      call("count_log", { lines: 2_000 }),
      call("complain", { length: 1_000_000 }),
    ]);
    expect(ok(counted).output).toBe(whole.length);
    expect(await registry.call("read_log", { lines: 2_000 })).toBe(whole);
    for (const format of FORMAT_NAMES) {
      const written = JSON.stringify(formatToolResults([complaint as ToolResult], format));
      expect(written.length).toBeLessThan(3_000);
    }
  });

  test("an image that fits is an image, and one that does not is a line, for every provider", async () => {
    const registry = await registryFor(mode, { maxBytes: LIMIT });
    const results = await registry.executeToolCalls([
      call("draw_chart", { bytes: 1_500 }),
      call("draw_chart", { bytes: 15_000 }),
    ]);
    const image = Buffer.alloc(1_500, 7).toString("base64");
    for (const format of FORMAT_NAMES) {
      const written = JSON.stringify(formatToolResults(results, format));
      expect(written.split(image), format).toHaveLength(2);
      expect(written, format).toContain("[image/png, 15000 bytes: cannot be shown here]");
      expect(written.length, format).toBeLessThan(LIMIT + 1_000);
    }
  });

  test("nobody reads what is kept for another tenant", async () => {
    const registry = await registryFor(mode, { maxBytes: LIMIT });
    const calls = [call("read_log", { lines: 1_000 })];
    const [result] = await registry.executeToolCalls(calls, { tenant: "a" });
    const read = [call("read_result", { id: ok(result).truncated?.id })];
    const readers = ["a", "b", undefined].map((tenant) =>
      registry.executeToolCalls(read, { tenant }),
    );
    const statuses = (await Promise.all(readers)).map(([part]) => part?.status);
    expect(statuses).toEqual(["ok", "error", "error"]);
  });
});

test("what is kept is bounded, all together", async () => {
  const registry = await registryFor("async", { maxBytes: 512, keepBytes: 100_000 });
  const calls = Array.from({ length: 20 }, (_, more) => call("read_log", { lines: 900 + more }));
  const results = (await registry.executeToolCalls(calls)).map(ok);
  const kept = results.filter(
    ({ truncated }) => registry.result(truncated?.id ?? "") !== undefined,
  );
  expect(kept.length).toBeGreaterThan(2);
  expect(kept.length).toBeLessThan(6);
  expect(results.slice(-kept.length)).toEqual(kept);
});

test("events carry the result as the model gets it", async () => {
  const registry = await registryFor("thread", { maxBytes: LIMIT });
  for await (const event of registry.streamToolCalls([call("read_log", { lines: 5_000 })])) {
    if (event.type !== "tool.completed") continue;
    expect(Buffer.byteLength(String(event.result.output))).toBeLessThanOrEqual(LIMIT);
    expect(registry.result(event.result.truncated?.id ?? "")).toBeDefined();
  }
  expect.assertions(2);
});
