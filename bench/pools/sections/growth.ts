/** A pool that is to grow by itself when its workers wait, and to shrink when they idle. */
import { setTimeout as sleep } from "node:timers/promises";
import { startPiscina } from "../../contenders/piscina.ts";
import { median } from "../../measure.ts";
import type { WorkTask } from "../../tools/work.ts";
import { checkWaits } from "../check-waits.ts";
import { type PoolPlace, startExecutor } from "../lanes/executor-lane.ts";
import {
  atLeast,
  atMost,
  type Column,
  type Goal,
  type SectionSettings,
  type Table,
  tableOf,
} from "../table.ts";
import { type Entrant, type Readings, type Standings, takeTurns } from "../turns.ts";

const PLACES: readonly PoolPlace[] = ["thread", "process"];

const MIN_WORKERS = 8;
const MAX_WORKERS = 32;
const IDLE_TIMEOUT_MS = 1_000;
const GROWTH_CALLS = 100;
const WAIT_MS = 10;
const WARM_BATCHES = 5;
const WARM_GOAL_MS = 60;
/** Longest wait for a pool to reach a size. */
const PATIENCE_MS = 5_000;
const POLL_MS = 20;

/** A pool that tells how many workers are ready. NaN: it does not tell. */
interface SizedLane {
  answer(tasks: readonly WorkTask[]): Promise<readonly unknown[]>;
  size(): number;
  close(): Promise<void>;
}

const GROWTH_COLUMNS: readonly Column[] = [
  { name: "first batch", unit: "ms" },
  { name: "grown after", unit: "ms" },
  { name: "most workers", unit: "workers" },
  { name: "warm batch", unit: "ms" },
  { name: "shrunk after", unit: "ms" },
  { name: "workers then", unit: "workers" },
];

/** Measures how a pool grows for calls that wait, and shrinks after. */
export async function growthTable({ rounds, onTurn }: SectionSettings): Promise<Table> {
  const entrants = [
    ...PLACES.map((place) => growthEntrant(`toolyard ${place}`, () => startElastic(place))),
    growthEntrant("piscina", startElasticPiscina),
  ];
  const standings = await takeTurns(entrants, { title: "growth", rounds, onTurn });
  return tableOf(standings, {
    title: "Elasticity: growing for blocking waits",
    work: `batches of ${GROWTH_CALLS} calls that hold their worker for ${WAIT_MS} ms; pools of ${MIN_WORKERS} to ${MAX_WORKERS} workers, idle timeout ${IDLE_TIMEOUT_MS} ms`,
    columns: GROWTH_COLUMNS,
    goals: PLACES.flatMap((place) => growthGoals(place, standings)),
    notes: [
      `"grown after" ends with the batch after which a pool had ${MAX_WORKERS} workers, or when ${PATIENCE_MS} ms were over.`,
    ],
  });
}

function growthGoals(place: PoolPlace, standings: Standings): Goal[] {
  const own = `toolyard ${place}`;
  return [
    atLeast(
      `${place}: most workers`,
      standings.spread(own, "most workers"),
      MAX_WORKERS,
      "workers",
    ),
    atMost(`${place}: warm batch`, standings.spread(own, "warm batch"), WARM_GOAL_MS, "ms"),
    atMost(
      `${place}: workers after idling`,
      standings.spread(own, "workers then"),
      MIN_WORKERS,
      "workers",
    ),
  ];
}

function growthEntrant(title: string, start: () => Promise<SizedLane>): Entrant {
  return { title, isOurs: title.startsWith("toolyard"), measure: () => measureGrowth(start) };
}

async function measureGrowth(start: () => Promise<SizedLane>): Promise<Readings> {
  const startedAt = performance.now();
  const lane = await start();
  try {
    const first = await batchMs(lane);
    let most = lane.size();
    while (most < MAX_WORKERS && performance.now() - startedAt < PATIENCE_MS) {
      await batchMs(lane);
      most = Math.max(most, lane.size());
    }
    const grownAfter = performance.now() - startedAt;
    const warm: number[] = [];
    for (let batch = 0; batch < WARM_BATCHES; batch += 1) warm.push(await batchMs(lane));
    const shrunkAfter = await idleMs(lane);
    return {
      "first batch": first,
      "grown after": grownAfter,
      "most workers": most,
      "warm batch": median(warm),
      "shrunk after": shrunkAfter,
      "workers then": lane.size(),
    };
  } finally {
    await lane.close();
  }
}

/** Milliseconds until an idle pool is back at its least, or patience ends. */
async function idleMs(lane: SizedLane): Promise<number> {
  if (Number.isNaN(lane.size())) return Number.NaN;
  const startedAt = performance.now();
  const elapsed = (): number => performance.now() - startedAt;
  while (lane.size() > MIN_WORKERS && elapsed() < IDLE_TIMEOUT_MS + PATIENCE_MS) {
    await sleep(POLL_MS);
  }
  return elapsed();
}

const WAITS = Array.from({ length: GROWTH_CALLS }, (): WorkTask => ({
  name: "block",
  input: { ms: WAIT_MS },
}));

async function batchMs(lane: SizedLane): Promise<number> {
  const startedAt = performance.now();
  const lengths = await lane.answer(WAITS);
  const ms = performance.now() - startedAt;
  checkWaits(WAITS, lengths);
  return ms;
}

async function startElastic(place: PoolPlace): Promise<SizedLane> {
  const pool = { min: MIN_WORKERS, max: MAX_WORKERS, idleTimeoutMs: IDLE_TIMEOUT_MS };
  const { executor, answer, close } = await startExecutor(place, { pool });
  const size = (): number => {
    const workers = executor.stats()[0]?.workers;
    if (workers === undefined) return Number.NaN;
    return workers.filter(({ state }) => state === "idle" || state === "busy").length;
  };
  return { answer, size, close };
}

async function startElasticPiscina(): Promise<SizedLane> {
  const shape = { file: "peers/answer-work", method: "answerWork", workers: MAX_WORKERS };
  const extras = { minThreads: MIN_WORKERS, idleTimeoutMs: IDLE_TIMEOUT_MS };
  const { run, size, close } = startPiscina<WorkTask>(shape, extras);
  return { answer: (tasks) => Promise.all(tasks.map((task) => run(task))), size, close };
}
