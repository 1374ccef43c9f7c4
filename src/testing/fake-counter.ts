/** Counters that lose updates when two calls of one counter overlap. */
import { type Tool, type ToolContext, defineTool } from "../core/tool.ts";
import { type Clock, SystemClock } from "../time/clock.ts";
import { waitOn } from "./fake-wait.ts";

/** Settings of {@link fakeCounter}. */
export interface FakeCounterOptions {
  /** Default `counter`. */
  readonly name?: string | undefined;
  /** Milliseconds between reading a counter and writing it. Default 1. */
  readonly waitMs?: number | undefined;
  /** Where it waits. Default: the machine's clock. */
  readonly clock?: Clock | undefined;
}

/** Counters with a race. */
export interface FakeCounter {
  /** What to register. Its input is `{ key }`, which counter to raise; default `a`. */
  readonly tool: Tool;
  /** Runs that wrote. */
  readonly writes: number;
  /** Writes that another one overwrote: what was counted, less what the counters say. */
  readonly lostUpdates: number;
  /** What a counter says. */
  value(key?: string): number;
}

/**
 * A tool that reads a counter, waits, and writes it raised by one: the race between two agents that edit one file.
 * Runs of the same key that overlap lose updates. With `limits: { counter: { key: "{key}" } }` none are lost.
 */
export function fakeCounter(options: FakeCounterOptions = {}): FakeCounter {
  const { name = "counter", waitMs = 1, clock = new SystemClock() } = options;
  const counters = new Counters();
  const tool = defineTool({
    name,
    description: "Raises a counter by one: reads it, waits, writes it.",
    input: { type: "object", properties: { key: { type: "string" } } },
    execute: async ({ key = "a" }, { signal }: ToolContext) => {
      const before = counters.value(key);
      await waitOn(clock, waitMs, signal);
      return counters.write(key, before + 1);
    },
  });
  return Object.assign(counters, { tool });
}

class Counters {
  readonly #values = new Map<string, number>();
  writes = 0;

  get lostUpdates(): number {
    return this.writes - [...this.#values.values()].reduce((sum, value) => sum + value, 0);
  }

  value(key = "a"): number {
    return this.#values.get(key) ?? 0;
  }

  write(key: string, value: number): number {
    this.writes += 1;
    this.#values.set(key, value);
    return value;
  }
}
