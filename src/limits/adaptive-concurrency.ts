/**
 * A concurrency that finds itself: additive increase, multiplicative decrease (Chiu and Jain, "Analysis of the
 * Increase and Decrease Algorithms for Congestion Avoidance", 1989; as in Netflix's concurrency-limits).
 *
 * Each good answer adds 1/limit, so a round of them adds one. Overload takes a part away, once a round: the answers
 * still to come of what began before say nothing of what is left. What was not fully used says nothing either, so an
 * idle limit never grows.
 *
 * Pure: time is a parameter, in milliseconds, and never goes back.
 */
import { ToolError } from "../core/tool-error.ts";
import { type AdaptiveOptions, DEFAULT_CONCURRENCY } from "./limit-options.ts";

/** {@link AdaptiveOptions} with the defaults filled in. */
export type AdaptiveSettings = Readonly<Required<{ [Key in keyof AdaptiveOptions]: number }>>;

/** Where it begins at most, unless it is told. */
const MAX_INITIAL = 16;

/**
 * Fills in the defaults of an adaptive concurrency. `true`: all of them.
 *
 * @param concurrency - The limit's own, if it has one: the ceiling where none is given.
 */
export function resolveAdaptive(
  options: AdaptiveOptions | true,
  concurrency: number = DEFAULT_CONCURRENCY,
): AdaptiveSettings {
  const given = options === true ? {} : options;
  const min = given.min ?? 1;
  const max = given.max ?? (concurrency === Infinity ? DEFAULT_CONCURRENCY : concurrency);
  const halfway = Math.floor((min + max) / 2);
  return {
    min,
    max,
    initial: given.initial ?? Math.max(min, Math.min(halfway, MAX_INITIAL)),
    latencyMs: given.latencyMs ?? Infinity,
    backoff: given.backoff ?? 0.7,
  };
}

/**
 * An attempt that was answered: well, or with overload. One that failed otherwise or was cancelled says nothing of the
 * load, and is no matter of this.
 */
export interface AnsweredAttempt {
  readonly startedAt: number;
  /** Whether all of the limit was used while it ran. */
  readonly wasFull: boolean;
  /** How long it ran, in milliseconds. */
  readonly runMs: number;
  /** Whether it met overload; see {@link isOverload}. */
  readonly overload: boolean;
}

/** A change of the concurrency. */
export interface AdaptiveChange {
  readonly from: number;
  readonly to: number;
  /** `used`: all of it was used, and served well. `overload`: 429, 503, a timeout or slow answers. */
  readonly reason: "used" | "overload";
}

/** Finds how many attempts at once are served well. */
export class AdaptiveConcurrency {
  readonly #settings: AdaptiveSettings;
  /** With its fraction: a round of good answers adds up to one. */
  #exact: number;
  #decreasedAt = -Infinity;

  /**
   * @param options - Checked before; `true`: all defaults.
   * @param concurrency - The limit's own, if it has one.
   */
  constructor(options: AdaptiveOptions | true = true, concurrency?: number) {
    this.#settings = resolveAdaptive(options, concurrency);
    this.#exact = this.#settings.initial;
  }

  /** Most attempts at once, for now. An integer within its bounds. */
  get limit(): number {
    return Math.floor(this.#exact);
  }

  /** Learns from an attempt that is over; says when that changed {@link limit}. */
  end(attempt: AnsweredAttempt, now: number): AdaptiveChange | undefined {
    // It ran under the limit as it was before.
    if (attempt.startedAt <= this.#decreasedAt) return undefined;
    const from = this.limit;
    const overload = attempt.overload || attempt.runMs > this.#settings.latencyMs;
    if (overload) this.#decrease(now);
    else if (attempt.wasFull) this.#increase();
    const to = this.limit;
    return from === to ? undefined : { from, to, reason: overload ? "overload" : "used" };
  }

  #increase(): void {
    this.#exact = Math.min(this.#exact + 1 / this.limit, this.#settings.max);
  }

  /** By one at least: with a back-off near 1, or few at once, its part would be less. */
  #decrease(now: number): void {
    const { min, backoff } = this.#settings;
    this.#exact = Math.max(min, Math.min(this.#exact * backoff, this.limit - 1));
    this.#decreasedAt = now;
  }
}

/**
 * Whether an attempt failed because what it called has too much to do: `RATE_LIMITED` or `QUEUE_FULL` from there, no
 * answer in time, or HTTP status 429 or 503, in the error's details or in what caused it.
 */
export function isOverload(error: ToolError): boolean {
  let link: unknown = error;
  try {
    for (let depth = 0; depth < MAX_CAUSES && isObject(link); depth += 1) {
      if (saysOverload(link)) return true;
      link = link["cause"];
    }
  } catch {
    // Anything can have been thrown, and may not want to be read.
  }
  return false;
}

/** Longest chain of causes that is looked at; it may be a circle. */
const MAX_CAUSES = 8;
const OVERLOAD_CODES: ReadonlySet<string> = new Set([
  "RATE_LIMITED",
  "QUEUE_FULL",
  "DEADLINE_EXCEEDED",
]);
/** Clients call the field as they like. */
const STATUS_FIELDS = ["status", "statusCode", "httpStatus"];

function saysOverload(thrown: Readonly<Record<string, unknown>>): boolean {
  if (!ToolError.is(thrown)) return hasOverloadStatus(thrown);
  const { code, retryable, details } = thrown;
  // Not retryable: the deadline of the whole call, or a budget of the caller's own.
  if (OVERLOAD_CODES.has(code)) return retryable;
  return isObject(details) && hasOverloadStatus(details);
}

function hasOverloadStatus(facts: Readonly<Record<string, unknown>>): boolean {
  return STATUS_FIELDS.some((field) => facts[field] === 429 || facts[field] === 503);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
