/**
 * What is known of who runs and who ran, kept apart from the scheduler and checked from scratch at every start: slots
 * with who lends them to whom, windows, buckets, tokens, and keys.
 */
import type {
  LimitOptions,
  LimitsOptions,
  RateOptions,
  TokenRateOptions,
} from "../limits/limit-options.ts";
import type { AttemptFacts, PermitOutcome } from "../limits/limiter.ts";
import { matchScopes } from "../limits/match-scopes.ts";
import { type Actor, type StageView, must } from "./scheduler-actor.ts";

/** One scope's part of a call: a limit, or one tenant's or one key's part of it. */
export interface Place {
  readonly name: string;
  readonly scope: string;
  readonly options: LimitOptions;
}

/** A key that a call touches. */
export interface Touch {
  readonly key: string;
  readonly writes: boolean;
}

interface Taken {
  readonly actor: Actor;
  readonly at: number;
  readonly reserved: number;
  used: number | undefined;
}

/** What went out of a bucket of tokens, or came back. */
interface Drain {
  readonly at: number;
  readonly amount: number;
}

interface Loan {
  readonly place: string;
  lender: Actor;
  readonly user: Actor;
}

interface Known {
  readonly limits: LimitsOptions;
  readonly flow: Actor["call"]["flow"];
  readonly places: readonly Place[];
}

const NOBODY: readonly Actor[] = [];

/** The tokens that calls of a stage say in their input: what they are taken for, and what they use. */
export interface TokensIn {
  readonly tokens?: number;
}

/** The books of one stage. */
export class SchedulerBooks {
  readonly #stage: StageView;
  /** Who started under a name, for its rates. */
  readonly #taken = new Map<string, Taken[]>();
  readonly #drains = new Map<string, Drain[]>();
  readonly #changed: ((name: string) => boolean)[] = [];
  #loans: Loan[] = [];
  readonly #placesOf = new Map<Actor, Known>();
  readonly #started = new Set<Actor>();
  /** Those who hold a slot of their own. */
  readonly #owners = new Map<string, Set<Actor>>();

  constructor(stage: StageView) {
    this.#stage = stage;
  }

  /** What applies to a call, by the settings it is under. */
  placesOf(actor: Actor): readonly Place[] {
    const known = this.#placesOf.get(actor);
    const { limits } = this.#stage;
    const { flow } = actor.call;
    const isKnown = known?.limits === limits && known.flow === flow;
    if (known !== undefined && (isKnown || this.#started.has(actor))) return known.places;
    const places = makePlaces(actor, limits);
    this.#placesOf.set(actor, { limits, flow, places });
    return places;
  }

  /** Who runs in slots of their own. */
  slotsOf(name: string): ReadonlySet<Actor> {
    return this.#owners.get(name) ?? new Set(NOBODY);
  }

  /** The nearest ancestor that can lend a slot. */
  lenderOf(actor: Actor, name: string): Actor | undefined {
    for (let { parent } = actor.call; parent !== undefined; { parent } = parent) {
      const above = this.#stage.actors.find(({ call }) => call === parent);
      if (above === undefined || above.standing !== "running") continue;
      if (!this.placesOf(above).some((place) => place.name === name)) continue;
      if (this.#loans.some((loan) => loan.place === name && loan.lender === above)) continue;
      return above;
    }
    return undefined;
  }

  /** Whether there is a slot for a call: free, kept for it, or an ancestor's. */
  hasSlot(actor: Actor, { name, options }: Place): boolean {
    const running = this.slotsOf(name);
    const concurrency = this.#stage.gate(name)?.concurrency ?? options.concurrency ?? Infinity;
    if (this.lenderOf(actor, name) !== undefined) return true;
    const free = concurrency - running.size;
    if (options.reserved === undefined) return free > 0;
    const own = ownerOf(actor, options.reserved);
    const owed = (owner: string): number =>
      Math.max(0, (options.reserved?.[owner] ?? 0) - this.#runningOf(owner, name, options));
    if (own !== undefined && owed(own) > 0) return free > 0;
    const kept = Object.keys(options.reserved).reduce((sum, owner) => sum + owed(owner), 0);
    return free > (options.lend === false ? kept : 0);
  }

  #runningOf(owner: string, name: string, { reserved = {} }: LimitOptions): number {
    return [...this.slotsOf(name)].filter((actor) => ownerOf(actor, reserved) === owner).length;
  }

  start(actor: Actor): void {
    const places = this.placesOf(actor);
    for (const place of places) {
      must(this.hasSlot(actor, place), `${place.name} had no slot for ${actor.number}`);
    }
    for (const place of places) {
      const { name } = place;
      const lender = this.lenderOf(actor, name);
      if (lender !== undefined) this.#loans.push({ place: name, lender, user: actor });
      else this.#own(name).add(actor);
      this.#take(actor, place);
    }
    this.#started.add(actor);
    this.#checkKeys(actor);
  }

  end(actor: Actor, outcome: PermitOutcome, facts: AttemptFacts | undefined): void {
    for (const { name } of this.placesOf(actor)) this.#giveBack(actor, name);
    for (const [name, list] of this.#taken) {
      for (const taken of list)
        if (taken.actor === actor) this.#settle(name, taken, outcome, facts);
    }
  }

  #settle(
    name: string,
    taken: Taken,
    outcome: PermitOutcome,
    facts: AttemptFacts | undefined,
  ): void {
    const used = outcome === "ignored" && facts === undefined ? 0 : facts?.usage?.tokens;
    if (used === undefined) return;
    taken.used = used;
    this.#drains.get(name)?.push({ at: this.#stage.now, amount: used - taken.reserved });
  }

  /**
   * The settings of a scope are others. What started before is not checked by new rates; and a limit that is none any
   * more forgets who runs.
   */
  change(scope: string, options: LimitOptions | undefined): void {
    const isOf = (name: string): boolean =>
      name === scope || name.startsWith(`${scope}[`) || name.startsWith(`${scope}:`);
    this.#changed.push(isOf);
    for (const name of this.#taken.keys()) {
      if (!isOf(name)) continue;
      this.#taken.delete(name);
      this.#drains.delete(name);
    }
    if (options === undefined || !limitsAnything(scope, options)) {
      for (const name of this.#owners.keys()) if (isOf(name)) this.#owners.delete(name);
      this.#loans = this.#loans.filter(({ place }) => !isOf(place));
    }
    for (const actor of this.#started) if (actor.standing === "running") this.#move(actor);
  }

  /** Who runs is under the limits that there are, and has a slot of its own under those that are new. */
  #move(actor: Actor): void {
    const before = new Set(this.placesOf(actor).map(({ name }) => name));
    const { limits } = this.#stage;
    const places = makePlaces(actor, limits);
    for (const { name } of places) {
      const isNew = !before.has(name) || !this.#owners.has(name);
      const isLent = this.#loans.some((loan) => loan.place === name && loan.user === actor);
      if (isNew && !isLent) this.#own(name).add(actor);
    }
    this.#placesOf.set(actor, { limits, flow: actor.call.flow, places });
  }

  /** The keys that a call touches, as those who use them know them. */
  touchesOf(actor: Actor): readonly Touch[] {
    const { input, tool } = actor.call.ask;
    const touches = new Map<string, boolean>();
    for (const scope of matchScopes(Object.keys(this.#stage.limits), tool)) {
      const options: LimitOptions | undefined = this.#stage.limits[scope];
      if (typeof options?.key !== "function" || isPerKey(scope, options)) continue;
      const keys = (options.key as (given: unknown) => readonly string[])(input);
      for (const key of keys) {
        touches.set(key, (touches.get(key) ?? false) || tool.annotations?.readOnly !== true);
      }
    }
    return [...touches].map(([key, writes]) => ({ key: this.#within(actor, key), writes }));
  }

  /**
   * Tokens of the window that it is now: what was used, or is reserved by who runs. `leewayMs`: by how much windows
   * are taken to be longer, for times that are not whole.
   */
  tokensIn(name: string, kind: string, perMs: number, leewayMs: number): number | undefined {
    const { now } = this.#stage;
    // What a changed rate has taken over is known to itself alone.
    if (this.#changed.some((isOf) => isOf(name))) return undefined;
    return (this.#taken.get(name) ?? [])
      .filter(({ at }) =>
        kind === "fixed"
          ? Math.floor(at / perMs) === Math.floor(now / perMs)
          : at + perMs + leewayMs > now,
      )
      .reduce((sum, taken) => sum + (taken.used ?? taken.reserved), 0);
  }

  #within(actor: Actor, key: string): string {
    for (let { parent } = actor.call; parent !== undefined; { parent } = parent) {
      const above = this.#stage.actors.find(({ call }) => call === parent);
      if (above?.standing !== "running") continue;
      if (this.touchesOf(above).some((touch) => touch.key.split("<")[0] === key)) {
        return `${key}<${above.number}`;
      }
    }
    return key;
  }

  #checkKeys(actor: Actor): void {
    const own = this.touchesOf(actor);
    for (const other of this.#stage.all("running")) {
      if (other === actor) continue;
      for (const touch of this.touchesOf(other)) {
        const same = own.find(({ key }) => key === touch.key);
        must(
          same === undefined || !(same.writes || touch.writes),
          `${actor.number} and ${other.number} run with the key ${touch.key}`,
        );
      }
    }
  }

  #own(name: string): Set<Actor> {
    let owners = this.#owners.get(name);
    if (owners === undefined) this.#owners.set(name, (owners = new Set()));
    return owners;
  }

  #giveBack(actor: Actor, name: string): void {
    const lent = this.#loans.find((loan) => loan.place === name && loan.lender === actor);
    const borrowed = this.#loans.find((loan) => loan.place === name && loan.user === actor);
    if (borrowed === undefined) this.#own(name).delete(actor);
    this.#loans = this.#loans.filter((loan) => loan !== borrowed);
    if (lent === undefined) return;
    if (borrowed !== undefined) lent.lender = borrowed.lender;
    else {
      this.#loans = this.#loans.filter((loan) => loan !== lent);
      this.#own(name).add(lent.user);
    }
  }

  #take(actor: Actor, { name, options }: Place): void {
    if (options.rate === undefined && options.tokens === undefined) return;
    const { now } = this.#stage;
    const reserved = (actor.call.ask.input as TokensIn | undefined)?.tokens ?? 1;
    let list = this.#taken.get(name);
    if (list === undefined) this.#taken.set(name, (list = []));
    list.push({ actor, at: now, reserved, used: undefined });
    let drains = this.#drains.get(name);
    if (drains === undefined) this.#drains.set(name, (drains = []));
    drains.push({ at: now, amount: reserved });
    const starts = list.map(({ at }) => ({ at, amount: 1 }));
    const tokens = list.map((taken) => ({ at: taken.at, amount: taken.used ?? taken.reserved }));
    for (const rate of listOf(options.rate)) {
      must(fits(starts, starts, rate, now), `${name} has more starts than its rate`);
    }
    for (const rate of listOf(options.tokens)) {
      must(fits(tokens, drains, rate, now), `${name} has more tokens than its rate`);
    }
  }
}

function fits(
  counted: readonly Drain[],
  drains: readonly Drain[],
  rate: RateOptions | TokenRateOptions,
  now: number,
): boolean {
  const { kind = "sliding", limit, perMs = 1 } = rate;
  if (kind === "bucket") return bucketHolds(drains, rate);
  const isIn = ({ at }: Drain): boolean =>
    kind === "fixed" ? Math.floor(at / perMs) === Math.floor(now / perMs) : at + perMs > now;
  return counted.filter(isIn).reduce((sum, { amount }) => sum + amount, 0) <= limit;
}

/** A bucket filled and emptied from the beginning. */
function bucketHolds(
  drains: readonly Drain[],
  { limit, perMs = 1, burst = limit }: RateOptions,
): boolean {
  let level = burst;
  let last = 0;
  for (const { at, amount } of drains) {
    level = Math.min(burst, level + ((at - last) * limit) / perMs);
    level = Math.min(burst, level - amount);
    last = at;
  }
  return level >= -1e-6;
}

function makePlaces(actor: Actor, limits: LimitsOptions): readonly Place[] {
  const { tool, tenant, input } = actor.call.ask;
  const places: Place[] = [];
  for (const scope of matchScopes(Object.keys(limits), tool)) {
    const options: LimitOptions | undefined = limits[scope];
    if (options === undefined || !limitsAnything(scope, options)) continue;
    if (!isPerKey(scope, options)) places.push({ name: scope, scope, options });
    else {
      for (const key of (options.key as (given: unknown) => readonly string[])(input)) {
        places.push({ name: `${scope}[${key}]`, scope, options });
      }
    }
  }
  // Others may pay for a call that they wait for: it is under their limits then.
  const payer = actor.call.flow === undefined ? tenant : actor.call.flow.tenant;
  if (
    payer !== undefined &&
    limits.tenant !== undefined &&
    limitsAnything("tenant", limits.tenant)
  ) {
    places.push({ name: `tenant:${payer}`, scope: "tenant", options: limits.tenant });
  }
  return places;
}

function limitsAnything(scope: string, options: LimitOptions): boolean {
  const { concurrency, adaptive, rate, tokens, queue, breaker, reserved } = options;
  const settings = [concurrency, adaptive, rate, tokens, queue, breaker, reserved];
  return scope === "*" || settings.some((setting) => setting !== undefined);
}

function isPerKey(scope: string, { key, concurrency, rate, tokens }: LimitOptions): boolean {
  if (key === undefined || scope === "*") return false;
  return concurrency !== undefined || rate !== undefined || tokens !== undefined;
}

function ownerOf({ call }: Actor, reserved: Readonly<Record<string, number>>): string | undefined {
  const tenant = call.flow === undefined ? call.ask.tenant : call.flow.tenant;
  if (tenant !== undefined && Object.hasOwn(reserved, `tenant:${tenant}`))
    return `tenant:${tenant}`;
  const tag = call.ask.tool.tags?.find((name) => Object.hasOwn(reserved, `tag:${name}`));
  return tag === undefined ? undefined : `tag:${tag}`;
}

function listOf<One extends object>(given: One | readonly One[] | undefined): readonly One[] {
  if (given === undefined) return [];
  return Array.isArray(given) ? (given as readonly One[]) : [given as One];
}
