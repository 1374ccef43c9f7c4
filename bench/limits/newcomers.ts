/** How many calls start before the first call of a tenant that had none: SFQ's bound, in cases at random. */
import { seededChance } from "../../src/testing.ts";
import type { Permit } from "../../src/limits/limiter.ts";
import { atMost, type Table, tableOf } from "../pools/table.ts";
import { type Readings, takeTurns } from "../pools/turns.ts";
import { ourLimiter, requestOf } from "./our-limiter.ts";
import type { LimitSectionSettings } from "./section.ts";
import { HandClock } from "./virtual-time.ts";

const OURS = "toolyard";
const CASES = 10_000;
const MOST_TENANTS = 12;
const ABOVE = "above the bound";
const WORST = "most starts before it";

/** The table of 10 000 newcomers, each among 2 to 12 tenants. */
export async function newcomerTable({ seed, onTurn }: LimitSectionSettings): Promise<Table> {
  const title = `Fairness: ${CASES.toLocaleString("en")} newcomers`;
  const entrants = [{ title: OURS, isOurs: true, measure: async () => measure(seed) }];
  const standings = await takeTurns(entrants, { title, rounds: 1, onTurn });
  return tableOf(standings, {
    title,
    work: `one place; F tenants, 2 to ${MOST_TENANTS} of them, weights 1 to 4, costs at random, F−1 of which always wait: starts between the newcomer's call and its own start, which may be F−1`,
    columns: [
      { name: ABOVE, unit: "count" },
      { name: WORST, unit: "count" },
    ],
    goals: [atMost("G10: newcomers above F−1", standings.spread(OURS, ABOVE), 0, "count")],
    notes: [
      "First come, first served lets it wait behind everybody who waits, however many they are.",
    ],
  });
}

async function measure(seed: number): Promise<Readings> {
  const chance = seededChance(seed);
  let above = 0;
  let worst = 0;
  for (let number = 0; number < CASES; number += 1) {
    const tenants = 2 + Math.floor(chance() * (MOST_TENANTS - 1));
    const starts = await startsBefore(tenants, chance);
    if (starts > tenants - 1) above += 1;
    worst = Math.max(worst, starts);
  }
  return { [ABOVE]: above, [WORST]: worst };
}

/** Starts before that of the newcomer, who is number `tenants`. */
async function startsBefore(tenants: number, chance: () => number): Promise<number> {
  const clock = new HandClock();
  const weight = Object.fromEntries(
    Array.from({ length: tenants }, (_, n) => [`t${n}`, 1 + Math.floor(chance() * 4)]),
  );
  const limiter = ourLimiter({ "*": { concurrency: 1 }, tenant: { weight } }, clock);
  const started: { readonly tenant: string; readonly permit: Permit }[] = [];
  const ask = (tenant: string): void => {
    void Promise.resolve(limiter.acquire(requestOf(clock, { tenant }))).then((permit) =>
      started.push({ tenant, permit }),
    );
  };
  /** Ends what runs, after a while; whoever ran asks again, so that its tenant always waits. */
  const step = async (): Promise<void> => {
    const last = started.at(-1);
    const runMs = 1 + chance() * 20;
    clock.move(runMs);
    if (last !== undefined) ask(last.tenant);
    last?.permit.release("success", { runMs });
    for (let turn = 0; turn < 4; turn += 1) await Promise.resolve();
  };
  for (let n = 0; n < tenants - 1; n += 1) {
    ask(`t${n}`);
    ask(`t${n}`);
  }
  for (let turn = 0; turn < 4; turn += 1) await Promise.resolve();
  const before = Math.floor(chance() * 4 * tenants);
  for (let turn = 0; turn < before; turn += 1) await step();
  const newcomer = `t${tenants - 1}`;
  const from = started.length;
  ask(newcomer);
  while (started.at(-1)?.tenant !== newcomer) {
    await step();
    if (started.length - from > 10 * tenants) break;
  }
  return started.length - from - 1;
}
