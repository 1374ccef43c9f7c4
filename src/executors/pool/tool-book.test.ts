import { expect, test } from "vitest";
import type { PoolEvent } from "../../core/pool-event.ts";
import { ToolError } from "../../core/tool-error.ts";
import { type Tool, defineTool } from "../../core/tool.ts";
import { VirtualClock } from "../../testing/virtual-clock.ts";
import { portable, watchedAttempt } from "../../testing/watched-attempt.ts";
import { PoolCall } from "./pool-call.ts";
import { resolvePoolOptions } from "./pool-options.ts";
import { ToolBook } from "./tool-book.ts";
import type { CrewParts } from "./worker-crew.ts";

const MODULE = "file:///tools.ts";

function toolNamed(name: string, settings: Partial<Tool> = {}): Tool {
  const closure = defineTool({ name, description: name, input: {}, execute: () => null });
  return portable({ ...closure, ...settings }, MODULE, "tools");
}

interface Stage {
  readonly book: ToolBook;
  readonly clock: VirtualClock;
  readonly events: PoolEvent[];
}

function stage(quarantineAfter: number = 2): Stage {
  const clock = new VirtualClock();
  const events: PoolEvent[] = [];
  const parts: CrewParts = {
    mode: "thread",
    clock,
    options: resolvePoolOptions("thread", { quarantineAfter }),
    emit: (event) => void events.push(event),
    open: () => {
      throw new Error("A book opens no workers.");
    },
  };
  return { book: new ToolBook(parts), clock, events };
}

const callOf = (book: ToolBook, tool: Tool): PoolCall =>
  new PoolCall(watchedAttempt(tool, {}), book.toolOf(tool), 0, () => {});

const death = new ToolError("WORKER_CRASHED", "shell: it exited with code 1");

test("a tool has one record, and two tools of one name have two", () => {
  const { book } = stage();
  const tool = toolNamed("shell");
  expect(book.toolOf(tool)).toBe(book.toolOf(tool));
  expect(book.toolOf(toolNamed("shell"))).not.toBe(book.toolOf(tool));
  expect([...book.tools].map(({ number }) => number)).toEqual([1, 2]);
});

test("a function of this program has none", () => {
  const closure = { ...toolNamed("shell"), origin: undefined };
  expect(() => stage().book.toolOf(closure)).toThrow("shell cannot leave this process");
});

test("a tool with limited CPU time has its worker to itself, whatever is learned of it", () => {
  const { profile } = stage().book.toolOf(toolNamed("sum", { maxCpuMs: 5 }));
  for (let count = 0; count < 20; count += 1) profile.learn({ runMs: 0.01 }, true);
  expect(profile.share).toEqual({ window: 1, concurrency: 1 });
  for (let count = 0; count < 20; count += 1) profile.learn({ runMs: 50, busyMs: 1 }, true);
  expect(profile.share).toEqual({ window: 1, concurrency: 1 });
});

test("calls of a tool that ends its workers are refused, and everybody is told once", () => {
  const { book, events } = stage();
  const call = callOf(book, toolNamed("shell"));
  book.blame(call.tool, death, true);
  expect(book.refusalOf(call)).toBeUndefined();
  book.blame(call.tool, death, true);
  expect(book.refusalOf(call)).toMatchObject({ code: "CIRCUIT_OPEN", retryAfterMs: 1_000 });
  // Begun before.
  book.blame(call.tool, death, true);
  expect(events).toEqual([
    {
      type: "tool.quarantined",
      at: 0,
      mode: "thread",
      toolName: "shell",
      reason: death.message,
      retryAfterMs: 1_000,
    },
  ]);
});

test("deaths for which others may be to blame do not count", () => {
  const { book, events } = stage(1);
  const call = callOf(book, toolNamed("shell"));
  for (let count = 0; count < 9; count += 1) book.blame(call.tool, death, false);
  expect(book.refusalOf(call)).toBeUndefined();
  expect(events).toEqual([]);
});

test("after the rest one call is let through, and when it ends well the others are too", async () => {
  const { book, clock, events } = stage(1);
  const tool = toolNamed("shell");
  const [probe, other] = [callOf(book, tool), callOf(book, tool)];
  book.blame(probe.tool, death, true);
  await clock.advance(1_000);
  expect(book.refusalOf(probe)).toBeUndefined();
  expect(probe.isProbe).toBe(true);
  // Asked again, for instance because it waits for a worker.
  expect(book.refusalOf(probe)).toBeUndefined();
  expect(book.refusalOf(other)?.code).toBe("CIRCUIT_OPEN");
  book.survived(probe.tool);
  expect(book.refusalOf(other)).toBeUndefined();
  expect(events.map(({ type }) => type)).toEqual(["tool.quarantined", "tool.released"]);
});

test("a probe that told nothing makes room for another", async () => {
  const { book, clock } = stage(1);
  const tool = toolNamed("shell");
  const [probe, other] = [callOf(book, tool), callOf(book, tool)];
  book.blame(probe.tool, death, true);
  await clock.advance(1_000);
  book.refusalOf(probe);
  book.abandonProbe(probe);
  expect(probe.isProbe).toBe(false);
  expect(book.refusalOf(other)).toBeUndefined();
  expect(other.isProbe).toBe(true);
});

test("tools of sources wait for others from the start, unless their CPU time is limited; those of modules may compute", () => {
  const { book } = stage();
  const origin = { kind: "source", label: "pets", loader: MODULE, spec: {} } as const;
  const { maxConcurrencyPerWorker } = resolvePoolOptions("thread", {});
  const many = { window: maxConcurrencyPerWorker, concurrency: maxConcurrencyPerWorker };
  const alone = { window: 1, concurrency: 1 };
  const sourced = (settings: Partial<Tool> = {}): unknown =>
    book.toolOf({ ...toolNamed("ask"), ...settings, origin }).profile.share;
  expect(sourced()).toEqual(many);
  expect(sourced({ maxCpuMs: 100 })).toEqual(alone);
  expect(book.toolOf(toolNamed("ask")).profile.share).toEqual(alone);
});
