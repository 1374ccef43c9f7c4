/** Long and short calls together: who waits for whom. */
import { median } from "../../measure.ts";
import type { WorkTask } from "../../tools/work.ts";
import { checkWaits } from "../check-waits.ts";
import { executorLane, fixedPool, type PoolPlace } from "../lanes/executor-lane.ts";
import type { Lane, StartedLane } from "../lanes/lane.ts";
import { eventLoopLane, piscinaLane, tinypoolLane } from "../lanes/peer-lanes.ts";
import { repeatFor } from "../repeat-for.ts";
import { atMost, type Section, type SectionSettings, type Table, tableOf } from "../table.ts";
import { type Entrant, type Standings, takeTurns } from "../turns.ts";

const PLACES: readonly PoolPlace[] = ["thread", "process"];
const PISCINA = "piscina";
/** Until all workers have started. */
const WARM_UP_MS = 300;

/** Measures a long call among short ones, uneven waits, and waits for I/O. */
export const fairness: Section = async (settings) => [
  await mixedTable(settings),
  await unevenTable(settings),
  await ioTable(settings),
];

const MIXED_WORKERS = 2;
const SHORT_CALLS = 60;
const LONG_MS = 200;
const MIXED_GOAL = 1.15;

async function mixedTable(settings: SectionSettings): Promise<Table> {
  const shorts = Array.from({ length: SHORT_CALLS }, (): WorkTask => timed("spin", 1));
  const burst = [timed("spin", LONG_MS), ...shorts];
  const measureBurst = async (lane: StartedLane): Promise<number[]> => {
    const endings = await endingsOf(lane, burst);
    return [Math.max(...endings.slice(1)), Math.max(...endings)];
  };
  const entrants = lanesWith(MIXED_WORKERS).map((lane) =>
    entrantOf(lane, {
      warmUp: shorts,
      repeats: 3,
      columns: ["last short call", "all"],
      measure: measureBurst,
    }),
  );
  const standings = await turns("one long call among short ones", entrants, settings);
  return tableOf(standings, {
    title: "Fairness: one long call among short ones",
    work: `a call that computes for ${LONG_MS} ms, then ${SHORT_CALLS} for 1 ms, at once, on ${MIXED_WORKERS} workers`,
    baseline: PISCINA,
    columns: [
      { name: "last short call", unit: "ms" },
      { name: "all", unit: "ms" },
    ],
    goals: PLACES.map((place) =>
      atMost(
        `last short call, ${place} by piscina`,
        standings.ratio(`toolyard ${place}`, PISCINA, "last short call"),
        MIXED_GOAL,
      ),
    ),
    notes: [],
  });
}

const UNEVEN_WORKERS = 4;
const UNEVEN_CALLS = 40;
const UNEVEN_GOAL = 1.1;

async function unevenTable(settings: SectionSettings): Promise<Table> {
  const tasks = Array.from({ length: UNEVEN_CALLS }, (_, place) =>
    timed("block", place % 4 === 3 ? 10 : 1),
  );
  const measureMakespan = async (lane: StartedLane): Promise<number[]> => {
    const startedAt = performance.now();
    const lengths = (await lane.answer(tasks)) as readonly number[];
    const makespan = performance.now() - startedAt;
    checkWaits(tasks, lengths);
    return [makespan, makespan / idealMakespan(lengths, UNEVEN_WORKERS)];
  };
  const lanes = [...lanesWith(UNEVEN_WORKERS), piscinaLane(UNEVEN_WORKERS, 64)];
  const entrants = lanes.map((lane) =>
    entrantOf(lane, {
      warmUp: tasks,
      repeats: 5,
      columns: ["all", "by the ideal"],
      measure: measureMakespan,
    }),
  );
  const standings = await turns("uneven waits", entrants, settings);
  return tableOf(standings, {
    title: "Fairness: uneven waits",
    work: `${UNEVEN_CALLS} calls hold their worker for 1 ms, every fourth for 10 ms, on ${UNEVEN_WORKERS} workers`,
    columns: [
      { name: "all", unit: "ms" },
      { name: "by the ideal", unit: "times" },
    ],
    goals: PLACES.map((place) =>
      atMost(
        `${place} by the ideal`,
        standings.spread(`toolyard ${place}`, "by the ideal"),
        UNEVEN_GOAL,
      ),
    ),
    notes: [
      "The ideal: each call goes, in order, to the worker that is free first, at no cost, and takes as long as it did.",
    ],
  });
}

const IO_WORKERS = 2;
const IO_CALLS = 200;
const IO_MS = 20;
const IO_GOAL = 2;

async function ioTable(settings: SectionSettings): Promise<Table> {
  const tasks = Array.from({ length: IO_CALLS }, (): WorkTask => timed("pause", IO_MS));
  const eventLoop = eventLoopLane();
  const lanes = [...lanesWith(IO_WORKERS), piscinaLane(IO_WORKERS, 64), eventLoop];
  const entrants = lanes.map((lane) =>
    entrantOf(lane, {
      warmUp: tasks.slice(0, 20),
      // With one call at a time in a worker it takes two seconds.
      repeats: 1,
      columns: ["all"],
      measure: async (started) => [Math.max(...(await endingsOf(started, tasks)))],
    }),
  );
  const standings = await turns("waits for I/O", entrants, settings);
  return tableOf(standings, {
    title: "Fairness: waits for I/O",
    work: `${IO_CALLS} calls await a timer of ${IO_MS} ms, at once, on ${IO_WORKERS} workers`,
    baseline: eventLoop.title,
    columns: [{ name: "all", unit: "ms" }],
    goals: PLACES.map((place) =>
      atMost(
        `${place} by the event loop`,
        standings.ratio(`toolyard ${place}`, eventLoop.title, "all"),
        IO_GOAL,
      ),
    ),
    notes: [],
  });
}

function lanesWith(workers: number): Lane[] {
  const pool = fixedPool(workers);
  return [
    executorLane("thread", { pool }),
    executorLane("process", { pool }),
    piscinaLane(workers, 1),
    tinypoolLane("process", { workers, perWorker: 1 }),
  ];
}

/** How a lane is measured, from its start to its close. */
interface BurstPlan {
  readonly warmUp: readonly WorkTask[];
  /** Bursts; the median of each column counts. */
  readonly repeats: number;
  readonly columns: readonly string[];
  /** One burst; a value for each column. */
  readonly measure: (lane: StartedLane) => Promise<number[]>;
}

function entrantOf(lane: Lane, { warmUp, repeats, columns, measure }: BurstPlan): Entrant {
  const { title, isOurs } = lane;
  const live = async (): Promise<Record<string, number>> => {
    const started = await lane.start();
    try {
      await repeatFor(WARM_UP_MS, 1, () => warmUpOnce(started, warmUp));
      const bursts: number[][] = [];
      for (let turn = 0; turn < repeats; turn += 1) bursts.push(await measure(started));
      const medians = columns.map((name, at): [string, number] => [
        name,
        median(bursts.map((burst) => burst[at] ?? Number.NaN)),
      ]);
      return Object.fromEntries(medians);
    } finally {
      await started.close();
    }
  };
  return { title, isOurs, measure: live };
}

/** Milliseconds of one warm-up. */
async function warmUpOnce(lane: StartedLane, tasks: readonly WorkTask[]): Promise<number> {
  return Math.max(...(await endingsOf(lane, tasks)));
}

function turns(
  title: string,
  entrants: readonly Entrant[],
  { rounds, onTurn }: SectionSettings,
): Promise<Standings> {
  return takeTurns(entrants, { title, rounds, onTurn });
}

function timed(name: "spin" | "block" | "pause", ms: number): WorkTask {
  return { name, input: { ms } };
}

/** When each task had ended, in milliseconds after all were started. */
async function endingsOf(lane: StartedLane, tasks: readonly WorkTask[]): Promise<number[]> {
  const startedAt = performance.now();
  const endings: number[] = [];
  const lengths = await Promise.all(
    tasks.map(async (task, place) => {
      const length = await lane.run(task);
      endings[place] = performance.now() - startedAt;
      return length;
    }),
  );
  checkWaits(tasks, lengths);
  return endings;
}

/** What a pool needs that knows nothing of the lengths beforehand and wastes no time. */
function idealMakespan(lengths: readonly number[], workers: number): number {
  const freeAt = Array.from({ length: workers }, () => 0);
  for (const length of lengths) {
    const first = freeAt.indexOf(Math.min(...freeAt));
    freeAt[first] = (freeAt[first] ?? 0) + length;
  }
  return Math.max(...freeAt);
}
