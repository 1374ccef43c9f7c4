/**
 * Workers die at random under load. Whatever happens, every call ends once, nothing that may not be
 * repeated happens twice, and nothing is left behind.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { type ToolCall, ToolRegistry, type ToolResult } from "../../src/index.ts";
import { childPids, claimFiles } from "../fixtures/executors/leftovers.ts";

/** At least so many batches, and in mode process at least so many kills. */
const BATCHES = 4;
const KILLS = 12;
const BATCH_SIZE = 500;
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

/** Kills child processes, each after it had the time to start: one that never starts is another matter. */
class Killer {
  kills = 0;
  readonly #random: () => number;
  readonly #firstSeen = new Map<number, number>();
  #stopped = false;
  #done: Promise<void> | undefined;

  constructor(random: () => number) {
    this.#random = random;
  }

  start(): void {
    this.#done = this.#killOnAndOn();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
  }

  async #killOnAndOn(): Promise<void> {
    while (!this.#stopped) {
      await wait(10 + this.#random() * 50);
      const now = performance.now();
      const pids = childPids();
      for (const pid of pids) this.#firstSeen.set(pid, this.#firstSeen.get(pid) ?? now);
      const started = pids.filter((pid) => now - (this.#firstSeen.get(pid) ?? now) > 150);
      const victim = started[Math.floor(this.#random() * started.length)];
      if (victim !== undefined && process.kill(victim, "SIGKILL")) this.kills += 1;
    }
  }
}

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
  const countEnd = ({ callNumber }: { readonly callNumber: number }): void =>
    void ends.set(callNumber, (ends.get(callNumber) ?? 0) + 1);
  registry.on("tool.completed", countEnd);
  registry.on("tool.failed", countEnd);

  const killer = new Killer(random);
  if (mode === "process") killer.start();

  const calls: ToolCall[] = [];
  const results: ToolResult[] = [];
  const kills = mode === "process" ? KILLS : 0;
  for (let batch = 0; batch < BATCHES || killer.kills < kills; batch += 1) {
    const made = Array.from({ length: BATCH_SIZE }, (_, place) =>
      randomCall(`${batch}-${place}`, file, random),
    );
    calls.push(...made);
    results.push(...(await registry.executeToolCalls(made)));
  }
  await killer.stop();

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
