/** One call at a time: what a call waits for besides its work. */
import { median } from "../../measure.ts";
import { ONE_ADD } from "../adds.ts";
import { executorLane, fixedPool, type PoolPlace } from "../lanes/executor-lane.ts";
import type { Lane, StartedLane } from "../lanes/lane.ts";
import { piscinaLane, tinypoolLane } from "../lanes/peer-lanes.ts";
import { rawLane } from "../lanes/raw-lanes.ts";
import {
  atMost,
  type Column,
  type Section,
  type SectionSettings,
  type Table,
  tableOf,
} from "../table.ts";
import { type Entrant, takeTurns } from "../turns.ts";

const WARM_UP_CALLS = 3_000;
const TIMED_CALLS = 1_000;
const MOST_TIMES_BARE = 1.4;

const COLUMNS: readonly Column[] = [
  { name: "p50", unit: "µs" },
  { name: "p95", unit: "µs" },
];

/** Measures single calls in threads and in processes. */
export const latency: Section = async (settings) => [
  await latencyTable("thread", settings),
  await latencyTable("process", settings),
];

async function latencyTable(
  place: PoolPlace,
  { rounds, workers, onTurn }: SectionSettings,
): Promise<Table> {
  // One worker: going to another each time would make it slower, not fairer.
  const raw = rawLane(place, 1);
  const own = executorLane(place, { pool: fixedPool(workers) });
  const peer =
    place === "thread" ? piscinaLane(workers, 1) : tinypoolLane(place, { workers, perWorker: 1 });
  const entrants = [own, peer, raw].map((lane): Entrant => {
    return { title: lane.title, isOurs: lane.isOurs, measure: () => measure(lane) };
  });
  const title = `Latency: ${place}`;
  const standings = await takeTurns(entrants, { title, rounds, onTurn });
  return tableOf(standings, {
    title,
    work: "add two numbers, one call at a time, warm",
    baseline: raw.title,
    columns: COLUMNS,
    goals: [
      atMost(
        `p50 of ${own.title} by the bare channel`,
        standings.ratio(own.title, raw.title, "p50"),
        MOST_TIMES_BARE,
      ),
    ],
    notes: [],
  });
}

async function measure(lane: Lane): Promise<Record<string, number>> {
  const started = await lane.start();
  try {
    for (let call = 0; call < WARM_UP_CALLS; call += 1) await timeOne(started);
    const times: number[] = [];
    for (let call = 0; call < TIMED_CALLS; call += 1) times.push(await timeOne(started));
    const sorted = times.toSorted((left, right) => left - right);
    return { p50: median(sorted), p95: sorted[Math.floor(sorted.length * 0.95)] ?? Number.NaN };
  } finally {
    await started.close();
  }
}

/** Microseconds of one call. */
async function timeOne(started: StartedLane): Promise<number> {
  const startedAt = performance.now();
  const answer = await started.run(ONE_ADD.task);
  const microseconds = (performance.now() - startedAt) * 1_000;
  if (answer !== ONE_ADD.sum) throw new Error(`${String(answer)} is not ${ONE_ADD.sum}`);
  return microseconds;
}
