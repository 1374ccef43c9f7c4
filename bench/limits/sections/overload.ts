/** Three times more calls than can be served, none of which waits longer than it says. Virtual time. */
import PQueue from "p-queue";
import { ToolError } from "../../../src/core/tool-error.ts";
import type { LimitsOptions } from "../../../src/limits/limit-options.ts";
import { poisson, seededChance, VirtualClock } from "../../../src/testing.ts";
import { Deadline } from "../../../src/time/deadline.ts";
import { atLeast, atMost, tableOf } from "../../pools/table.ts";
import { type Entrant, takeTurns } from "../../pools/turns.ts";
import { bulkheadLane } from "../lanes.ts";
import { ourLimiter, runUnder } from "../our-limiter.ts";
import type { LimitSection } from "../section.ts";
import { advanceUntil, waitOn } from "../virtual-time.ts";

const OURS = "toolyard, queue.max and deadlines";
const PLACES = 10;
const SERVICE_MS: readonly [number, number] = [10, 30];
const CAPACITY_PER_SECOND = PLACES * (1_000 / 20);
const OVERLOAD = 3;
const SECONDS = 20;
const PATIENCE_MS = 200;
const QUEUED = 50;
const GOODPUT = "answered in time, by capacity";
const REFUSED = "refused";
const REFUSAL = "refusal, 99 %";
const WASTED = "work for nobody";
const GOODPUT_GOAL = 0.9;
const REFUSAL_GOAL_MS = 5;

/** Runs work for a caller who gives up after a while; rejects when it is refused or given up. */
type Attempt = (work: () => Promise<void>) => Promise<void>;

/** Measures G15. */
export const overload: LimitSection = async ({ seed, onTurn }) => {
  const title = `Overload: ${OVERLOAD} times the capacity`;
  const sides: readonly (readonly [string, (clock: VirtualClock) => Attempt])[] = [
    [OURS, (clock) => ours(clock, { queue: { max: QUEUED } })],
    ["toolyard, deadlines alone", (clock) => ours(clock, {})],
    ["cockatiel bulkhead", bulkheadWith],
    ["p-queue, aborted in time", abortedPQueue],
    ["p-queue", plainPQueue],
  ];
  const entrants = sides.map(([name, make]): Entrant => {
    const clock = new VirtualClock();
    const measure = async (): Promise<Record<string, number>> => load(make(clock), clock, seed);
    return { title: name, isOurs: name.startsWith("toolyard"), measure };
  });
  const standings = await takeTurns(entrants, { title, rounds: 1, onTurn });
  const table = tableOf(standings, {
    title,
    work: `${PLACES} places, ${SERVICE_MS.join(" to ")} ms each; ${CAPACITY_PER_SECOND * OVERLOAD} calls a second by chance for ${SECONDS} s, each worthless after ${PATIENCE_MS} ms; lines of ${QUEUED} where there is a setting`,
    columns: [
      { name: GOODPUT, unit: "index" },
      { name: WASTED, unit: "index" },
      { name: REFUSED, unit: "count" },
      { name: REFUSAL, unit: "ms" },
    ],
    goals: [
      atLeast(
        "G15: answered in time, by capacity",
        standings.spread(OURS, GOODPUT),
        GOODPUT_GOAL,
        "index",
      ),
      atMost("G15: refusal, 99 %", standings.spread(OURS, REFUSAL), REFUSAL_GOAL_MS, "ms"),
    ],
    notes: [
      "Work for nobody: the part of the places' time that went to calls whose caller had gone. A refusal's time is from the call to its error.",
    ],
  });
  return [table];
};

function ours(clock: VirtualClock, all: NonNullable<LimitsOptions["*"]>): Attempt {
  const limiter = ourLimiter({ "*": { concurrency: PLACES, ...all } }, clock);
  return async (work) => {
    const deadline = new Deadline(clock);
    deadline.expireAfter(PATIENCE_MS, () => new ToolError("DEADLINE_EXCEEDED", "Too late."));
    try {
      await runUnder(limiter, { clock, asked: { deadline } }, work);
    } finally {
      deadline.close();
    }
  };
}

function bulkheadWith(): Attempt {
  const run = bulkheadLane(PLACES, QUEUED).open();
  return async (work) => run(work);
}

function plainPQueue(): Attempt {
  const queue = new PQueue({ concurrency: PLACES });
  return async (work) => queue.add(work);
}

function abortedPQueue(clock: VirtualClock): Attempt {
  const queue = new PQueue({ concurrency: PLACES });
  return async (work) => {
    const controller = new AbortController();
    const cancel = clock.setTimer(PATIENCE_MS, () => controller.abort());
    let running: Promise<void> | undefined;
    const run = (): Promise<void> => (running = work());
    try {
      await queue.add(run, { signal: controller.signal });
    } finally {
      cancel();
      await running;
    }
  };
}

async function load(
  attempt: Attempt,
  clock: VirtualClock,
  seed: number,
): Promise<Record<string, number>> {
  // Not the seed of the arrivals: what a call takes must have nothing to do with when it comes.
  const chance = seededChance(seed + 1);
  const [least, most] = SERVICE_MS;
  const count = CAPACITY_PER_SECOND * OVERLOAD * SECONDS;
  const refusals: number[] = [];
  let inTime = 0;
  let busyMs = 0;
  let wastedMs = 0;
  const call = async (): Promise<void> => {
    const askedAt = clock.now();
    const serviceMs = least + chance() * (most - least);
    let began = false;
    const work = async (): Promise<void> => {
      began = true;
      await waitOn(clock, serviceMs);
      const isLate = clock.now() - askedAt > PATIENCE_MS;
      busyMs += serviceMs;
      if (isLate) wastedMs += serviceMs;
      else inTime += 1;
    };
    await attempt(work).catch(() => {
      if (!began) refusals.push(clock.now() - askedAt);
    });
  };
  const calls: Promise<void>[] = [];
  for (const at of poisson(count, CAPACITY_PER_SECOND * OVERLOAD, seed)) {
    clock.setTimer(at, () => calls.push(call()));
  }
  await clock.advance(SECONDS * 1_000);
  const answered = inTime;
  const wasted = wastedMs / busyMs;
  await advanceUntil(clock, Promise.all(calls));
  const sorted = refusals.toSorted((left, right) => left - right);
  return {
    [GOODPUT]: answered / (CAPACITY_PER_SECOND * SECONDS),
    [WASTED]: wasted,
    [REFUSED]: refusals.length,
    [REFUSAL]: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN,
  };
}
