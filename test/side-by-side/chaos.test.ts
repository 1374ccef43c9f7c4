/**
 * Workers die at random under load. Whatever happens, every call ends once, nothing that may not be
 * repeated happens twice, and nothing is left behind.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { afterAll, expect, test } from "vitest";
import { type ToolCall, ToolRegistry, type ToolResult } from "../../src/index.ts";
import { childPids, claimFiles, isAlive } from "../fixtures/executors/leftovers.ts";

const BATCHES = 4;
const BATCH_SIZE = 500;
/** Workers killed from outside meanwhile, in mode process. */
const KILLS = 12;
const HARMS = ["exit-1", "exit-0-later", "throw-in-timer", "unhandled-rejection"];

const folder = mkdtempSync(join(tmpdir(), "chaos-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Numbers in [0, 1) that a seed determines (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A call as a busy agent may send it; one in two hundred harms its worker. */
function randomCall(line: string, file: string, random: () => number): ToolCall {
  const name = random() < 0.5 ? "act" : "actAgain";
  const harm = HARMS[Math.floor(random() * HARMS.length)];
  const kind = random();
  if (kind < 0.005) return { id: line, name, input: { file, line, waitMs: 2, harm } };
  if (kind < 0.3)
    return { id: line, name, input: { file, line, waitMs: Math.ceil(random() * 10) } };
  if (kind < 0.9) return { id: line, name, input: { file, line } };
  return { id: line, name: "ok", input: line };
}

/** What is wrong with how a call ended, given how often it left its line. */
function complaint(
  call: ToolCall,
  result: ToolResult | undefined,
  times: number,
): string | undefined {
  const { harm = "none" } = call.input as { readonly harm?: string };
  const end = result === undefined ? "without result" : verdict(result);
  const mayEndAs = harm === "none" ? ["ok", "WORKER_CRASHED"] : ["WORKER_CRASHED"];
  const least = call.name !== "ok" && end === "ok" ? 1 : 0;
  const most = call.name === "actAgain" ? 2 : 1;
  if (mayEndAs.includes(end) && times >= least && times <= most) return undefined;
  return `${call.name} ${call.id} (harm: ${harm}) left ${times} lines and ended ${end}`;
}

function verdict(result: ToolResult): string {
  return result.status === "ok" ? "ok" : result.error.code;
}

/** Kills a child process some time after each so many results: as often on a slow machine as on a fast one. */
class ResultKiller {
  kills = 0;
  #results = 0;
  #pending = 0;
  readonly #every: number;
  readonly #random: () => number;
  readonly #candidates: () => readonly number[];

  constructor(every: number, random: () => number, candidates: () => readonly number[]) {
    this.#every = every;
    this.#random = random;
    this.#candidates = candidates;
  }

  /** Somebody got a result. */
  count(): void {
    this.#results += 1;
    if (this.#results % this.#every !== 0) return;
    this.#pending += 1;
    setTimeout(() => this.#kill(), this.#random() * 20);
  }

  /** Resolves when every kill that is due was done. */
  async done(): Promise<void> {
    while (this.#pending > 0) await wait(5);
  }

  #kill(): void {
    const pids = this.#candidates().filter(isAlive);
    const victim = pids[Math.floor(this.#random() * pids.length)];
    // One that has just gone by itself is as good as killed.
    if (victim !== undefined && process.kill(victim, "SIGKILL")) this.kills += 1;
    this.#pending -= 1;
  }
}

/** Children that have answered a call: one that never starts is another matter. */
const childrenThatAnswered = (registry: ToolRegistry): number[] =>
  registry
    .stats()
    .pools.flatMap(({ workers }) => workers)
    .flatMap(({ pid, callsDone }) => (pid !== undefined && callsDone > 0 ? [pid] : []));

test.each(["thread", "process"] as const)("in a %s", { timeout: 60_000 }, async (mode) => {
  const seed = Date.now() % 2 ** 31;
  const random = seeded(seed);
  const file = join(folder, mode);
  const registry = new ToolRegistry({
    mode,
    pools: { [mode]: { max: 3 } },
    workerOutput: () => {},
  });
  await registry.registerModule(new URL("../fixtures/executors/hostile-tools.ts", import.meta.url));
  const ends = new Map<number, number>();
  const every = Math.floor((BATCHES * BATCH_SIZE) / KILLS);
  const killer = new ResultKiller(every, random, () => childrenThatAnswered(registry));
  const countEnd = ({ callNumber }: { readonly callNumber: number }): void => {
    ends.set(callNumber, (ends.get(callNumber) ?? 0) + 1);
    if (mode === "process") killer.count();
  };
  registry.on("tool.completed", countEnd);
  registry.on("tool.failed", countEnd);

  const calls: ToolCall[] = [];
  const results: ToolResult[] = [];
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const made = Array.from({ length: BATCH_SIZE }, (_, place) =>
      randomCall(`${batch}-${place}`, file, random),
    );
    calls.push(...made);
    results.push(...(await registry.executeToolCalls(made)));
  }
  await killer.done();
  // Now and then nobody has answered yet who could be killed.
  if (mode === "process") expect(killer.kills).toBeGreaterThanOrEqual(KILLS / 2);

  const times = new Map<string, number>();
  for (const line of readFileSync(file, "utf8").trimEnd().split("\n")) {
    times.set(line, (times.get(line) ?? 0) + 1);
  }
  const complaints = calls.flatMap(
    (call, place) => complaint(call, results[place], times.get(call.id) ?? 0) ?? [],
  );
  expect({ seed, complaints }).toEqual({ seed, complaints: [] });
  expect(results.map(({ callId }) => callId)).toEqual(calls.map(({ id }) => id));
  expect([...ends.values()]).toEqual(calls.map(() => 1));
  expect(results.filter(({ status }) => status === "ok").length).toBeGreaterThan(calls.length / 2);

  expect(await registry.call("ok", "after")).toEqual({ got: "after" });
  await registry.close();
  expect(childPids()).toEqual([]);
  expect(claimFiles()).toEqual([]);
});

/** Calls of a storm: `STORM_CALLS=20000` makes a long one. */
const STORM_CALLS = Number(process.env["STORM_CALLS"] ?? 5_000);
/** Workers killed from outside meanwhile, in mode process. */
const STORM_KILLS = STORM_CALLS / 200;
const STORM_BATCH = 1_000;
const STORM_WORKERS = 4;

type Storm = (place: string, dice: () => number) => Omit<ToolCall, "id">;

const upTo = (most: number, dice: () => number): number => Math.ceil(most * dice());

/** Calls of every kind, each with how many of a thousand are of it. */
function stormKinds(mode: "thread" | "process", file: string): readonly [number, Storm][] {
  // A thread that aborts takes the program along.
  const sudden = mode === "process" ? "abort" : "swell";
  const harms = ["exit", "exit-later", "throw-later", "reject-later", sudden];
  const marking =
    (name: string, load: (dice: () => number) => object): Storm =>
    (line, dice) => ({ name, input: { file, line, ...load(dice) } });
  const harming: Storm = (line, dice) => ({
    name: dice() < 0.5 ? "mark" : "markAgain",
    input: { file, line, harm: harms[Math.floor(harms.length * dice())] },
  });
  return [
    [5, harming],
    [395, (line) => ({ name: "echo", input: line })],
    [100, (line) => ({ name: "echoAgain", input: line })],
    [20, (_line, dice) => ({ name: "echo", input: new Float64Array(upTo(20_000, dice)).fill(2) })],
    [130, marking("markAtOnce", () => ({}))],
    [100, marking("markAtOnceAgain", () => ({}))],
    [40, marking("markAtOnce", (dice) => ({ spinMs: 5 * dice() }))],
    [40, marking("markAtOnceAgain", (dice) => ({ spinMs: 5 * dice() }))],
    [90, marking("mark", (dice) => ({ waitMs: upTo(10, dice) }))],
    [60, marking("markAgain", (dice) => ({ waitMs: upTo(10, dice) }))],
    [10, marking("mark", (dice) => ({ waitMs: 1, numbers: upTo(20_000, dice) }))],
    [10, marking("mark", (dice) => ({ blockMs: upTo(5, dice) }))],
  ];
}

function pick(kinds: readonly [number, Storm][], dice: () => number): Storm {
  let left = dice() * kinds.reduce((sum, [share]) => sum + share, 0);
  const [, found] = kinds.find(([share]) => (left -= share) < 0) ?? kinds[0] ?? [];
  if (found === undefined) throw new Error("There are no kinds of calls.");
  return found;
}

interface Marking {
  readonly line?: string;
  readonly harm?: string;
  readonly numbers?: number;
}

/** What a call gives when all goes well. */
function expectedOutput({ input }: ToolCall): unknown {
  if (typeof input === "string" || input instanceof Float64Array) return input;
  const { line, numbers } = input as Marking;
  return numbers === undefined ? line : { line, data: new Float64Array(numbers).fill(1) };
}

const MAY_BE_REPEATED = new Set(["echoAgain", "markAgain", "markAtOnceAgain"]);

/** How a call of a storm ended. */
interface StormEnd {
  readonly call: ToolCall;
  readonly result: ToolResult;
  readonly end: string;
  /** How often it left its line. */
  readonly times: number;
}

const WRONGS: Readonly<Record<string, (end: StormEnd) => boolean>> = {
  "was given the result of another": ({ call, result }) => result.callId !== call.id,
  "ended oddly": ({ end }) => !["ok", "WORKER_CRASHED", "MEMORY_EXCEEDED"].includes(end),
  "did harm and ended well": ({ call, end }) =>
    end === "ok" && (call.input as Marking).harm !== undefined,
  "ended well and never ran": ({ call, end, times }) =>
    end === "ok" && times === 0 && call.name.startsWith("mark"),
  "ran more than once": ({ call, times }) => times > 1 && !MAY_BE_REPEATED.has(call.name),
  "has the output of another": ({ call, result }) =>
    result.status === "ok" && !isDeepStrictEqual(result.output, expectedOutput(call)),
};

/** What is wrong with how a call of a storm ended, given how often it left its line. */
function complaintOfStorm(
  call: ToolCall,
  result: ToolResult | undefined,
  times: number,
): string | undefined {
  if (result === undefined) return `${call.id} has no result`;
  const ended = { call, result, end: verdict(result), times };
  const wrongs = Object.keys(WRONGS).filter((wrong) => WRONGS[wrong]?.(ended));
  if (wrongs.length === 0) return undefined;
  const how = result.status === "error" ? result.error.message : "";
  return `${call.name} ${call.id} ${wrongs.join(", ")}; ${times} lines, ${ended.end}: ${how}`;
}

test.each(["thread", "process"] as const)(
  "a storm of calls and deaths in a %s",
  { timeout: 120_000 },
  async (mode) => {
    const seed = Date.now() % 2 ** 31;
    const dice = seeded(seed);
    const file = join(folder, `storm-${mode}`);
    const size = { min: STORM_WORKERS, max: STORM_WORKERS };
    const registry = new ToolRegistry({
      mode,
      // Here every tool does harm, again and again.
      pools: { [mode]: { ...size, quarantineAfter: Infinity, maxMemoryBytes: 48 * 1024 * 1024 } },
      workerOutput: () => {},
    });
    await registry.registerModule(new URL("../fixtures/executors/load-tools.ts", import.meta.url));
    const killer = new ResultKiller(STORM_CALLS / STORM_KILLS, dice, childPids);
    const ends = new Map<number, number>();
    const countEnd = ({ callNumber }: { readonly callNumber: number }): void => {
      ends.set(callNumber, (ends.get(callNumber) ?? 0) + 1);
      if (mode === "process") killer.count();
    };
    registry.on("tool.completed", countEnd);
    registry.on("tool.failed", countEnd);

    const kinds = stormKinds(mode, file);
    const calls: ToolCall[] = [];
    const results: ToolResult[] = [];
    for (let batch = 0; batch < STORM_CALLS / STORM_BATCH; batch += 1) {
      const made = Array.from({ length: STORM_BATCH }, (_, place) => {
        const id = `${batch}-${place}`;
        return { id, ...pick(kinds, dice)(id, dice) };
      });
      calls.push(...made);
      results.push(...(await registry.executeToolCalls(made)));
    }
    await killer.done();

    const times = new Map<string, number>();
    for (const line of readFileSync(file, "utf8").trimEnd().split("\n"))
      times.set(line, (times.get(line) ?? 0) + 1);
    const complaints = calls.flatMap(
      (call, place) => complaintOfStorm(call, results[place], times.get(call.id) ?? 0) ?? [],
    );
    expect({ seed, complaints }).toEqual({ seed, complaints: [] });
    expect(results.length).toBe(calls.length);
    expect(ends.size).toBe(calls.length);
    expect(new Set(ends.values())).toEqual(new Set([1]));
    const survivors = results.filter(({ status }) => status === "ok").length;
    expect({ seed, survivors: survivors > 0.9 * calls.length }).toEqual({ seed, survivors: true });
    if (mode === "process") expect(killer.kills).toBeGreaterThanOrEqual(0.9 * STORM_KILLS);

    const idle = (): number =>
      (registry.stats().pools[0]?.workers ?? []).filter(({ state }) => state === "idle").length;
    await expect.poll(idle, { timeout: 15_000 }).toBe(STORM_WORKERS);
    expect(await registry.call("echo", "after")).toBe("after");
    await registry.close();
    expect(childPids()).toEqual([]);
    expect(claimFiles()).toEqual([]);
  },
);
