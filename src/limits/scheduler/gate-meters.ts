import type { AttemptFacts } from "../limiter.ts";
import type { Meter } from "../meters/meter.ts";

/** A rate of tokens: what is taken before the use is known, and the use. */
export interface TokenMeter {
  readonly meter: Meter;
  /** Tokens that a call with this input is taken to use. Throws a ToolError when that cannot be said. */
  readonly estimate: (input: unknown) => number;
  /** Tokens that an attempt used; undefined when nobody knows. */
  readonly used: (facts: AttemptFacts | undefined) => number | undefined;
}

/** The rates of a gate. */
export interface GateMeters {
  readonly requests: readonly Meter[];
  readonly tokens: readonly TokenMeter[];
  /** When the last of the calendar windows begins that are used up; `now` or earlier when none is. */
  calendarOpensAt(now: number): number;
  /** Whether nothing that was taken counts any more. */
  isIdle(now: number): boolean;
}

/** No rates at all. */
export const NO_METERS: GateMeters = {
  requests: [],
  tokens: [],
  calendarOpensAt: (now) => now,
  isIdle: () => true,
};

/** What a server says is left, until it counts afresh. */
export interface ServerCount {
  /** Undefined: it does not say. */
  readonly left: number | undefined;
  /** Milliseconds; undefined: it does not say. */
  readonly resetMs: number | undefined;
}

/**
 * Lowers one of several rates: the one with the shortest window that ends no sooner than the server's. Where nobody
 * knows which window it means, the shortest, for what is believed too briefly the next answer says again; a day's rate
 * lowered by what was left of a minute would let nobody start until the next day.
 */
export function lowerMeters(
  meters: readonly Meter[],
  { left, resetMs }: ServerCount,
  now: number,
): void {
  if (left === undefined) return;
  const windows = meters
    .map((meter) => ({ meter, perMs: meter.stats(now).perMs }))
    .toSorted((one, other) => one.perMs - other.perMs);
  const meant = windows.find(({ perMs }) => perMs >= (resetMs ?? 0)) ?? windows.at(-1);
  meant?.meter.lower(left, resetMs ?? meant.perMs, now);
}
