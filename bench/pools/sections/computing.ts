/** Calls that only compute: the cores are all there is. */
import { availableParallelism } from "node:os";
import { median } from "../../measure.ts";
import { sumRoots, type WorkTask } from "../../tools/work.ts";
import { executorLane, fixedPool, type PoolPlace } from "../lanes/executor-lane.ts";
import type { Lane } from "../lanes/lane.ts";
import { piscinaLane } from "../lanes/peer-lanes.ts";
import { repeatFor } from "../repeat-for.ts";
import { atMost, type SectionSettings, type Table, tableOf } from "../table.ts";
import { type Entrant, type Readings, takeTurns } from "../turns.ts";

const PLACES: readonly PoolPlace[] = ["thread", "process"];

const ROOT_CALLS = 4;
const ROOTS = 1_000_000;
const WARM_UP_MS = 400;
const TIMED_MS = 300;
/** Above what the cores allow: two of them also serve everything else. */
const COMPUTING_TOLERANCE = 1.1;
const IN_A_ROW = "one after the other";

/** Measures computing on all cores against one after the other. */
export async function computingTable({ rounds, onTurn }: SectionSettings): Promise<Table> {
  const lanes = [
    ...PLACES.map((place) => executorLane(place, { pool: fixedPool(ROOT_CALLS) })),
    piscinaLane(ROOT_CALLS, 1),
  ];
  const entrants = [
    { title: IN_A_ROW, isOurs: false, measure: async () => timeRoots(rootsInARow) },
    ...lanes.map((lane): Entrant => {
      return { title: lane.title, isOurs: lane.isOurs, measure: () => measureComputing(lane) };
    }),
  ];
  const standings = await takeTurns(entrants, { title: "computing", rounds, onTurn });
  const share = 1 / Math.min(ROOT_CALLS, availableParallelism());
  return tableOf(standings, {
    title: "Elasticity: computing on all cores",
    work: `${ROOT_CALLS} calls at once, each adds up ${ROOTS.toLocaleString("en")} square roots, on ${ROOT_CALLS} workers`,
    baseline: IN_A_ROW,
    columns: [{ name: "all", unit: "ms" }],
    goals: PLACES.map((place) =>
      atMost(
        `${place} by one after the other`,
        standings.ratio(`toolyard ${place}`, IN_A_ROW, "all"),
        share * COMPUTING_TOLERANCE,
      ),
    ),
    notes: [`The goal is 1 / min(${ROOT_CALLS}, cores), and a tenth for the way there and back.`],
  });
}

const ROOT_TASKS = Array.from({ length: ROOT_CALLS }, (_, place): WorkTask<"sumRoots"> => ({
  name: "sumRoots",
  input: { from: place * ROOTS, count: ROOTS },
}));

async function rootsInARow(): Promise<readonly unknown[]> {
  return ROOT_TASKS.map(({ input: { from, count } }) => sumRoots(from, count));
}

async function measureComputing(lane: Lane): Promise<Readings> {
  const started = await lane.start();
  try {
    return await timeRoots(() => started.answer(ROOT_TASKS));
  } finally {
    await started.close();
  }
}

async function timeRoots(answer: () => Promise<readonly unknown[]>): Promise<Readings> {
  const expected = await rootsInARow();
  const batchMs = async (): Promise<number> => {
    const startedAt = performance.now();
    const sums = await answer();
    const ms = performance.now() - startedAt;
    if (sums.some((sum, place) => sum !== expected[place])) throw new Error("wrong sum of roots");
    return ms;
  };
  await repeatFor(WARM_UP_MS, 1, batchMs);
  return { all: median(await repeatFor(TIMED_MS, 1, batchMs)) };
}
