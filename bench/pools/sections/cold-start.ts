/** What a worker costs: its start, and the memory it keeps. */
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Tool } from "../../../src/core/tool.ts";
import type { StartedPool } from "../../contenders/contender.ts";
import { median } from "../../measure.ts";
import type { WorkTask } from "../../tools/work.ts";
import { ONE_ADD } from "../adds.ts";
import {
  fixedPool,
  laneOver,
  makeExecutor,
  type PoolPlace,
  workTools,
} from "../lanes/executor-lane.ts";
import { piscinaLane, tinypoolLane } from "../lanes/peer-lanes.ts";
import { startRaw } from "../lanes/raw-lanes.ts";
import {
  atMost,
  type Column,
  type Section,
  type SectionSettings,
  type Table,
  tableOf,
} from "../table.ts";
import { type Entrant, type Readings, takeTurns } from "../turns.ts";

const MOST_ROUNDS = 5;

/** Measures the first call in threads and in processes, and the memory of idle processes. */
export const coldStart: Section = async (settings) => {
  const tools = await workTools(true);
  const rounds = Math.min(settings.rounds, MOST_ROUNDS);
  return [
    await firstCallTable("thread", tools, settings),
    await firstCallTable("process", tools, settings),
    await memoryTable(tools, { ...settings, rounds }),
  ];
};

type OpenPool = () => StartedPool<WorkTask> | Promise<StartedPool<WorkTask>>;

const STARTS = 3;
const FIRST_REPLY: Column = { name: "first reply", unit: "ms" };
const ABOVE_BARE_MS = 20;

const BARE = { thread: "bare Worker", process: "bare spawn" } as const;

async function firstCallTable(
  place: PoolPlace,
  tools: ReadonlyMap<string, Tool>,
  { rounds, onTurn }: SectionSettings,
): Promise<Table> {
  const peer =
    place === "thread" ? piscinaLane(1, 1) : tinypoolLane(place, { workers: 1, perWorker: 1 });
  const own = `toolyard ${place}`;
  const entrants = [
    firstCallEntrant(own, () => laneOver(makeExecutor(place, {}), tools)),
    firstCallEntrant(`${peer.title} (1 worker)`, () => peer.start()),
    firstCallEntrant(BARE[place], () => startRaw(place, 1)),
  ];
  const title = `First call: ${place}`;
  const standings = await takeTurns(entrants, { title, rounds, onTurn });
  const difference = standings.difference(own, BARE[place], FIRST_REPLY.name);
  return tableOf(standings, {
    title,
    work: "from nothing to the answer of the first addition, default settings",
    baseline: BARE[place],
    columns: [FIRST_REPLY],
    goals:
      place === "process" ? [atMost("above a bare spawn", difference, ABOVE_BARE_MS, "ms")] : [],
    notes: [],
  });
}

function firstCallEntrant(title: string, open: OpenPool): Entrant {
  const measure = async (): Promise<Readings> => {
    const times: number[] = [];
    for (let start = 0; start < STARTS; start += 1) times.push(await firstReplyMs(open));
    return { [FIRST_REPLY.name]: median(times) };
  };
  return { title, isOurs: title.startsWith("toolyard"), measure };
}

async function firstReplyMs(open: OpenPool): Promise<number> {
  const startedAt = performance.now();
  const pool = await open();
  try {
    const answer = await pool.run(ONE_ADD.task);
    const ms = performance.now() - startedAt;
    if (answer !== ONE_ADD.sum) throw new Error(`${String(answer)} is not ${ONE_ADD.sum}`);
    return ms;
  } finally {
    await pool.close();
  }
}

const WORKERS = 2;
const SETTLE_MS = 500;
/** Long enough that every worker gets one. */
const IDENTIFY_MS = 100;
const MOST_TRIES = 20;
const PRIVATE_MEMORY: Column = { name: "private memory", unit: "MiB" };
const ABOVE_BARE_MIB = 1;
const KIB_PER_MIB = 1024;

async function memoryTable(
  tools: ReadonlyMap<string, Tool>,
  { rounds, onTurn }: SectionSettings,
): Promise<Table> {
  const text = {
    title: "Memory of an idle process",
    work: `what no other process shares, per worker, ${SETTLE_MS} ms after the last call`,
    columns: [PRIVATE_MEMORY],
  };
  if (!existsSync(rollupOf("self"))) {
    const notes = ["Skipped: only Linux tells (/proc/<pid>/smaps_rollup)."];
    return { ...text, rows: [], goals: [], notes };
  }
  const own = "toolyard process";
  const bare = "bare child";
  const tinypool = tinypoolLane("process", { workers: WORKERS, perWorker: 1 });
  const entrants = [
    memoryEntrant(own, () => laneOver(makeExecutor("process", fixedPool(WORKERS)), tools)),
    memoryEntrant(tinypool.title, () => tinypool.start()),
    memoryEntrant(bare, () => startRaw("process", WORKERS)),
  ];
  const standings = await takeTurns(entrants, { title: text.title, rounds, onTurn });
  const difference = standings.difference(own, bare, PRIVATE_MEMORY.name);
  return tableOf(standings, {
    ...text,
    baseline: bare,
    goals: [atMost("above a bare child", difference, ABOVE_BARE_MIB, "MiB")],
    notes: [],
  });
}

function memoryEntrant(title: string, open: OpenPool): Entrant {
  const measure = async (): Promise<Readings> => {
    const pool = await open();
    try {
      const pids = await workerPids(pool);
      await sleep(SETTLE_MS);
      const sizes = pids.map(privateMiB);
      return { [PRIVATE_MEMORY.name]: sizes.reduce((sum, size) => sum + size, 0) / sizes.length };
    } finally {
      await pool.close();
    }
  };
  return { title, isOurs: title.startsWith("toolyard"), measure };
}

/** Asks the workers themselves. */
async function workerPids(pool: StartedPool<WorkTask>): Promise<readonly number[]> {
  const pids = new Set<number>();
  for (let turn = 0; pids.size < WORKERS && turn < MOST_TRIES; turn += 1) {
    const tasks = Array.from({ length: WORKERS }, () =>
      pool.run({ name: "identify", input: { ms: IDENTIFY_MS } }),
    );
    for (const pid of await Promise.all(tasks)) pids.add(Number(pid));
  }
  if (pids.size === WORKERS) return [...pids];
  throw new Error(`${pids.size} of ${WORKERS} workers answered`);
}

/** Memory that goes when the process does. */
function privateMiB(pid: number): number {
  const rollup = readFileSync(rollupOf(String(pid)), "utf8");
  const sizes = [...rollup.matchAll(/^Private_\w+:\s+(\d+) kB$/gm)].map(([, kib]) => Number(kib));
  return sizes.reduce((sum, kib) => sum + kib, 0) / KIB_PER_MIB;
}

function rollupOf(pid: string): string {
  return `/proc/${pid}/smaps_rollup`;
}
