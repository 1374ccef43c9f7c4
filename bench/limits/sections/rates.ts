/** How exact rates are: the worst window of a second, and how much of what is allowed is used. Real time. */
import { setTimeout as sleep } from "node:timers/promises";
import { worstWindow } from "../../../src/testing.ts";
import { atLeast, atMost, type Goal, type Table, tableOf } from "../../pools/table.ts";
import { type Readings, Standings } from "../../pools/turns.ts";
import type { Lane, Run } from "../lanes.ts";
import { rateLanes } from "../rate-lanes.ts";
import type { LimitSection } from "../section.ts";

const LIMIT = 100;
const WINDOW_MS = 1_000;
const SECONDS = 4;
const WATCHED_MS = SECONDS * WINDOW_MS;
/** A limiter that is exact but for the milliseconds of timers is told apart from one that is not. */
const FORGIVING_MS = 990;
const FORGIVEN = `worst of all, in ${FORGIVING_MS} ms`;
const USED = "used of what is allowed";
const USED_GOAL = 0.99;
const SLIDING = "toolyard sliding";

/** When calls come, in milliseconds from the first, and when the event loop is held up meanwhile. */
interface Arrivals {
  /** The column of the worst window. */
  readonly name: string;
  readonly times: readonly number[];
  readonly heldUp?: readonly (readonly [fromMs: number, forMs: number])[];
}

const SATURATED: Arrivals = { name: "saturated", times: times([0, 450]) };
const PATTERNS: readonly Arrivals[] = [
  SATURATED,
  {
    name: "bursts about the edges",
    times: times([0, 1], [950, 100], [1_010, 100], [2_950, 100], [3_010, 100]),
  },
  {
    name: "event loop held up",
    times: times([0, 450]),
    heldUp: [
      [900, 600],
      [2_900, 600],
    ],
  },
];

/** Measures every limiter at once: each starts a hundred calls a second, so they do not disturb each other. */
export const rates: LimitSection = async ({ rounds, onTurn }) => {
  const lanes = rateLanes(LIMIT);
  const readings = new Map(lanes.map(({ title }) => [title, [] as Readings[]]));
  for (let round = 0; round < rounds; round += 1) {
    const found = new Map<string, Record<string, number>>();
    for (const arrivals of PATTERNS) {
      onTurn(`rates · round ${round + 1} of ${rounds} · ${arrivals.name}`);
      for (const [title, startedAt] of await startsOf(lanes, arrivals)) {
        const before = found.get(title) ?? {};
        found.set(title, {
          ...before,
          [arrivals.name]: worstWindow(startedAt, WINDOW_MS),
          [FORGIVEN]: Math.max(before[FORGIVEN] ?? 0, worstWindow(startedAt, FORGIVING_MS)),
          ...(arrivals === SATURATED ? usedOf(startedAt) : {}),
        });
      }
    }
    for (const [title, numbers] of found) readings.get(title)?.push(numbers);
  }
  return [tableOfRates(new Standings(lanes, readings))];
};

function tableOfRates(standings: Standings): Table {
  const sliding = PATTERNS.map(({ name }): Goal => {
    const measured = standings.spread(SLIDING, name);
    return atMost(`G7: worst window, ${name}`, measured, LIMIT, "count");
  });
  return tableOf(standings, {
    title: `Rates: ${LIMIT} a second`,
    work: `the most starts in any window of a second, over ${SECONDS} seconds of real time, all limiters at once`,
    columns: [
      ...PATTERNS.map(({ name }) => ({ name, unit: "count" as const })),
      { name: FORGIVEN, unit: "count" },
      { name: USED, unit: "index" },
    ],
    goals: [
      ...sliding,
      atLeast("G7: used, saturated", standings.spread(SLIDING, USED), USED_GOAL, "index"),
    ],
    notes: [
      "Fixed windows and buckets let twice their limit start about an edge, by their nature; sliding ones must not.",
    ],
  });
}

function usedOf(startedAt: readonly number[]): Readings {
  const first = startedAt[0] ?? 0;
  const inTime = startedAt.filter((at) => at - first < WATCHED_MS).length;
  return { [USED]: Math.min(1, inTime / (LIMIT * SECONDS)) };
}

/** When the calls of each limiter started. */
async function startsOf(
  lanes: readonly Lane[],
  { times: arrivals, heldUp = [] }: Arrivals,
): Promise<ReadonlyMap<string, readonly number[]>> {
  // The windows of many begin with the limiter, those of ours with the second of the clock: now they agree.
  await sleep(WINDOW_MS - (Date.now() % WINDOW_MS));
  const runs = lanes.map((lane): [string, Run, number[]] => [lane.title, lane.open(), []]);
  const startedAt = performance.now();
  for (const [fromMs, forMs] of heldUp) setTimeout(() => holdUp(forMs), fromMs);
  const calls: Promise<unknown>[] = [];
  for (const at of arrivals) {
    const delayMs = startedAt + at - performance.now();
    if (delayMs > 0) await sleep(delayMs);
    for (const [, run, starts] of runs) calls.push(run(() => starts.push(performance.now())));
  }
  await Promise.all(calls);
  return new Map(runs.map(([title, , starts]) => [title, starts]));
}

function holdUp(forMs: number): void {
  const until = performance.now() + forMs;
  while (performance.now() < until);
}

function times(...bursts: readonly (readonly [at: number, count: number])[]): number[] {
  return bursts.flatMap(([at, count]) => Array.from({ length: count }, () => at));
}
