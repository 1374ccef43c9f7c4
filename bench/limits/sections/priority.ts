/** What becomes of calls that are not urgent, and of urgent ones behind them. Virtual time. */
import PQueue from "p-queue";
import { VirtualClock } from "../../../src/testing.ts";
import { atMost, type Table, tableOf } from "../../pools/table.ts";
import { type Entrant, takeTurns } from "../../pools/turns.ts";
import { entrantOf, type Lane, ourLane, pQueueLane, type Run } from "../lanes.ts";
import type { LimitSection, LimitSectionSettings } from "../section.ts";
import { advanceUntil, waitOn } from "../virtual-time.ts";

const OURS = "toolyard";

/** Measures the second half of G10, G11 and G12. */
export const priority: LimitSection = async (settings) => [
  await starvationTable(settings),
  await inversionTable(settings),
  await wakingTable(settings),
];

const PLACES = 4;
const SERVICE_MS = 10;
/** One more than is served: the line grows. */
const URGENT_PER_MS = (PLACES / SERVICE_MS) * 1.1;
const RUN_MS = 60_000;
const LOW_CALLS = 20;
const LOW_PRIORITY = 5;
const LOW_AT_MS = 1_000;
const AGEING_MS = 1_000;
/** What came up to five steps of ageing after it, and what waited before, at the speed of all places. */
const LOW_BOUND_MS =
  ((LOW_AT_MS + LOW_PRIORITY * AGEING_MS) * URGENT_PER_MS + LOW_CALLS) * (SERVICE_MS / PLACES) -
  LOW_AT_MS +
  SERVICE_MS;
const LOW_RUN = "not urgent, of 20, that ran";
const LOW_WAIT = "longest wait of those";

async function starvationTable({ onTurn }: LimitSectionSettings): Promise<Table> {
  const lanes: ((clock: VirtualClock) => Lane)[] = [
    (clock) => ourLane(OURS, { "*": { concurrency: PLACES, ageingMs: AGEING_MS } }, clock),
    (clock) =>
      ourLane("toolyard without ageing", { "*": { concurrency: PLACES, ageingMs: 1e9 } }, clock),
    () => pQueueLane(PLACES),
  ];
  const title = "Priority: calls that are not urgent under a load of urgent ones";
  const entrants = lanes.map((make): Entrant => {
    const clock = new VirtualClock();
    const lane = make(clock);
    return entrantOf(lane, async () => starve(lane.open(), clock));
  });
  const standings = await takeTurns(entrants, { title, rounds: 1, onTurn });
  return tableOf(standings, {
    title,
    work: `urgent calls at 110 % of what can be served for ${RUN_MS / 1_000} s; ${LOW_CALLS} of priority ${LOW_PRIORITY} come after one second; ageing of ${AGEING_MS} ms a step`,
    columns: [
      { name: LOW_RUN, unit: "count" },
      { name: LOW_WAIT, unit: "ms" },
    ],
    goals: [
      atMost(
        "G10: longest wait, by the bound",
        standings.spread(OURS, LOW_WAIT),
        LOW_BOUND_MS,
        "ms",
      ),
    ],
    notes: ["The wait is unknown where none of them ran."],
  });
}

async function starve(run: Run, clock: VirtualClock): Promise<Record<string, number>> {
  const waits: number[] = [];
  const ask = (level: number): void => {
    const askedAt = clock.now();
    const work = (): Promise<void> => {
      if (level === LOW_PRIORITY) waits.push(clock.now() - askedAt);
      return waitOn(clock, SERVICE_MS);
    };
    void run(work, { priority: level });
  };
  for (let at = 0; at < RUN_MS; at += 1 / URGENT_PER_MS) clock.setTimer(at, () => ask(0));
  for (let one = 0; one < LOW_CALLS; one += 1) clock.setTimer(LOW_AT_MS, () => ask(LOW_PRIORITY));
  await clock.advance(RUN_MS);
  const longest = waits.length < LOW_CALLS ? Number.NaN : Math.max(...waits);
  return { [LOW_RUN]: waits.length, [LOW_WAIT]: longest };
}

const MEDIUM_CALLS = 1_000;
const PREDECESSORS = [1, 8];
const KEYED = { name: "edit" };
const PLAIN = { name: "read" };
const URGENT = 0;
const MEDIUM = 5;
const LOW = 9;

async function inversionTable({ onTurn }: LimitSectionSettings): Promise<Table> {
  const title = "Priority: an urgent call behind others of its key";
  const clock = new VirtualClock();
  const limits = { "*": { concurrency: 1 }, edit: { key: "{path}" } };
  const entrants: Entrant[] = [
    {
      title: OURS,
      isOurs: true,
      measure: async () => invert(ourLane(OURS, limits, clock).open(), clock),
    },
    {
      title: "p-queue, and one for the key",
      isOurs: false,
      measure: async () => {
        const ownClock = new VirtualClock();
        return invert(keyedPQueue(), ownClock);
      },
    },
  ];
  const standings = await takeTurns(entrants, { title, rounds: 1, onTurn });
  return tableOf(standings, {
    title,
    work: `one place; calls of low priority wait for a key, ${MEDIUM_CALLS} of medium priority for the place, then an urgent one comes for the key: when it is answered, in calls`,
    columns: PREDECESSORS.map((before) => ({ name: `${before} before it`, unit: "count" })),
    goals: PREDECESSORS.map((before) =>
      atMost(
        `G11: calls until it is answered, ${before} before it`,
        standings.spread(OURS, `${before} before it`),
        before + 2,
        "count",
      ),
    ),
    notes: [
      "Without inheritance the urgent call waits for low ones, which wait for all medium ones.",
    ],
  });
}

async function invert(run: Run, clock: VirtualClock): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const before of PREDECESSORS) {
    const work = (): Promise<void> => waitOn(clock, SERVICE_MS);
    const edit = { tool: KEYED, input: { path: "a" } };
    void run(work, { tool: PLAIN, priority: LOW });
    for (let one = 0; one < before; one += 1) void run(work, { ...edit, priority: LOW });
    const medium = Array.from({ length: MEDIUM_CALLS }, () =>
      run(work, { tool: PLAIN, priority: MEDIUM }),
    );
    await clock.advance(0);
    const askedAt = clock.now();
    let answeredAt = Number.NaN;
    const urgent = run(work, { ...edit, priority: URGENT }).then(() => {
      answeredAt = clock.now();
    });
    await advanceUntil(clock, Promise.all([urgent, ...medium]));
    found[`${before} before it`] = Math.round((answeredAt - askedAt) / SERVICE_MS);
    // Whatever was left of low priority.
    await clock.advance(SERVICE_MS * (before + 2));
  }
  return found;
}

/** The usual way: a queue for each key, and whoever is first in his takes a place in the queue of all. */
function keyedPQueue(): Run {
  const all = pQueueLane(1).open();
  const key = new PQueue({ concurrency: 1 });
  return async (work, asked) => {
    if (asked?.tool !== KEYED) return all(work, asked);
    return key.add(async () => all(work, asked), { priority: -(asked.priority ?? 0) });
  };
}

const WAITING = 1_000;
const RELEASED = [1, 10, 100];
const WOKEN = "most woken by one release";

function nameOf(count: number): string {
  return `${count} released`;
}

async function wakingTable({ onTurn }: LimitSectionSettings): Promise<Table> {
  const title = "Waking: places that come free together";
  const lanes = [ourLane(OURS, { "*": { concurrency: 100 } }), pQueueLane(100)];
  const entrants = lanes.map((lane): Entrant => {
    const measure = async (): Promise<Record<string, number>> =>
      Object.fromEntries(
        await Promise.all(
          RELEASED.map(
            async (count) => [nameOf(count), await wokenBy(lane.open(), count)] as const,
          ),
        ),
      );
    return entrantOf(lane, measure);
  });
  const standings = await takeTurns(entrants, { title, rounds: 1, onTurn });
  return tableOf(standings, {
    title,
    work: `${WAITING} calls wait behind 100; of those some end at once: how many of the waiting start`,
    columns: RELEASED.map((count) => ({ name: nameOf(count), unit: "count" })),
    goals: RELEASED.map((count) =>
      atMost(
        `G12: ${WOKEN.replace("one release", nameOf(count))}`,
        standings.spread(OURS, nameOf(count)),
        count,
        "count",
      ),
    ),
    notes: [],
  });
}

async function wokenBy(run: Run, count: number): Promise<number> {
  const gates = Array.from({ length: 100 }, () => Promise.withResolvers<void>());
  for (const { promise } of gates) void run(() => promise);
  let woken = 0;
  const { promise: end, resolve } = Promise.withResolvers<void>();
  const waiting = Array.from({ length: WAITING }, () =>
    run(() => {
      woken += 1;
      return end;
    }),
  );
  for (const gate of gates.slice(0, count)) gate.resolve();
  await new Promise<void>((settled) => setImmediate(settled));
  const found = woken;
  resolve();
  for (const gate of gates) gate.resolve();
  await Promise.all(waiting);
  return found;
}
