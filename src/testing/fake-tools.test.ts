import { expect, test } from "vitest";
import { ToolRegistry } from "../runtime/tool-registry.ts";
import type { LimitsOptions } from "../limits/limit-options.ts";
import type { Tool } from "../core/tool.ts";
import type { ToolResult } from "../core/tool-result.ts";
import { fakeCounter } from "./fake-counter.ts";
import { fakeMemoryHog } from "./fake-memory.ts";
import { FakeServer, fakeServerTool } from "./fake-server.ts";
import { fakeTool } from "./fake-tool.ts";
import { worstWindow } from "./fake-windows.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** The results of `count` calls of a tool, and the time they took. */
async function callMany(
  clock: VirtualClock,
  { tool, count, limits }: { tool: Tool; count: number; limits?: LimitsOptions },
): Promise<readonly ToolResult[]> {
  await using registry = new ToolRegistry({ clock, limits, mode: "async" });
  registry.register(tool);
  const calls = Array.from({ length: count }, (_, place) => ({
    id: `call_${place}`,
    name: tool.name,
    input: {},
  }));
  const answered = registry.executeToolCalls(calls);
  await clock.advance(60_000);
  return answered;
}

function codesOf(results: readonly ToolResult[]): string[] {
  return results.map((result) => (result.status === "ok" ? "ok" : result.error.code));
}

async function latencies(seed: number): Promise<number[]> {
  const clock = new VirtualClock();
  const { tool } = fakeTool({ latencyMs: [50, 60], seed, clock });
  return (await callMany(clock, { tool, count: 20 })).map(({ timing }) => timing.runMs);
}

async function raiseTwenty(limits: LimitsOptions): Promise<number[]> {
  const clock = new VirtualClock();
  const counter = fakeCounter({ clock });
  await callMany(clock, { tool: counter.tool, count: 20, limits });
  return [counter.value(), counter.writes, counter.lostUpdates];
}

test("a fake tool takes as long as it is told, on its clock", async () => {
  const clock = new VirtualClock();
  const { tool } = fakeTool({ latencyMs: (n) => n * 10, clock });
  const results = await callMany(clock, { tool, count: 3 });
  expect(results.map(({ timing }) => timing.runMs)).toEqual([10, 20, 30]);
});

test("a latency between two bounds stays between them, and is the same for the same seed", async () => {
  const first = await latencies(7);
  expect(new Set(first).size).toBeGreaterThan(10);
  for (const ms of first) expect(ms).toSatisfy((value: number) => value >= 50 && value < 60);
  expect(await latencies(7)).toEqual(first);
  expect(await latencies(8)).not.toEqual(first);
});

test("every n-th run fails with the code and the delay asked for", async () => {
  const clock = new VirtualClock();
  const fake = fakeTool({ failEvery: 3, errorCode: "RATE_LIMITED", retryAfterMs: 40, clock });
  const results = await callMany(clock, { tool: fake.tool, count: 6 });
  expect(codesOf(results)).toEqual(["ok", "ok", "RATE_LIMITED", "ok", "ok", "RATE_LIMITED"]);
  expect(results[2]).toMatchObject({ error: { retryAfterMs: 40 } });
  expect([fake.succeeded, fake.failed]).toEqual([4, 2]);
});

test("a failure rate makes about that part of the runs fail", async () => {
  const clock = new VirtualClock();
  const fake = fakeTool({ failureRate: 0.3, clock });
  await callMany(clock, { tool: fake.tool, count: 1_000 });
  expect(fake.failed).toSatisfy((failed: number) => failed > 250 && failed < 350);
});

test("a tool that hangs ends when its call does", async () => {
  const clock = new VirtualClock();
  const fake = fakeTool({ latencyMs: Infinity, timeoutMs: 200, clock });
  const results = await callMany(clock, { tool: fake.tool, count: 2 });
  expect(codesOf(results)).toEqual(["DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED"]);
  expect([fake.running, fake.failed]).toEqual([0, 2]);
  expect(clock.pendingTimers).toBe(0);
});

test("a fake tool knows when its runs began and how many ran at once", async () => {
  const clock = new VirtualClock();
  const fake = fakeTool({ latencyMs: 10, clock });
  await callMany(clock, { tool: fake.tool, count: 5, limits: { fake: { concurrency: 2 } } });
  expect(fake.startedAt).toEqual([0, 0, 10, 10, 20]);
  expect([fake.mostAtOnce, fake.running]).toEqual([2, 0]);
});

test("tokens are where limits of tokens look for them", async () => {
  const clock = new VirtualClock();
  const { tool } = fakeTool({ tokens: (n) => n * 100, clock });
  const results = await callMany(clock, { tool, count: 2 });
  expect(results[1]).toMatchObject({ output: { run: 2, usage: { total_tokens: 200 } } });
});

test("a fake server accepts its limit in any window, and tells the others when to come back", async () => {
  const clock = new VirtualClock();
  const server = new FakeServer({ limit: 2, perMs: 100, clock });
  const statuses = async (count: number): Promise<unknown[]> =>
    Promise.all(Array.from({ length: count }, () => server.request()));
  expect(await statuses(1)).toEqual([{ status: 200, request: 1 }]);
  await clock.advance(60);
  expect(await statuses(2)).toMatchObject([{ status: 200 }, { status: 429, retryAfterMs: 40 }]);
  await clock.advance(40);
  expect(await statuses(2)).toMatchObject([{ status: 200 }, { status: 429, retryAfterMs: 60 }]);
  expect([server.requests, server.accepted, server.refused]).toEqual([5, 3, 2]);
  expect(server.worstWindow).toBe(4);
});

test("the tool of a fake server fails as one that calls a real server should", async () => {
  const clock = new VirtualClock();
  const server = new FakeServer({ limit: 1, latencyMs: 20, clock });
  const results = await callMany(clock, { tool: fakeServerTool(server), count: 2 });
  expect(codesOf(results)).toEqual(["ok", "RATE_LIMITED"]);
  expect(results[1]).toMatchObject({ error: { retryAfterMs: 1_000 } });
  expect([server.mostAtOnce, server.running]).toEqual([1, 0]);
});

test("counters lose updates when runs overlap, and none when they do not", async () => {
  expect(await raiseTwenty({})).toEqual([1, 20, 19]);
  expect(await raiseTwenty({ counter: { concurrency: 1 } })).toEqual([20, 20, 0]);
});

test("a memory hog says how much was held at once", async () => {
  const clock = new VirtualClock();
  const hog = fakeMemoryHog({ bytes: 1_000, holdMs: 5, clock });
  await callMany(clock, { tool: hog.tool, count: 7, limits: { memory_hog: { concurrency: 3 } } });
  expect([hog.heldBytes, hog.mostHeldBytes]).toEqual([0, 3_000]);
});

test("the worst window is found wherever it begins", () => {
  expect(worstWindow([], 100)).toBe(0);
  expect(worstWindow([0, 100, 200], 100)).toBe(1);
  expect(worstWindow([0, 90, 99, 100, 180, 189], 100)).toBe(5);
  expect(worstWindow([99, 0, 100], 100)).toBe(2);
});
