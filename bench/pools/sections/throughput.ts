/** Many tiny calls at once: what a pool costs when the work costs nothing. */
import { checkAnswers } from "../../workload.ts";
import { median } from "../../measure.ts";
import { type AddBatch, makeAdds } from "../adds.ts";
import {
  asyncExecutorLane,
  executorLane,
  fixedPool,
  type PoolPlace,
} from "../lanes/executor-lane.ts";
import type { Lane } from "../lanes/lane.ts";
import {
  eventLoopLane,
  piscinaLane,
  poolifierLane,
  tinypoolLane,
  workerpoolLane,
} from "../lanes/peer-lanes.ts";
import { rawLane } from "../lanes/raw-lanes.ts";
import type { Racer } from "../lanes/racer.ts";
import { registryRacer } from "../lanes/registry-racer.ts";
import { repeatFor } from "../repeat-for.ts";
import {
  atLeast,
  type Column,
  type Goal,
  type Section,
  type SectionSettings,
  type Table,
  tableOf,
} from "../table.ts";
import { type Entrant, type Standings, takeTurns } from "../turns.ts";

interface Load {
  readonly column: string;
  readonly calls: number;
  /** Batches timed in a row at least; their median counts. */
  readonly timed: number;
}

/** However fast a pool is, V8 has compiled what it runs after so long. */
const WARM_UP_MS = 300;
/** Batches are timed for so long, that fast pools are not judged by a few milliseconds. */
const TIMED_MS = 200;

const LOADS: readonly Load[] = [
  { column: "100 in flight", calls: 100, timed: 31 },
  { column: "10 000 in flight", calls: 10_000, timed: 3 },
];
const COLUMNS = LOADS.map(({ column }): Column => ({ name: column, unit: "calls/s" }));
const WORK = "add two numbers; a batch at once, all of it answered before the next";

const PEER = {
  thread: ["piscina", "piscina (64 per worker)"],
  process: ["tinypool child_process", "tinypool child_process (64 per worker)"],
} as const;
const PEER_GOAL = 20;
const REGISTRY_GOAL = 1 / 3;
const ASYNC_CALLS_PER_SECOND = 300_000;
const BARE_ASYNC_CALLS_PER_SECOND = 1_000_000;
const OF_BARE_FUNCTIONS = 0.08;

/** Measures tiny calls on the event loop, in threads and in processes. */
export const throughput: Section = async (settings) => [
  await asyncTable(settings),
  await poolTable("thread", settings),
  await poolTable("process", settings),
];

async function asyncTable(settings: SectionSettings): Promise<Table> {
  const racers = [
    racerOf(asyncExecutorLane()),
    registryRacer("async", settings.workers),
    racerOf(eventLoopLane()),
  ];
  const standings = await race("tiny calls, async", racers, settings);
  const goals = COLUMNS.flatMap(({ name }) => [
    atLeast(
      `through executeToolCalls, ${name}`,
      standings.spread("executeToolCalls async", name),
      ASYNC_CALLS_PER_SECOND,
      "calls/s",
    ),
    atLeast(
      `the executor, ${name}`,
      standings.spread("toolyard async", name),
      BARE_ASYNC_CALLS_PER_SECOND,
      "calls/s",
    ),
    atLeast(
      `the executor by bare functions, ${name}`,
      standings.ratio("toolyard async", "bare async functions", name),
      OF_BARE_FUNCTIONS,
    ),
  ]);
  return tableOf(standings, {
    title: "Tiny calls: async",
    work: WORK,
    baseline: "bare async functions",
    columns: COLUMNS,
    goals,
    notes: [],
  });
}

async function poolTable(place: PoolPlace, settings: SectionSettings): Promise<Table> {
  const racers = poolRacers(place, settings.workers);
  const standings = await race(`tiny calls, ${place}`, racers, settings);
  return tableOf(standings, {
    title: `Tiny calls: ${place}`,
    work: WORK,
    baseline: PEER[place][0],
    columns: COLUMNS,
    goals: COLUMNS.flatMap(({ name }) => poolGoals(place, standings, name)),
    notes: [],
  });
}

function poolGoals(place: PoolPlace, standings: Standings, column: string): Goal[] {
  const own = `toolyard ${place}`;
  const registry = `executeToolCalls ${place}`;
  return [
    ...PEER[place].map((peer) =>
      atLeast(`the executor by ${peer}, ${column}`, standings.ratio(own, peer, column), PEER_GOAL),
    ),
    atLeast(
      `executeToolCalls by the executor, ${column}`,
      standings.ratio(registry, own, column),
      REGISTRY_GOAL,
    ),
  ];
}

function poolRacers(place: PoolPlace, workers: number): Racer[] {
  const pool = fixedPool(workers);
  const lanes: Lane[] = [
    executorLane(place, { pool }),
    executorLane(place, { pool, readOnly: false }, "not annotated"),
    ...(place === "thread" ? [piscinaLane(workers, 1), piscinaLane(workers, 64)] : []),
    tinypoolLane(place, { workers, perWorker: 1 }),
    tinypoolLane(place, { workers, perWorker: 64 }),
    workerpoolLane(place, workers),
    poolifierLane(place, workers),
    rawLane(place, workers),
  ];
  return [registryRacer(place, workers), ...lanes.map(racerOf)];
}

function racerOf(lane: Lane): Racer {
  const { title, isOurs } = lane;
  return {
    title,
    isOurs,
    start: async () => {
      const started = await lane.start();
      return { answer: ({ tasks }) => started.answer(tasks), close: () => started.close() };
    },
  };
}

function race(
  title: string,
  racers: readonly Racer[],
  { rounds, seed, onTurn }: SectionSettings,
): Promise<Standings> {
  const batches = LOADS.map(({ calls }) => makeAdds(calls, seed));
  const warmUp = makeAdds(10_000, seed + 1);
  const entrants = racers.map((racer): Entrant => {
    const { title: name, isOurs } = racer;
    return { title: name, isOurs, measure: () => measure(racer, warmUp, batches) };
  });
  return takeTurns(entrants, { title, rounds, onTurn });
}

async function measure(
  racer: Racer,
  warmUp: AddBatch,
  batches: readonly AddBatch[],
): Promise<Record<string, number>> {
  const started = await racer.start();
  const secondsFor = async (batch: AddBatch): Promise<number> => {
    const startedAt = performance.now();
    const answers = await started.answer(batch);
    const seconds = (performance.now() - startedAt) / 1_000;
    checkAnswers(racer.title, batch, answers);
    return seconds;
  };
  try {
    await repeatFor(WARM_UP_MS, 1, () => secondsFor(warmUp));
    const rates: Record<string, number> = {};
    for (const [place, { column, timed }] of LOADS.entries()) {
      const batch = batches[place] ?? warmUp;
      const seconds = await repeatFor(TIMED_MS, timed, () => secondsFor(batch));
      rates[column] = batch.calls.length / median(seconds);
    }
    return rates;
  } finally {
    await started.close();
  }
}
