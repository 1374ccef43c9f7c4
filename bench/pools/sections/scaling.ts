/** What more workers bring when calls compute a little and wait a little. */
import { availableParallelism } from "node:os";
import { median } from "../../measure.ts";
import { traceOfSquare, type WorkTask } from "../../tools/work.ts";
import { executorLane, fixedPool } from "../lanes/executor-lane.ts";
import type { Lane } from "../lanes/lane.ts";
import { piscinaLane } from "../lanes/peer-lanes.ts";
import { repeatFor } from "../repeat-for.ts";
import { type Column, type SectionSettings, type Table, tableOf } from "../table.ts";
import { type Entrant, type Readings, takeTurns } from "../turns.ts";

const WORKER_COUNTS = [1, 2, 4, 8, 16, 32];
const TASKS_PER_WORKER = 10;
const SCALING_BATCHES = 3;
const TIMED_MS = 100;
/** Until all workers have started, on few cores. */
const WARM_UP_MS = 300;
const WARM_UP_MS_PER_WORKER = 40;
/** A blocking wait of a millisecond takes this long: the kernel adds its timer slack. */
const WAIT_LEAST_MS = 1.05;

/** Measures throughput by the number of workers. */
export async function scalingTable({ rounds, onTurn }: SectionSettings): Promise<Table> {
  const entrants = [
    scalingEntrant("toolyard thread", (count) =>
      executorLane("thread", { pool: fixedPool(count) }),
    ),
    scalingEntrant("toolyard process", (count) =>
      executorLane("process", { pool: fixedPool(count) }),
    ),
    scalingEntrant("piscina", (count) => piscinaLane(count, 1)),
    { title: "bound", isOurs: false, measure: async () => measureBound() },
  ];
  const standings = await takeTurns(entrants, { title: "scaling", rounds, onTurn });
  return tableOf(standings, {
    title: "Elasticity: throughput by the number of workers",
    work: `${TASKS_PER_WORKER} calls per worker, at once, warm: each multiplies 100×100 matrices, then holds its worker for 1 ms`,
    baseline: "piscina",
    columns: WORKER_COUNTS.map((count): Column => ({ name: columnOf(count), unit: "calls/s" })),
    goals: [],
    notes: [
      "bound: what the waits of so many workers allow, or the cores, at the pace of the main thread; a batch that ends unevenly is below it.",
    ],
  });
}

function scalingEntrant(title: string, laneWith: (count: number) => Lane): Entrant {
  const measure = async (): Promise<Readings> => {
    const rates: Record<string, number> = {};
    for (const count of WORKER_COUNTS)
      rates[columnOf(count)] = await scalingRate(laneWith(count), count);
    return rates;
  };
  return { title, isOurs: title.startsWith("toolyard"), measure };
}

async function scalingRate(lane: Lane, count: number): Promise<number> {
  const tasks = Array.from({ length: count * TASKS_PER_WORKER }, (_, seed): WorkTask => ({
    name: "multiplyAndWait",
    input: { seed },
  }));
  const expected = tasks.map((_, seed) => traceOfSquare(seed));
  const started = await lane.start();
  const batchMs = async (): Promise<number> => {
    const startedAt = performance.now();
    const traces = await started.answer(tasks);
    const ms = performance.now() - startedAt;
    if (traces.some((trace, place) => trace !== expected[place])) throw new Error("wrong product");
    return ms;
  };
  try {
    await repeatFor(WARM_UP_MS + count * WARM_UP_MS_PER_WORKER, 1, batchMs);
    return (tasks.length / median(await repeatFor(TIMED_MS, SCALING_BATCHES, batchMs))) * 1_000;
  } finally {
    await started.close();
  }
}

function measureBound(): Readings {
  const products = Array.from({ length: 30 }, (_, seed) => {
    const startedAt = performance.now();
    traceOfSquare(seed);
    return performance.now() - startedAt;
  });
  const productMs = median(products);
  const rates = WORKER_COUNTS.map((count): [string, number] => {
    const byWaits = count / (productMs + WAIT_LEAST_MS);
    const byCores = availableParallelism() / productMs;
    return [columnOf(count), Math.min(byWaits, byCores) * 1_000];
  });
  return Object.fromEntries(rates);
}

function columnOf(count: number): string {
  return count === 1 ? "1 worker" : `${count} workers`;
}
