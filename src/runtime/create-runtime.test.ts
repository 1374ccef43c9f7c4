import { describe, expect, test } from "vitest";
import type { ExecutionMode } from "../core/tool.ts";
import { testTool } from "../testing/call-stage.ts";
import { VirtualClock } from "../testing/virtual-clock.ts";
import { SystemClock } from "../time/clock.ts";
import { checkMode } from "./check-mode.ts";
import { type ToolRegistryOptions, createRuntime } from "./create-runtime.ts";

const MINUTE_MS = 60_000;

/** What keeps Node alive. */
function resources(): string[] {
  return process.getActiveResourcesInfo().toSorted();
}

describe("a mistake in the options is a TypeError that names it", () => {
  test.each<[object, RegExp]>([
    [
      { concurrency: 8 },
      /Option "concurrency" of ToolRegistry is unknown; known: mode, timeoutMs, limits/,
    ],
    [{ mode: "proces" }, /Mode "proces" is unknown; known: auto, async, thread, process\./],
    [{ mode: null }, /Mode "null" is unknown/],
    [{ timeoutMs: 0 }, /`timeoutMs` must be above 0/],
    [{ timeoutMs: -1 }, /`timeoutMs` must be above 0/],
    [{ timeoutMs: NaN }, /`timeoutMs` must be above 0/],
    [{ timeoutMs: "soon" }, /`timeoutMs` must be above 0/],
    [{ pools: { threads: {} } }, /pools\.threads is unknown; known: thread, process\./],
    [{ pools: { thread: { max: 0 } } }, /pools\.thread\.max must be an integer from 1\./],
    [{ pools: { process: { maximum: 2 } } }, /pools\.process\.maximum is unknown/],
    [
      { pools: { process: { maxMemoryBytes: 64 } } },
      /pools\.process\.maxMemoryBytes must be at least/,
    ],
    [
      { limits: { "*": { concurrency: 0 } } },
      /limits\["\*"\]\.concurrency must be an integer from 1/,
    ],
    [{ limits: { "*": 8 } }, /limits\["\*"\] must be an object/],
    [{ limits: null }, /limits must be an object/],
  ])("%j", (options, message) => {
    expect(() => createRuntime(options)).toThrow(TypeError);
    expect(() => createRuntime(options)).toThrow(message);
  });
});

test.each<ToolRegistryOptions>([
  {},
  { mode: undefined, timeoutMs: undefined, limits: undefined, pools: undefined, clock: undefined },
  { timeoutMs: Infinity },
  { pools: { thread: undefined, process: { max: 1 } } },
])("%j are good options", (options) => {
  expect(() => createRuntime(options)).not.toThrow();
});

test.each<ExecutionMode>(["auto", "async", "thread", "process"])("%s is a mode", (mode) => {
  expect(() => checkMode(mode)).not.toThrow();
});

test("what is put together shares one clock, and each mode has its own executor", () => {
  const clock = new VirtualClock();
  const { parts, executors, catalog } = createRuntime({ clock, timeoutMs: MINUTE_MS });
  expect(parts.clock).toBe(clock);
  expect(Object.entries(executors).map(([mode, executor]) => [mode, executor.mode])).toEqual([
    ["async", "async"],
    ["thread", "thread"],
    ["process", "process"],
  ]);
  catalog.register([testTool("t", () => 1)]);
  expect(catalog.snapshot().get("t")?.bound.timeoutMs).toBe(MINUTE_MS);
  expect(createRuntime({}).parts.clock).toBeInstanceOf(SystemClock);
});

test("it starts no worker and no timer by itself, so that nothing keeps Node alive", () => {
  const before = resources();
  const { catalog } = createRuntime({ pools: { thread: { max: 4 }, process: { max: 4 } } });
  catalog.register([testTool("t", () => 1, { mode: "async" })]);
  expect(resources()).toEqual(before);
});

test("changes of the catalog are told, with the time since 1970", async () => {
  const clock = new VirtualClock();
  const { catalog, hub } = createRuntime({ clock });
  const told: unknown[] = [];
  hub.on("*", (event) => told.push(event));
  await clock.advance(5);
  catalog.register([testTool("t", () => 1)]);
  catalog.disable("t", "broken");
  expect(told).toEqual([
    { type: "tool.registered", at: 5, toolName: "t" },
    { type: "tool.disabled", at: 5, toolName: "t", reason: "broken" },
  ]);
});
