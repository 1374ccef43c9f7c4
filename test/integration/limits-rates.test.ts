/** Rates of requests and tokens in real time, against a server that counts, and limits that change meanwhile. */
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  type LimitsOptions,
  type ToolCall,
  ToolError,
  ToolRegistry,
  defineTool,
} from "../../src/index.ts";
import {
  MODES,
  countEnds,
  expectIdle,
  makeRegistry,
  warmUp,
} from "../fixtures/limits/limited-registry.ts";
import { startStrictServer } from "../fixtures/limits/strict-server.ts";

const callsOf = (count: number, name: string, input: object = {}): ToolCall[] =>
  Array.from({ length: count }, (_, place) => ({ id: `${place}`, name, input }));

/** Most of some times within any window, its end left out. */
function worstWindow(times: readonly number[], perMs: number): number {
  const sorted = times.toSorted((left, right) => left - right);
  let first = 0;
  let worst = 0;
  for (const [place, at] of sorted.entries()) {
    while ((sorted[first] ?? at) <= at - perMs) first += 1;
    worst = Math.max(worst, place - first + 1);
  }
  return worst;
}

describe.each(MODES)("in mode %s", (mode) => {
  test("no window sees more starts than allowed, by the tools' own clocks", async () => {
    const rate = { limit: 12, perMs: 250 };
    const registry = await makeRegistry(mode, { stamp: { rate } });
    await warmUp(registry, ["place.stamp", "stay"]);
    const results = await registry.executeToolCalls(callsOf(40, "stamp"));
    expect(countEnds(results)).toEqual({ ok: 40 });
    const times = results.map((result) => (result.status === "ok" ? Number(result.output) : 0));
    // Between the start and the look at the clock some time passes.
    expect(worstWindow(times, 225)).toBeLessThanOrEqual(12);
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThanOrEqual(700);
    await expectIdle(registry);
  });
});

describe("against a server that counts", () => {
  test("a rate with a margin for the way gets no 429 at all", async () => {
    const { tool, seen } = await startStrictServer(20, 250);
    await using registry = new ToolRegistry({
      mode: "async",
      limits: { fetch_page: { rate: { limit: 20, perMs: 300 } } },
    });
    registry.register(tool);
    expect(countEnds(await registry.executeToolCalls(callsOf(70, "fetch_page")))).toEqual({
      ok: 70,
    });
    expect(seen).toEqual({ accepted: 70, refused: 0 });
  });

  test("a limit that is too high is closed by 429s, and every call succeeds in the end", async () => {
    const { tool, seen } = await startStrictServer(10, 150);
    const limits = { "*": { retryBudget: false }, fetch_page: { rate: { limit: 15, perMs: 150 } } };
    await using registry = new ToolRegistry({ mode: "async", limits });
    registry.register(tool);
    const events: string[] = [];
    registry.on("limit.closed", ({ limit, forMs }) => events.push(`${limit} ${forMs > 0}`));
    registry.on("limit.opened", ({ limit }) => events.push(limit));
    expect(countEnds(await registry.executeToolCalls(callsOf(50, "fetch_page")))).toEqual({
      ok: 50,
    });
    expect(seen.accepted).toBe(50);
    expect(seen.refused).toBeGreaterThan(0);
    // Who is refused comes back; nobody else tried while it was closed.
    expect(seen.refused).toBeLessThan(50);
    expect(events[0]).toBe("fetch_page true");
    expect(events.at(-1)).toBe("fetch_page");
    await expectIdle(registry);
  });
});

/** A model that uses so many tokens, and says so in its answer, or to the context, or not at all. */
const model = defineTool({
  name: "model",
  description: "Answers.",
  input: { type: "object" },
  execute: async (input, { reportUsage }) => {
    const { tokens, says } = input as { readonly tokens: number; readonly says: string };
    await wait(1);
    if (says === "context") {
      reportUsage(tokens - 1);
      reportUsage({ tokens: 1 });
    }
    if (says === "error") {
      reportUsage(tokens);
      throw new ToolError("TOOL_FAILED", "It had an idea, and lost it.");
    }
    return says === "output" ? { usage: { total_tokens: tokens } } : "an answer";
  },
});

test("requests and tokens hold together, and what is counted is what was reported", async () => {
  const tpm = 100_000;
  const limits: LimitsOptions = {
    model: { preset: { provider: "openai", rpm: 500, tpm, estimate: 100 }, concurrency: 20 },
  };
  await using registry = new ToolRegistry({ mode: "async", limits });
  registry.register(model);
  const says = ["output", "context", "error", "nothing"];
  const calls = Array.from({ length: 100 }, (_, place): ToolCall => {
    return { id: "c", name: "model", input: { tokens: 10 * place + 1, says: says[place % 4] } };
  });
  await registry.executeToolCalls(calls);
  const reported = calls.reduce((sum, { input }) => {
    const { tokens, says: how } = input as { tokens: number; says: string };
    return sum + (how === "nothing" ? 100 : tokens);
  }, 0);
  const { rates = [] } = registry.stats().limits.find(({ limit }) => limit === "model") ?? {};
  expect(rates.map(({ counts, remaining }) => [counts, remaining])).toEqual([
    ["requests", 400],
    ["tokens", tpm - reported],
  ]);
});

test("a debt of tokens holds back whoever comes later", async () => {
  const tokens = { limit: 100, perMs: 300, estimate: 10 };
  await using registry = new ToolRegistry({ mode: "async", limits: { model: { tokens } } });
  registry.register(model);
  const input = { tokens: 500, says: "output" };
  const startedAt = performance.now();
  expect(countEnds(await registry.executeToolCalls(callsOf(1, "model", input)))).toEqual({ ok: 1 });
  expect(registry.stats().limits.at(-1)?.rates[0]?.remaining).toBe(-400);
  expect(countEnds(await registry.executeToolCalls(callsOf(1, "model", input)))).toEqual({ ok: 1 });
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(299);
});

test("seconds by the calendar each see no more than allowed", async () => {
  const rate = { limit: 5, per: "second", kind: "fixed" } as const;
  const registry = await makeRegistry("async", { stamp: { rate, slowStart: false } });
  const results = await registry.executeToolCalls(callsOf(11, "stamp"));
  const seconds = new Map<number, number>();
  for (const result of results) {
    const second = result.status === "ok" ? Math.floor(Number(result.output) / 1_000) : 0;
    seconds.set(second, (seconds.get(second) ?? 0) + 1);
  }
  expect(seconds.size).toBeGreaterThanOrEqual(3);
  expect(Math.max(...seconds.values())).toBeLessThanOrEqual(5);
});

test("limits are raised, lowered, added to and taken off while calls run", async () => {
  const registry = new ToolRegistry({ mode: "async", limits: { work: { concurrency: 2 } } });
  onTestFinished(() => registry.destroy());
  const gates: (() => void)[] = [];
  registry.register(
    defineTool({
      name: "work",
      description: "Runs until it is let go.",
      input: { type: "object" },
      execute: () => new Promise<undefined>((resolve) => gates.push(() => resolve(undefined))),
    }),
  );
  const changed: string[] = [];
  registry.on("limit.changed", ({ limit }) => changed.push(limit));
  const of = (limit: string) => registry.stats().limits.find((stats) => stats.limit === limit);
  const sent = registry.executeToolCalls(callsOf(40, "work"));
  const runs = async (count: number): Promise<void> => {
    await wait(2);
    expect(of("*")?.running).toBe(count);
  };
  const end = (count: number): void => gates.splice(0, count).forEach((go) => go());
  await runs(2);
  registry.setLimits({ work: { concurrency: 6 } });
  await runs(6);
  registry.setLimits({ work: { concurrency: 3 } });
  await runs(6);
  end(2);
  await runs(4);
  end(2);
  await runs(3);
  expect(of("work")).toMatchObject({ running: 3, concurrency: 3 });
  // The three that run next are all that may start in this hour.
  registry.setLimits({ work: { rate: { limit: 3, per: "hour" } } });
  end(3);
  await runs(3);
  end(3);
  await runs(0);
  registry.setLimits({ work: { rate: undefined } });
  await runs(3);
  expect(() => registry.setLimits({ "*": { concurrency: 9 }, work: { concurrency: 0 } })).toThrow(
    TypeError,
  );
  expect(of("*")?.concurrency).toBe(256);
  registry.setLimits({ work: undefined });
  await runs(30);
  expect(of("work")).toBeUndefined();
  end(30);
  expect(countEnds(await sent)).toEqual({ ok: 40 });
  expect(changed).toEqual(Array.from({ length: 5 }, () => "work"));
  await expectIdle(registry);
});
