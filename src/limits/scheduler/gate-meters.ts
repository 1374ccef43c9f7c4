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
