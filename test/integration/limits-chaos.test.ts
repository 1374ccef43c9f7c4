/** All limits on at once, mixed load, and child processes killed meanwhile: every call ends once, and nothing is lost. */
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import type { CallOptions, LimitsOptions, ToolCall, ToolRegistry } from "../../src/index.ts";
import {
  countEnds,
  endOf,
  expectIdle,
  linesOf,
  makeRegistry,
  mostAtOnce,
  newFile,
  seeded,
} from "../fixtures/limits/limited-registry.ts";
import { isAlive } from "../fixtures/executors/leftovers.ts";

const KILLS = 8;
const BATCHES = 6;
const BATCH_SIZE = 80;

const LIMITS: LimitsOptions = {
  "*": { concurrency: 12, queue: { max: 1_000 }, retryBudget: { ratio: 1 } },
  "place.*": { rate: { limit: 400, per: "second" }, adaptive: { min: 3, max: 8 } },
  "tag:slow": { concurrency: 6, breaker: { failures: 6, openForMs: 60 } },
  stayToo: { key: "{key}" },
  look: { key: "{key}" },
  tenant: { concurrency: 6, weight: { a: 3 } },
  descend: { concurrency: 2, tokens: { limit: 1_000_000, per: "minute", estimate: 10 } },
};

/** What a call may end with, workers being killed and some calls being given up. */
const MAY_END = new Set([
  "ok",
  "WORKER_CRASHED",
  "CIRCUIT_OPEN",
  "CALL_CANCELLED",
  "DEADLINE_EXCEEDED",
]);

function randomCall(id: string, log: string, dice: () => number): ToolCall {
  const names = [
    "stay",
    "stayToo",
    "look",
    "stayAgain",
    "place.stay",
    "place.stayAgain",
    "descend",
  ];
  const name = names[Math.floor(dice() * names.length)] ?? "";
  const input = { log, id, waitMs: Math.ceil(dice() * 4), key: `k${Math.floor(dice() * 4)}` };
  const mode = name === "descend" ? { depth: 2, width: 2 } : {};
  return { id, name, input: { ...input, ...mode } };
}

/** Kills child processes that have answered a call, now and then, and writes down which worker is gone. */
async function killOnAndOn(
  registry: ToolRegistry,
  dice: () => number,
  isOver: () => boolean,
): Promise<number> {
  let kills = 0;
  while (!isOver() || kills < KILLS) {
    await wait(10 + 25 * dice());
    const workers = registry.stats().pools.flatMap((pool) => pool.workers);
    const started = workers.filter(({ callsDone }) => callsDone > 0);
    const { pid } = started[Math.floor(dice() * started.length)] ?? {};
    if (pid !== undefined && isAlive(pid) && process.kill(pid, "SIGKILL")) kills += 1;
    if (isOver() && started.length === 0) return kills;
  }
  return kills;
}

test("one result per call, in order, and every limit as before", { timeout: 60_000 }, async () => {
  const seed = Date.now() % 2 ** 31;
  const dice = seeded(seed);
  const registry = await makeRegistry("process", LIMITS, {
    pools: { process: { max: 3, quarantineAfter: Infinity } },
  });
  const ends = new Map<number, number>();
  const countEnd = ({ callNumber }: { readonly callNumber: number }): void =>
    void ends.set(callNumber, (ends.get(callNumber) ?? 0) + 1);
  registry.on("tool.completed", countEnd);
  registry.on("tool.failed", countEnd);
  const log = newFile();
  let isOver = false;
  const killing = killOnAndOn(registry, dice, () => isOver);

  const run = async (batch: number): Promise<string[]> => {
    const calls = Array.from({ length: BATCH_SIZE }, (_, place) =>
      randomCall(`${batch}-${place}`, log, dice),
    );
    const controller = new AbortController();
    const isGivenUp = batch % 3 === 2;
    if (isGivenUp) setTimeout(() => controller.abort(), 60);
    const options: CallOptions = {
      tenant: ["a", "b", "c"][batch % 3],
      priority: batch % 2,
      ...(isGivenUp ? { signal: controller.signal } : {}),
      ...(batch % 3 === 1 ? { deadlineMs: 20_000 } : {}),
      mode: batch % 6 === 5 ? "async" : "process",
    };
    const results = await registry.executeToolCalls(calls, options);
    expect(results.map(({ callId }) => callId)).toEqual(calls.map(({ id }) => id));
    return results.map(endOf);
  };
  const told = (
    await Promise.all(Array.from({ length: BATCHES }, (_, batch) => run(batch)))
  ).flat();
  isOver = true;
  await killing;

  const strange = told.filter((end) => !MAY_END.has(end));
  expect({ seed, strange }).toEqual({ seed, strange: [] });
  expect({ seed, least: told.filter((end) => end === "ok").length > told.length / 3 }).toEqual({
    seed,
    least: true,
  });
  expect([...ends.values()].every((count) => count === 1)).toBe(true);
  expect(ends.size).toBeGreaterThanOrEqual(told.length);

  // Everybody lets go, the breaker is given its time, and all that is allowed runs again.
  await expectIdle(registry);
  await wait(80);
  const again = newFile();
  const calls = Array.from({ length: 40 }, (_, place): ToolCall => {
    const name = ["stayToo", "look", "place.look", "descend"][place % 4] ?? "";
    return { id: `${place}`, name, input: { log: again, id: `${place}`, key: "k", depth: 1 } };
  });
  expect(countEnds(await registry.executeToolCalls(calls, { tenant: "a" }))).toEqual({ ok: 40 });
  expect(mostAtOnce(linesOf(again))).toBeLessThanOrEqual(6);
  await expectIdle(registry);
});
