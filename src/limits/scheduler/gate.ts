/**
 * One limit at work: how many run, what was started and when, who waits, and whether one more may start.
 *
 * A gate lets in as many as its concurrency, its rates, its breaker, a pause and a slow start allow together. Like
 * everything here it has no clock: `now` is a parameter, in milliseconds.
 */
import { ToolError } from "../../core/tool-error.ts";
import type { UsageReport } from "../../core/usage-report.ts";
import { AdaptiveConcurrency, isOverload } from "../adaptive-concurrency.ts";
import { CircuitBreaker } from "../circuit-breaker.ts";
import type { LimitOptions, QueueOptions } from "../limit-options.ts";
import type { AttemptFacts, LimitedTool } from "../limiter.ts";
import { QueueWatermarks } from "../queue-watermarks.ts";
import { SlowStart } from "../slow-start.ts";
import { Account, chargeOf } from "./account.ts";
import { GateLine } from "./gate-line.ts";
import { type GateMeters, lowerMeters } from "./gate-meters.ts";
import { type EndedAttempt, GateReceipt } from "./gate-receipt.ts";
import type { Flow } from "./flow.ts";
import type { GateTemplate } from "./gate-template.ts";
import type { HeapItem } from "./indexed-heap.ts";
import { LeastUrgent } from "./least-urgent.ts";
import type { QueuedCall } from "./queued-call.ts";
import { Reservations } from "./reservations.ts";
import type { Step } from "./step.ts";

/** More tenants than this are not all remembered while they are away. */
const MANY_TENANTS = 10_000;

/** What a gate is made with. */
export interface GateParts {
  readonly name: string;
  readonly template: GateTemplate;
  readonly meters: GateMeters;
  readonly weightOf: (tenant: string | undefined) => number;
}

/** One limit, or one tenant's or one key's part of it. */
export class Gate implements HeapItem {
  /** Its place among those that open by the passing of time. */
  heapIndex = -1;
  readonly name: string;
  readonly template: GateTemplate;
  readonly line: GateLine = new GateLine();
  /** Flows that were let through here and wait at a gate that applies to everybody who is under this one. */
  readonly standIns: Set<Flow> = new Set<Flow>();
  running = 0;
  /** Flows that pass it: it is kept for them. */
  users = 0;
  /** Attempts that wait and that it applies to, whatever holds them. */
  queued = 0;
  started = 0;
  refused = 0;
  /** Set when the one who goes next here is another than those who stand elsewhere for this line. */
  hasNewLeader = false;
  /** Set while it is to be looked at: it may let somebody in. */
  isDirty = false;
  /** When it opens by itself, for those who wait; Infinity when it does not. */
  wakeAt: number = Infinity;
  /** Nobody starts before. */
  closedUntil: number = -Infinity;
  meters: GateMeters;
  breaker: CircuitBreaker | undefined;
  queue: QueueOptions = {};
  watermarks: QueueWatermarks | undefined;
  reservations: Reservations | undefined;
  /** Attempts in order of arrival, where the oldest may have to go. */
  arrivals: Set<QueuedCall> | undefined;
  #lowest: LeastUrgent | undefined;
  /** Flows of nested attempts that wait here: they may run in slots that others cannot. */
  readonly borrowers: Set<Flow> = new Set<Flow>();
  /** Attempts that wait until there is room to wait here. */
  readonly outside: Set<QueuedCall> = new Set<QueuedCall>();
  readonly #weightOf: GateParts["weightOf"];
  readonly #accounts = new Map<unknown, Map<string | undefined, Account>>();
  #accountCount = 0;
  #sweepAt = 64;
  #concurrency = Infinity;
  #adaptive: AdaptiveConcurrency | undefined;
  #slowStart: SlowStart | undefined;
  #slowFrom = -Infinity;
  #options: LimitOptions | undefined;

  constructor({ name, template, meters, weightOf }: GateParts) {
    this.name = name;
    this.template = template;
    this.meters = meters;
    this.#weightOf = weightOf;
    this.configure(template.options, meters);
  }

  /** Takes on new settings. Who runs goes on, and what was learned stays where its settings do. */
  configure(options: LimitOptions, meters: GateMeters): void {
    const { adaptive, breaker, concurrency, queue = {} } = options;
    const before = this.#options;
    this.#options = options;
    this.meters = meters;
    this.#concurrency = concurrency ?? Infinity;
    this.#slowStart = slowStartOf(options);
    this.reservations = reservationsOf(options, this.reservations);
    this.#setQueue(queue);
    if (breaker !== before?.breaker) this.breaker = breakerOf(options);
    if (adaptive === before?.adaptive && concurrency === before?.concurrency) return;
    this.#adaptive = adaptiveOf(options);
  }

  #setQueue(queue: QueueOptions): void {
    this.queue = queue;
    this.watermarks = QueueWatermarks.of(queue);
    this.arrivals = queue.onFull === "drop-oldest" ? new Set() : undefined;
    this.#lowest = queue.onFull === "shed-lowest" ? new LeastUrgent() : undefined;
  }

  /** Most attempts at once, for now. */
  get concurrency(): number {
    return this.#adaptive === undefined
      ? this.#concurrency
      : Math.min(this.#concurrency, this.#adaptive.limit);
  }

  /** Whether it counts tokens, else the time of its slots, else starts. */
  get #unit(): "tokens" | "time" | "starts" {
    if (this.meters.tokens.length > 0) return "tokens";
    return this.concurrency === Infinity ? "starts" : "time";
  }

  /** A tenant's account here, for calls of a tool. */
  accountOf(tool: LimitedTool, tenant: string | undefined): Account {
    const reservation = this.reservations?.find(tool, tenant);
    let accounts = this.#accounts.get(reservation);
    if (accounts === undefined) this.#accounts.set(reservation, (accounts = new Map()));
    let account = accounts.get(tenant);
    if (account === undefined) {
      if (this.#accountCount >= this.#sweepAt) this.#sweep();
      account = new Account(tenant, this.#weightOf(tenant), reservation);
      accounts.set(tenant, account);
      this.#accountCount += 1;
    }
    return account;
  }

  /** Weights are others now. Only while nobody waits. Whose cannot be told any more keeps it. */
  weighAgain(): void {
    for (const account of this.accounts()) {
      try {
        account.setWeight(this.#weightOf(account.tenant));
      } catch (thrown) {
        if (!ToolError.is(thrown)) throw thrown;
      }
    }
  }

  /** Every account, for people. */
  *accounts(): Iterable<Account> {
    for (const accounts of this.#accounts.values()) yield* accounts.values();
  }

  /** Whether it has rates, or a concurrency that finds itself: whether it is about a server that may be full. */
  get countsRates(): boolean {
    const { requests, tokens } = this.meters;
    return requests.length > 0 || tokens.length > 0 || this.#adaptive !== undefined;
  }

  /** A server says what is left. */
  lower({ requests, tokens, resetMs }: Remaining, now: number): void {
    const tokenMeters = this.meters.tokens.map(({ meter }) => meter);
    lowerMeters(this.meters.requests, { left: requests, resetMs }, now);
    lowerMeters(tokenMeters, { left: tokens, resetMs }, now);
  }

  /** Whether one of its slots is free for a tenant. */
  hasSlot(account: Account): boolean {
    const free = this.concurrency - this.running;
    if (this.reservations === undefined || account.isOwed) return free > 0;
    return free > this.reservations.withheld;
  }

  /**
   * When an attempt may start as far as this gate goes, if nothing else starts until then: `now` when it may at
   * once, Infinity when that depends on others. `tokens` are what it would reserve here.
   */
  opensAt(tokens: readonly number[] | undefined, now: number): number {
    let opensAt = now;
    if (this.closedUntil > opensAt) opensAt = this.closedUntil;
    if (this.#slowStart?.isActive === true)
      opensAt = Math.max(opensAt, this.#slowStart.opensAt(now));
    const { requests, tokens: tokenMeters } = this.meters;
    for (const meter of requests) opensAt = Math.max(opensAt, meter.opensAt(now, 1));
    for (const [index, { meter }] of tokenMeters.entries()) {
      opensAt = Math.max(opensAt, meter.opensAt(now, tokens?.[index] ?? 0));
    }
    return opensAt;
  }

  /** Takes what an attempt needs here, but for its slot. Undefined when nothing is to be told or settled later. */
  take(tokens: readonly number[] | undefined, now: number): GateReceipt | undefined {
    this.started += 1;
    this.#slowStart?.start(now);
    const { requests, tokens: tokenMeters } = this.meters;
    const counts = requests.length > 0 || tokenMeters.length > 0;
    if (!counts && this.breaker === undefined && this.#adaptive === undefined) return undefined;
    return new GateReceipt(this, tokens, now);
  }

  /** Of those who wait, who has to go first when somebody has to, where that is the rule. */
  leastUrgent(): QueuedCall | undefined {
    return this.#lowest?.first;
  }

  noteArrival(call: QueuedCall): void {
    this.arrivals?.add(call);
    this.#lowest?.add(call);
  }

  noteUrgency(call: QueuedCall): void {
    this.#lowest?.update(call);
  }

  noteDeparture(call: QueuedCall): void {
    this.arrivals?.delete(call);
    this.#lowest?.remove(call);
  }

  takeSlot(account: Account): void {
    this.running += 1;
    account.running += 1;
    account.started += 1;
    if (account.reservation !== undefined) account.reservation.running += 1;
  }

  freeSlot(account: Account): void {
    this.running -= 1;
    account.running -= 1;
    if (account.reservation !== undefined) account.reservation.running -= 1;
  }

  /** What an attempt is charged at its start. */
  expectedCost(tokens: readonly number[] | undefined, expectedMs: number): number {
    const unit = this.#unit;
    if (unit === "starts") return 1;
    return chargeOf(unit === "tokens" ? (tokens?.[0] ?? 0) : expectedMs);
  }

  /** What it should have been charged. */
  actualCost(charged: number, facts: AttemptFacts | undefined): number {
    const unit = this.#unit;
    if (facts === undefined || unit === "starts") return charged;
    if (unit === "time") return chargeOf(facts.runMs);
    const used = this.meters.tokens[0]?.used(facts);
    return used === undefined ? charged : chargeOf(used);
  }

  /** Learns from an attempt how much its server can take. One that fails by itself says nothing of that. */
  adapt(wasFull: boolean, ended: EndedAttempt): ReturnType<AdaptiveConcurrency["end"]> {
    const { facts, now, outcome, startedAt } = ended;
    const overload = outcome === "failure" && facts?.error !== undefined && isOverload(facts.error);
    if (!overload && outcome !== "success") return undefined;
    const runMs = facts?.runMs ?? now - startedAt;
    const isFull = wasFull || this.running >= this.concurrency;
    return this.#adaptive?.end({ startedAt, wasFull: isFull, runMs, overload }, now);
  }

  /**
   * Lets nobody start before `until`; slowly from then on. False when it is closed for as long already.
   *
   * @param chance - Uniform in [0, 1).
   */
  close(until: number, chance: number): boolean {
    if (until <= this.closedUntil) return false;
    this.closedUntil = until;
    this.#slowStart?.begin(until, chance);
    return true;
  }

  /** A breaker half-opens: those who are let in again come slowly. */
  beginSlowly({ now, chance }: Step): void {
    this.#slowStart?.begin(now, chance);
  }

  /** Somebody waits for it to open: when a calendar window begins then, they come slowly. */
  expectOpening({ now, chance }: Step): void {
    const opensAt = this.meters.calendarOpensAt(now);
    if (opensAt <= now || opensAt === this.#slowFrom) return;
    this.#slowFrom = opensAt;
    this.#slowStart?.begin(opensAt, chance);
  }

  /** Whether it can be made afresh when it is next needed, and nothing is forgotten that matters. */
  isForgettable(now: number): boolean {
    if (this.running > 0 || this.queued > 0 || this.outside.size > 0) return false;
    if (this.closedUntil > now || this.breaker?.isForgettable(now) === false) return false;
    return this.meters.isIdle(now);
  }

  /** Of very many tenants those that are away go, whatever they were served: memory is worth more than their past. */
  #canForget(account: Account): boolean {
    if (this.line.isForgettable(account)) return true;
    return this.#accountCount > MANY_TENANTS && this.line.isAway(account);
  }

  #sweep(): void {
    this.line.rest(this.accounts());
    for (const accounts of this.#accounts.values()) {
      for (const [tenant, account] of accounts) {
        if (account.users > 0 || !this.#canForget(account)) continue;
        accounts.delete(tenant);
        this.#accountCount -= 1;
      }
    }
    this.#sweepAt = Math.max(64, this.#accountCount * 2);
  }
}

function slowStartOf({ slowStart }: LimitOptions): SlowStart | undefined {
  return slowStart === false ? undefined : new SlowStart(slowStart);
}

function reservationsOf(
  { reserved, lend = true }: LimitOptions,
  before: Reservations | undefined,
): Reservations | undefined {
  return reserved && new Reservations(reserved, lend, before);
}

function breakerOf({ breaker }: LimitOptions): CircuitBreaker | undefined {
  return breaker ? new CircuitBreaker(breaker) : undefined;
}

function adaptiveOf({ adaptive, concurrency }: LimitOptions): AdaptiveConcurrency | undefined {
  return adaptive ? new AdaptiveConcurrency(adaptive, concurrency) : undefined;
}

type Remaining = NonNullable<UsageReport["remaining"]>;
