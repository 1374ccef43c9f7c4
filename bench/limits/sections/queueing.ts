/** How fast calls go through a long queue: first come, first served; with many flows; and how that grows. */
import { type Spread, ratioOf } from "../../compare.ts";
import { atLeast, atMost, type Goal, type Table, tableOf } from "../../pools/table.ts";
import { type Entrant, type Standings, takeTurns } from "../../pools/turns.ts";
import { queueAndDrain, type DrainPlan } from "../drain.ts";
import { bottleneckLane, entrantOf, type Lane, ourLane, pQueueLane } from "../lanes.ts";
import type { LimitSection, LimitSectionSettings } from "../section.ts";

const OURS = "toolyard";
const P_QUEUE = "p-queue";
const BOTTLENECK = "bottleneck";
const CALLS_PER_SECOND = { name: "calls/s", unit: "calls/s" } as const;

/** Measures G1 to G4. */
export const queueing: LimitSection = async (settings) => [
  await fifoTable(settings),
  await flowsTable(settings),
  await shortTable(settings),
  await growthTable(settings),
];

const FIFO_GOAL = 3;

async function fifoTable(settings: LimitSectionSettings): Promise<Table> {
  const { calls } = settings;
  const lanes = [ourLane(OURS, { "*": { concurrency: 1 } }), pQueueLane(1)];
  const title = `Queueing: ${calls.toLocaleString("en")} calls, first come, first served`;
  const plan = { calls, concurrency: 1 };
  await growHeap(lanes, plan);
  const standings = await drainAll(title, { lanes, plan }, settings);
  return tableOf(standings, {
    title,
    work: "queued behind one that runs, then run one after the other; the work is nothing",
    baseline: P_QUEUE,
    columns: [CALLS_PER_SECOND],
    goals: [atLeast("G1: by p-queue", standings.ratio(OURS, P_QUEUE, "calls/s"), FIFO_GOAL)],
    notes: [],
  });
}

const FLOWS = 20_000;
const PRIORITIES = 1_000;
const FLOWS_GOAL = 100_000;
const PLACES = 64;
/** p-queue puts a call among those with other priorities in a time that grows with their number. */
const P_QUEUE_CALLS = 20_000;

async function flowsTable(settings: LimitSectionSettings): Promise<Table> {
  const { calls } = settings;
  const limits = {
    "*": { concurrency: PLACES },
    work: { concurrency: PLACES / 2 },
    tenant: { concurrency: 4 },
  };
  const ask = (n: number): { priority: number; tenant: string } => ({
    priority: (n * 7_919) % PRIORITIES,
    tenant: `tenant-${(n * 104_729) % FLOWS}`,
  });
  const lanes = [ourLane(OURS, limits)];
  const title = `Queueing: ${calls.toLocaleString("en")} calls, ${PRIORITIES} priorities, ${FLOWS.toLocaleString("en")} tenants, 3 limits`;
  const plan = { calls, concurrency: PLACES, ask };
  await growHeap(lanes, plan);
  const standings = await drainAll(title, { lanes, plan }, settings);
  const peer = await drainAll(
    `p-queue, ${P_QUEUE_CALLS} calls`,
    { lanes: [pQueueLane(PLACES)], plan: { ...plan, calls: P_QUEUE_CALLS } },
    settings,
  );
  const peerSpeed = Math.round(peer.spread(P_QUEUE, "calls/s").median).toLocaleString("en");
  return tableOf(standings, {
    title,
    work: `limits for everything (${PLACES} at once), the tool (${PLACES / 2}) and each tenant (4)`,
    columns: [CALLS_PER_SECOND],
    goals: [atLeast("G2: calls/s", standings.spread(OURS, "calls/s"), FLOWS_GOAL, "calls/s")],
    notes: [
      `p-queue knows no tenants; with the same priorities, and only ${P_QUEUE_CALLS.toLocaleString("en")} calls, it runs ${peerSpeed} calls/s.`,
    ],
  });
}

const SHORT_CALLS = 10_000;
const SHORT_GOAL = 100;

async function shortTable(settings: LimitSectionSettings): Promise<Table> {
  const lanes = [ourLane(OURS, { "*": { concurrency: 1 } }), pQueueLane(1), bottleneckLane(1)];
  const title = `Queueing: ${SHORT_CALLS.toLocaleString("en")} calls`;
  const plan = { calls: SHORT_CALLS, concurrency: 1 };
  // bottleneck needs half a minute for one round.
  const standings = await drainAll(title, { lanes, plan }, { ...settings, rounds: 1 });
  return tableOf(standings, {
    title,
    work: "queued behind one that runs, then run one after the other; one round",
    baseline: BOTTLENECK,
    columns: [CALLS_PER_SECOND],
    goals: [atLeast("G3: by bottleneck", standings.ratio(OURS, BOTTLENECK, "calls/s"), SHORT_GOAL)],
    notes: [],
  });
}

const SIZES = [1_000, 10_000, 100_000, 1_000_000];
/** Short queues are drained this often in all, so that each size takes as long to measure. */
const CALLS_PER_SIZE = 200_000;
const GROWTH_GOAL = 3;

async function growthTable(settings: LimitSectionSettings): Promise<Table> {
  const { rounds, calls, onTurn } = settings;
  const sizes = SIZES.filter((size) => size <= calls);
  const lanes = [ourLane(OURS, { "*": { concurrency: 1 } }), pQueueLane(1)];
  const entrants = lanes.map((lane) => entrantOf(lane, async () => costsOf(lane, sizes)));
  const title = "Queueing: what a call costs in queues of different lengths";
  const standings = await takeTurns(entrants, { title, rounds, onTurn });
  return tableOf(standings, {
    title,
    work: "time for each call, queueing included; shorter queues several times over",
    columns: sizes.map((size) => ({ name: nameOf(size), unit: "µs" })),
    goals: growthGoals(standings, sizes),
    notes: [],
  });
}

function growthGoals(standings: Standings, sizes: readonly number[]): Goal[] {
  const [least = 0, most = 0] = [sizes[0], sizes.at(-1)];
  const growth: Spread = ratioOf(
    standings.rounds(OURS, nameOf(most)),
    standings.rounds(OURS, nameOf(least)),
  );
  return [atMost(`G4: ${nameOf(most)} by ${nameOf(least)}`, growth, GROWTH_GOAL)];
}

async function costsOf(lane: Lane, sizes: readonly number[]): Promise<Record<string, number>> {
  const costs: Record<string, number> = {};
  for (const size of sizes) {
    const repeats = Math.max(1, Math.floor(CALLS_PER_SIZE / size));
    let elapsedMs = 0;
    for (let turn = 0; turn < repeats; turn += 1) {
      elapsedMs += await queueAndDrain(lane.open(), { calls: size, concurrency: 1 });
    }
    costs[nameOf(size)] = (elapsedMs * 1_000) / (size * repeats);
  }
  return costs;
}

function nameOf(size: number): string {
  return size.toLocaleString("en");
}

async function drainAll(
  title: string,
  { lanes, plan }: { readonly lanes: readonly Lane[]; readonly plan: DrainPlan },
  { rounds, onTurn }: LimitSectionSettings,
): Promise<Standings> {
  const entrants = lanes.map((lane): Entrant => {
    const measure = async (): Promise<Record<string, number>> => {
      const elapsedMs = await queueAndDrain(lane.open(), plan);
      return { "calls/s": (plan.calls / elapsedMs) * 1_000 };
    };
    return entrantOf(lane, measure);
  });
  return takeTurns(entrants, { title, rounds, onTurn });
}

/** The first long queue of a program is slow, whoever's it is, because the heap must grow for it. */
async function growHeap(lanes: readonly Lane[], plan: DrainPlan): Promise<void> {
  for (const lane of lanes) await queueAndDrain(lane.open(), plan);
}
