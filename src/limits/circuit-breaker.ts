/**
 * Circuit breaker (Nygard, "Release It!", 2007): stops calling what keeps failing, then tries it with a few probes.
 *
 *   closed ──too many failures──▶ open ──openForMs──▶ half-open
 *      ▲                           ▲                      │
 *      │                           └─────one fails────────┤
 *      └──────────────`probes` of them succeed────────────┘
 *
 * Every change of state begins a new generation, and a call counts only in the generation it began in: what began
 * before the breaker opened neither closes it nor opens it again, however late it ends.
 *
 * Pure: time is a parameter, in milliseconds, and never goes back.
 */
import type { BreakerOptions } from "./limit-options.ts";
import type { PermitOutcome } from "./limiter.ts";
import { RollingCounts } from "./rolling-counts.ts";

/** {@link BreakerOptions} with the defaults filled in. One of `failures` and `failureRate` is undefined. */
export interface BreakerSettings {
  readonly failures: number | undefined;
  readonly failureRate: number | undefined;
  readonly windowMs: number;
  readonly minimumCalls: number;
  readonly openForMs: number;
  readonly probes: number;
}

/** Fills in the defaults of a breaker. `true`: all of them. */
export function resolveBreaker(options: BreakerOptions | true): BreakerSettings {
  const given = options === true ? {} : options;
  const { failureRate, windowMs, minimumCalls, openForMs, probes } = given;
  return {
    failures: given.failures ?? (failureRate === undefined ? 5 : undefined),
    failureRate,
    windowMs: windowMs ?? 30_000,
    minimumCalls: minimumCalls ?? 10,
    openForMs: openForMs ?? 30_000,
    probes: probes ?? 1,
  };
}

/** Names the generation a call began in. */
export type BreakerTicket = number;

/** Longest a caller is told to stay away while probes are out: nobody knows when they end. */
const MAX_PROBE_WAIT_MS = 1_000;

/** Nobody called for so many times as long as it stays open: what failed then says nothing of now. */
const STALE_AFTER = 10;

/** How many there were of all breakers: what began under one that was replaced counts nowhere. */
let generations: BreakerTicket = 0;

/** Refuses calls that keep failing. */
export class CircuitBreaker {
  readonly #settings: BreakerSettings;
  #state: "closed" | "open" | "half-open" = "closed";
  #generation: BreakerTicket = 0;
  /** Failures since the last success. */
  #inRow = 0;
  /** With a failure rate: what happened in the window. */
  #recent: RollingCounts | undefined;
  #openUntil = 0;
  /** When it last learnt something. */
  #learntAt = 0;
  #probesOut = 0;
  #probesWell = 0;
  #lastProbeAt = 0;
  #reason = "";

  /** @param options - Checked before; `true`: all defaults. */
  constructor(options: BreakerOptions | true = true) {
    this.#settings = resolveBreaker(options);
    this.#close();
  }

  /** Where it stands. It leaves `open` when {@link look} or {@link start} is called in time. */
  get state(): "closed" | "open" | "half-open" {
    return this.#state;
  }

  /** Failures that count: in a row, or in the window; once it has opened, those that opened it. */
  get failures(): number {
    return this.#recent?.marks ?? this.#inRow;
  }

  /** Why it opened last, for people. Empty when it never did. */
  get reason(): string {
    return this.#reason;
  }

  /**
   * Milliseconds until a call may be let through; 0 when one may now. While all probes are out: what is left of the
   * time they are waited for, at most 1_000.
   */
  retryAfterMs(now: number): number {
    if (this.#state === "closed") return 0;
    if (this.#state === "open") return Math.max(0, this.#openUntil - now);
    if (this.#probesOut < this.#settings.probes) return 0;
    const leftMs = this.#lastProbeAt + this.#settings.openForMs - now;
    return Math.min(Math.max(0, leftMs), MAX_PROBE_WAIT_MS);
  }

  /** Whether one made afresh would do as well: no failure counts, or all of them are long ago. */
  isForgettable(now: number): boolean {
    if (this.#state === "closed") this.#recent?.forget(now);
    const isClear = this.#state === "closed" && this.failures === 0;
    return isClear || now >= this.#learntAt + STALE_AFTER * this.#settings.openForMs;
  }

  /** Goes on with the time, and says when that let it half-open. Call it before {@link start}, to hear of it. */
  look(now: number): "half-opened" | undefined {
    if (this.#state === "closed") this.#recent?.forget(now);
    if (this.#state !== "open" || now < this.#openUntil) return undefined;
    this.#halfOpen();
    return "half-opened";
  }

  /** A call begins; a probe, if this is half-open. Only when {@link retryAfterMs} is 0. Give the ticket to {@link end}. */
  start(now: number): BreakerTicket {
    if (this.#state === "closed") return this.#generation;
    this.look(now);
    if (this.#state === "half-open") this.#probe(now);
    return this.#generation;
  }

  /** A call that {@link start} was told of is over. `ignored` counts as nothing, and makes room for another probe. */
  end(ticket: BreakerTicket, outcome: PermitOutcome, now: number): "opened" | "closed" | undefined {
    if (ticket !== this.#generation || this.#state === "open") return undefined;
    this.#learntAt = now;
    if (this.#state === "half-open") return this.#endProbe(outcome, now);
    if (outcome === "ignored") return undefined;
    const failed = outcome === "failure";
    this.#inRow = failed ? this.#inRow + 1 : 0;
    this.#recent?.add(now, 1, failed ? 1 : 0);
    const reason =
      this.#recent === undefined ? this.#rowTooLong() : this.#rateTooHigh(this.#recent);
    return reason === undefined ? undefined : this.#open(reason, now);
  }

  #rowTooLong(): string | undefined {
    if (this.#inRow < (this.#settings.failures ?? Infinity)) return undefined;
    return this.#inRow === 1 ? "a call failed" : `${this.#inRow} calls in a row failed`;
  }

  #rateTooHigh({ calls, marks }: RollingCounts): string | undefined {
    const { failureRate = Infinity, minimumCalls, windowMs } = this.#settings;
    if (calls < minimumCalls || marks < failureRate * calls) return undefined;
    return `${marks} of ${calls} calls in ${windowMs} ms failed`;
  }

  /** Probes that have not ended for as long as it stays open are given up, or it would wait for ever. */
  #probe(now: number): void {
    const { probes, openForMs } = this.#settings;
    if (this.#probesOut >= probes) {
      if (now < this.#lastProbeAt + openForMs) return;
      this.#halfOpen();
    }
    this.#probesOut += 1;
    this.#lastProbeAt = now;
  }

  #endProbe(outcome: PermitOutcome, now: number): "opened" | "closed" | undefined {
    this.#probesOut -= 1;
    if (outcome === "failure") return this.#open("a call that was let through to try failed", now);
    if (outcome === "ignored") return undefined;
    this.#probesWell += 1;
    if (this.#probesWell < this.#settings.probes) return undefined;
    this.#close();
    return "closed";
  }

  #open(reason: string, now: number): "opened" {
    this.#state = "open";
    this.#generation = generations += 1;
    this.#openUntil = now + this.#settings.openForMs;
    this.#reason = reason;
    return "opened";
  }

  #halfOpen(): void {
    this.#state = "half-open";
    this.#generation = generations += 1;
    this.#probesOut = 0;
    this.#probesWell = 0;
  }

  #close(): void {
    const { failureRate, windowMs } = this.#settings;
    this.#state = "closed";
    this.#generation = generations += 1;
    this.#inRow = 0;
    this.#recent = failureRate === undefined ? undefined : new RollingCounts(windowMs);
  }
}
