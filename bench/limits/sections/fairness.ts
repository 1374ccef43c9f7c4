/** Who is served how much when there is not enough for all, and how soon a newcomer is. Virtual time. */
import { seededChance, VirtualClock } from "../../../src/testing.ts";
import { atLeast, type Table, tableOf } from "../../pools/table.ts";
import { type Standings, takeTurns } from "../../pools/turns.ts";
import { entrantOf, type Lane, ourLane, pQueueLane, type Run } from "../lanes.ts";
import { newcomerTable } from "../newcomers.ts";
import { roundRobinLane } from "../round-robin.ts";
import type { LimitSection, LimitSectionSettings } from "../section.ts";
import { waitOn } from "../virtual-time.ts";

/** What is drawn: of each lane and tenant, what it got by what its weight gives it. */
export const SHARES_TITLE = "Fairness: what each tenant got, by what its weight gives it";

const OURS = "toolyard";
const PLACES = 8;
const RUN_MS = 60_000;
/** Before that nobody is measured: the lines fill. */
const SETTLED_MS = 5_000;
const JAIN = "weighted Jain index";
const MAX_WAIT = "guest, longest wait";
const JAIN_GOAL = 0.999;
const GUEST = "guest";
const GUEST_EVERY_MS = 500;

/** A tenant with work without end. */
interface Tenant {
  readonly name: string;
  readonly weight: number;
  /** Calls it has in the line or running, always. */
  readonly asks: number;
  /** Milliseconds of its calls on average, which nobody knows beforehand. */
  readonly meanMs: number;
}

const TENANTS: readonly Tenant[] = [
  { name: "loud", weight: 1, asks: 1_000, meanMs: 20 },
  { name: "slow", weight: 1, asks: 20, meanMs: 80 },
  { name: "quick", weight: 1, asks: 20, meanMs: 5 },
  { name: "plain", weight: 1, asks: 20, meanMs: 20 },
  { name: "uneven", weight: 2, asks: 20, meanMs: 40 },
  { name: "pro", weight: 4, asks: 40, meanMs: 20 },
];
const WEIGHTS = Object.fromEntries(TENANTS.map(({ name, weight }) => [name, weight]));
const ALL_WEIGHTS = TENANTS.reduce((sum, { weight }) => sum + weight, 0);

/** Measures G9 and the first half of G10. */
export const fairness: LimitSection = async (settings) => [
  ...(await shareTables(settings)),
  await newcomerTable(settings),
];

async function shareTables({ seed, onTurn }: LimitSectionSettings): Promise<Table[]> {
  const clocks = new Map<Lane, VirtualClock>();
  const laneOn = (make: (clock: VirtualClock) => Lane): Lane => {
    const clock = new VirtualClock();
    const lane = make(clock);
    clocks.set(lane, clock);
    return lane;
  };
  const limits = { "*": { concurrency: PLACES }, tenant: { weight: WEIGHTS } };
  const lanes = [
    laneOn((clock) => ourLane(OURS, limits, clock)),
    laneOn(() => pQueueLane(PLACES)),
    laneOn(() => roundRobinLane(PLACES)),
  ];
  const entrants = lanes.map((lane) =>
    entrantOf(lane, async () =>
      sharesOf(lane.open(), clocks.get(lane) ?? new VirtualClock(), seed),
    ),
  );
  const title = "Fairness: shares by weight, costs unknown beforehand";
  // The same in every round.
  const standings = await takeTurns(entrants, { title, rounds: 1, onTurn });
  return [indexTable(title, standings), sharesTable(standings)];
}

function indexTable(title: string, standings: Standings): Table {
  const tenants = TENANTS.map(({ name, weight, asks, meanMs }) => {
    return `${name} (weight ${weight}, ${asks} at a time, ${meanMs} ms)`;
  });
  return tableOf(standings, {
    title,
    work: `${tenants.join(", ")}; ${PLACES} places, ${RUN_MS / 1_000} s of virtual time`,
    columns: [
      { name: JAIN, unit: "index" },
      { name: MAX_WAIT, unit: "ms" },
    ],
    goals: [atLeast("G9: weighted Jain index", standings.spread(OURS, JAIN), JAIN_GOAL, "index")],
    notes: [
      `The index is 1 when what tenants got is as their weights, and 1/${TENANTS.length} when one got all. A guest with one call every ${GUEST_EVERY_MS} ms comes besides.`,
    ],
  });
}

function sharesTable(standings: Standings): Table {
  return tableOf(standings, {
    title: SHARES_TITLE,
    work: "time its calls ran, by its part of all weights; 1 is fair",
    columns: TENANTS.map(({ name }) => ({ name, unit: "times" })),
    goals: [],
    notes: [],
  });
}

async function sharesOf(
  run: Run,
  clock: VirtualClock,
  seed: number,
): Promise<Record<string, number>> {
  const served = new Map(TENANTS.map(({ name }) => [name, 0]));
  const chance = seededChance(seed);
  const isMeasured = (): boolean => clock.now() >= SETTLED_MS && clock.now() < RUN_MS;
  const keepAsking = async ({ name, meanMs }: Tenant): Promise<void> => {
    while (clock.now() < RUN_MS) {
      const ms = meanMs * (0.5 + chance());
      await run(() => waitOn(clock, ms), { tenant: name });
      if (isMeasured()) served.set(name, (served.get(name) ?? 0) + ms);
    }
  };
  const waits: number[] = [];
  const visit = async (): Promise<void> => {
    const askedAt = clock.now();
    await run(
      () => {
        waits.push(clock.now() - askedAt);
        return waitOn(clock, 1);
      },
      { tenant: GUEST },
    );
  };
  for (const tenant of TENANTS) {
    for (let one = 0; one < tenant.asks; one += 1) void keepAsking(tenant);
  }
  for (let at = SETTLED_MS; at < RUN_MS; at += GUEST_EVERY_MS) {
    clock.setTimer(at, () => void visit());
  }
  await clock.advance(RUN_MS);
  return { [JAIN]: jainOf(served), [MAX_WAIT]: Math.max(...waits), ...partsOf(served) };
}

/** Jain, Chiu and Hawe, "A Quantitative Measure of Fairness", DEC-TR-301, 1984; here of service by weight. */
function jainOf(served: ReadonlyMap<string, number>): number {
  const values = TENANTS.map(({ name, weight }) => (served.get(name) ?? 0) / weight);
  const sum = values.reduce((total, value) => total + value, 0);
  const squares = values.reduce((total, value) => total + value * value, 0);
  return sum ** 2 / (values.length * squares);
}

function partsOf(served: ReadonlyMap<string, number>): Record<string, number> {
  const all = [...served.values()].reduce((total, value) => total + value, 0);
  return Object.fromEntries(
    TENANTS.map(({ name, weight }) => {
      const given = (all * weight) / ALL_WEIGHTS;
      return [name, (served.get(name) ?? 0) / given];
    }),
  );
}
