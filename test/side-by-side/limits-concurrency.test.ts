/** Limits on how many run at once, held to in every mode while workers die, calls time out and callers give up. */
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { CallOptions, LimitsOptions, ToolCall, ToolRegistry } from "../../src/index.ts";
import {
  MODES,
  countEnds,
  expectIdle,
  linesOf,
  makeRegistry,
  mostAtOnce,
  newFile,
  seeded,
  sendEach,
} from "../fixtures/limits/limited-registry.ts";

type SentCall = ToolCall & { readonly options: CallOptions };

const LIMITS = {
  "*": { concurrency: 8 },
  "place.stay": { concurrency: 3 },
  "*Too": { concurrency: 5 },
  "source:place": { concurrency: 6 },
  "tag:slow": { concurrency: 4 },
  tenant: { concurrency: 4 },
  stayToo: { key: "{host}", concurrency: 2 },
} satisfies LimitsOptions;

/** Which limits a call is under, by what it is. */
const UNDER: Readonly<Record<string, (call: SentCall) => boolean>> = {
  "*": () => true,
  "place.stay": ({ name }) => name === "place.stay",
  "*Too": ({ name }) => name.endsWith("Too"),
  "source:place": ({ name }) => name.startsWith("place."),
  "tag:slow": ({ name }) => name.endsWith("stay"),
  "tenant:x": ({ options }) => options.tenant === "x",
  "stayToo[h1]": ({ name, input }) =>
    name === "stayToo" && (input as { host: string }).host === "h1",
};

const MOST: Readonly<Record<string, number>> = {
  "*": 8,
  "place.stay": 3,
  "*Too": 5,
  "source:place": 6,
  "tag:slow": 4,
  "tenant:x": 4,
  "stayToo[h1]": 2,
};

/** Calls of all kinds, from a seed. */
function mixedCalls(count: number, log: string, diesAt: (place: number) => boolean): SentCall[] {
  const dice = seeded(11);
  const oneOf = (values: readonly string[]): string =>
    values[Math.floor(dice() * values.length)] ?? "";
  return Array.from({ length: count }, (_, place) => ({
    id: `${place}`,
    name: oneOf(["stay", "stayToo", "place.stay", "place.stayToo"]),
    input: {
      log,
      id: `${place}`,
      waitMs: Math.ceil(dice() * 8),
      host: oneOf(["h1", "h2"]),
      dies: diesAt(place),
    },
    options: { tenant: oneOf(["x", "x", "y", "z"]) },
  }));
}

/** No limit was ever exceeded, by what the calls themselves wrote down. */
function expectWithin(calls: readonly SentCall[], lines: readonly string[]): void {
  const byId = new Map(calls.map((call) => [call.id, call]));
  const seen = Object.entries(UNDER).map(([limit, isUnder]) => {
    const most = mostAtOnce(lines, (id) => {
      const call = byId.get(id);
      return call !== undefined && isUnder(call);
    });
    return [limit, most, most <= (MOST[limit] ?? 0)];
  });
  expect(seen.filter(([, , isWithin]) => isWithin !== true)).toEqual([]);
}

/** As many as are allowed have a slot at the same time: none was lost. */
async function expectFull(registry: ToolRegistry, name: string, limit: string): Promise<void> {
  const log = newFile();
  const count = MOST[limit] ?? 0;
  const calls = Array.from({ length: count + 2 }, (_, place) => {
    return { id: `${place}`, name, input: { log, id: `${place}`, waitMs: 30 } };
  });
  const sent = registry.executeToolCalls(calls);
  const running = (): unknown =>
    registry.stats().limits.find((stats) => stats.limit === limit)?.running;
  await expect.poll(running, { interval: 1 }).toBe(count);
  expect(countEnds(await sent)).toEqual({ ok: calls.length });
  await expectIdle(registry);
}

describe.each(MODES)("in mode %s", (mode) => {
  test("every kind of limit holds at every instant", async () => {
    const registry = await makeRegistry(mode, LIMITS);
    const log = newFile();
    const calls = mixedCalls(200, log, () => false);
    expect(countEnds(await sendEach(registry, calls))).toEqual({ ok: 200 });
    const lines = linesOf(log);
    expect(lines.length).toBe(400);
    expectWithin(calls, lines);
    await expectIdle(registry);
    await expectFull(registry, "look", "*");
    await expectFull(registry, "place.look", "source:place");
  });

  test("calls that outlive their time keep their slots until they have ended", async () => {
    const registry = await makeRegistry(mode, { stubborn: { concurrency: 2 } });
    const log = newFile();
    const calls = Array.from({ length: 6 }, (_, place): ToolCall => {
      return { id: `${place}`, name: "stubborn", input: { log, id: `${place}`, waitMs: 150 } };
    });
    const results = await registry.executeToolCalls(calls);
    expect(countEnds(results)).toEqual({ DEADLINE_EXCEEDED: 6 });
    await expectIdle(registry);
    if (mode === "async") {
      // All ran to their end, and never three at once, though each was answered long before.
      expect(linesOf(log).length).toBe(12);
      expect(mostAtOnce(linesOf(log))).toBe(2);
    }
  });

  test("a thousand calls that are given up leave every queue at once, and the others run", async () => {
    const registry = await makeRegistry(mode, {
      stay: { concurrency: 4 },
      tenant: { concurrency: 3 },
    });
    const log = newFile();
    const controllers = [new AbortController(), new AbortController(), new AbortController()];
    const calls = Array.from({ length: 1_020 }, (_, place): SentCall => {
      const stays = place % 51 === 0;
      const signal = controllers[place % 3]?.signal;
      return {
        id: `${place}`,
        name: "stay",
        input: { log, id: `${place}`, waitMs: 3 },
        options: { tenant: `t${place % 4}`, ...(stays ? {} : { signal }) },
      };
    });
    const sent = sendEach(registry, calls);
    for (const controller of controllers) {
      await wait(10);
      controller.abort();
    }
    const after = registry.stats().limits[0]?.queued ?? 0;
    expect(after).toBeLessThanOrEqual(20);
    const { ok = 0, CALL_CANCELLED: cancelled = 0 } = countEnds(await sent);
    expect(ok + cancelled).toBe(calls.length);
    expect(ok).toBeGreaterThanOrEqual(20);
    expect(mostAtOnce(linesOf(log))).toBeLessThanOrEqual(4);
    await expectIdle(registry);
  });
});

describe.each(["thread", "process"] as const)("with workers of mode %s that die", (mode) => {
  test("every limit holds, no slot is lost, and the rest run", async () => {
    const registry = await makeRegistry(mode, LIMITS, {
      pools: { [mode]: { max: 3, quarantineAfter: Infinity } },
    });
    const log = newFile();
    // Every fortieth ends its worker, and whoever runs beside it.
    const calls = mixedCalls(200, log, (place) => place % 40 === 39);
    const ends = countEnds(await sendEach(registry, calls));
    expect((ends["ok"] ?? 0) + (ends["WORKER_CRASHED"] ?? 0)).toBe(200);
    expect(ends["WORKER_CRASHED"]).toBeGreaterThanOrEqual(5);
    expectWithin(calls, linesOf(log));
    await expectIdle(registry);
    await expectFull(registry, "look", "*");
  });
});
