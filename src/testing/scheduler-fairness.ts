/** How fairly a scheduler serves tenants whose calls cost what nobody knows before. Time is virtual. */
import type { Actor } from "./scheduler-actor.ts";
import type { SchedulerParts } from "./scheduler-parts.ts";
import { SchedulerStage } from "./scheduler-stage.ts";

/** Uniform in [0, 1), the same for the same seed (mulberry32). */
export function chanceOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Lets those who run end in the order of their costs, one at a time. */
class Load {
  readonly stage: SchedulerStage;
  readonly served = new Map<string, number>();
  readonly #costOf: (tenant: string) => number;
  readonly #endsAt = new Map<Actor, number>();

  constructor(stage: SchedulerStage, costOf: (tenant: string) => number) {
    this.stage = stage;
    this.#costOf = costOf;
  }

  /** The next of those who run ends. */
  endNext(): Actor | undefined {
    const { stage } = this;
    for (const actor of stage.all("running")) {
      if (this.#endsAt.has(actor)) continue;
      this.#endsAt.set(actor, stage.now + this.#costOf(tenantOf(actor)));
    }
    const [next] = [...this.#endsAt].toSorted(([, one], [, other]) => one - other)[0] ?? [];
    if (next === undefined) return undefined;
    stage.advance(Math.max(0, (this.#endsAt.get(next) ?? 0) - stage.now));
    const tenant = tenantOf(next);
    this.served.set(tenant, (this.served.get(tenant) ?? 0) + stage.now - next.startedAt);
    stage.release(next);
    stage.actors.splice(stage.actors.indexOf(next), 1);
    this.#endsAt.delete(next);
    return next;
  }
}

function tenantOf({ call }: Actor): string {
  return call.ask.tenant ?? "";
}

/** Jain's index of what tenants were served by their weights, while all of them always wait. 1 is fair. */
export function weightedJainIndex(parts: SchedulerParts, services: number): number {
  const chance = chanceOf(9);
  const weights: Record<string, number> = { one: 1, two: 2, four: 4, eight: 8 };
  // Dear calls of some and cheap ones of others: an estimate for all alike is wrong for each.
  const means: Record<string, number> = { one: 5, two: 2, four: 4, eight: 1 };
  const limits = { "*": { concurrency: 4 }, tenant: { weight: weights } };
  const load = new Load(
    new SchedulerStage(limits, parts),
    (tenant) => (means[tenant] ?? 1) * 2 * chance(),
  );
  const tenants = Object.keys(weights);
  for (const tenant of tenants)
    for (let asked = 0; asked < 9; asked += 1) load.stage.ask({ tenant });
  for (let ended = 0; ended < services; ended += 1) {
    const actor = load.endNext();
    load.stage.ask({ tenant: actor?.call.ask.tenant });
  }
  const shares = tenants.map((tenant) => (load.served.get(tenant) ?? 0) / (weights[tenant] ?? 1));
  const sum = shares.reduce((total, share) => total + share, 0);
  const squares = shares.reduce((total, share) => total + share * share, 0);
  return sum ** 2 / (shares.length * squares);
}

/** Of one case at random: how many others started before a newly active tenant did, and how many tenants were active. */
export function startsBeforeNewcomer(
  parts: SchedulerParts,
  seed: number,
): { readonly before: number; readonly active: number } {
  const chance = chanceOf(seed);
  const others = 1 + Math.floor(chance() * 6);
  const concurrency = 1 + Math.floor(chance() * 8);
  const scale = 10 ** (3 * chance());
  const load = new Load(
    new SchedulerStage({ "*": { concurrency } }, parts),
    () => chance() * scale,
  );
  const { stage } = load;
  const backlog = 12 + concurrency;
  for (let asked = 0; asked < backlog * others; asked += 1) {
    stage.ask({ tenant: `${Math.floor(chance() * others)}` });
  }
  const asks = (): void => {
    for (let other = 0; other < others; other += 1) stage.ask({ tenant: `${other}` });
  };
  asks();
  for (let ended = Math.floor(chance() * 20); ended > 0; ended -= 1) {
    load.endNext();
    asks();
  }
  const started = stage.starts.length;
  const newcomer = stage.ask({ tenant: "new" });
  for (let ended = 0; newcomer.standing === "waiting" && ended < 1_000; ended += 1) load.endNext();
  const place = stage.starts.indexOf(newcomer.number);
  return { before: place - started, active: others + 1 };
}

/** Of the next 40 starts after one tenant was served alone for long, how many another gets that comes then. */
export function startsOfLatecomer(parts: SchedulerParts): number {
  const load = new Load(new SchedulerStage({ "*": { concurrency: 2 } }, parts), () => 1);
  const { stage } = load;
  for (let ended = 0; ended < 500; ended += 1) {
    stage.ask({ tenant: "early" });
    load.endNext();
  }
  for (let asked = 0; asked < 60; asked += 1) stage.ask({ tenant: "early" });
  const late = new Set<number>();
  for (let asked = 0; asked < 60; asked += 1) late.add(stage.ask({ tenant: "late" }).number);
  const from = stage.starts.length;
  for (let ended = 0; ended < 40; ended += 1) load.endNext();
  return stage.starts.slice(from).filter((number) => late.has(number)).length;
}
