/** From the settings of rates to the meters that count them. */
import type { LimitOptions, RateOptions, TokenRateOptions } from "../limit-options.ts";
import { presetRates } from "../presets.ts";
import { DEFAULT_ESTIMATE } from "../token-usage.ts";
import { UNIT_MS, calendarOf, evenCalendar } from "./calendar.ts";
import { type EpochOffset, FixedWindow } from "./fixed-window.ts";
import type { Meter } from "./meter.ts";
import { SlidingLog } from "./sliding-log.ts";
import { SlidingWindow } from "./sliding-window.ts";
import { TokenBucket } from "./token-bucket.ts";

/** A meter of tokens, and how its calls' tokens are found. */
export interface TokenMeter {
  readonly meter: Meter;
  /** As given; else 1_000, or the meter's capacity if that is less. */
  readonly estimate: NonNullable<TokenRateOptions["estimate"]>;
  /** As given; undefined for the usual place. */
  readonly used: TokenRateOptions["used"];
}

/** The meters of one limit. */
export interface Meters {
  /** Each attempt costs 1 of each. */
  readonly requests: readonly Meter[];
  /** Each attempt costs its estimate of each, and is settled with what it used. */
  readonly tokens: readonly TokenMeter[];
}

/**
 * Makes the meters of a limit: those of its rates and tokens, then those of its preset.
 *
 * @param options - Checked by `checkRates`.
 * @param offset - Shared by all meters that go by the calendar; keep it up to date.
 * @throws TypeError when the preset is unknown.
 */
export function makeMeters(
  { rate, tokens, preset }: Pick<LimitOptions, "rate" | "tokens" | "preset">,
  offset: EpochOffset,
): Meters {
  const more = preset === undefined ? { rate: [], tokens: [] } : presetRates(preset);
  const requests = [...listOf(rate), ...more.rate].map((one) =>
    makeMeter(one, offset, (limit, perMs) => new SlidingWindow(limit, perMs)),
  );
  const counted = [...listOf(tokens), ...more.tokens].map((one) => makeTokenMeter(one, offset));
  return { requests, tokens: counted };
}

/** The length of a rate's window in milliseconds: as given, or of its unit. */
export function resolvePerMs({ per, perMs }: Pick<RateOptions, "per" | "perMs">): number {
  if (perMs !== undefined) return perMs;
  if (per !== undefined) return UNIT_MS[per];
  throw new TypeError("A rate needs `per` or `perMs`.");
}

function makeTokenMeter(options: TokenRateOptions, offset: EpochOffset): TokenMeter {
  const meter = makeMeter(options, offset, (limit, perMs) => new SlidingLog(limit, perMs));
  const estimate = options.estimate ?? Math.min(DEFAULT_ESTIMATE, meter.capacity);
  return { meter, estimate, used: options.used };
}

function makeMeter(
  options: RateOptions,
  offset: EpochOffset,
  makeSliding: (limit: number, perMs: number) => Meter,
): Meter {
  const { kind = "sliding", limit, burst = limit, per, timeZone = "UTC" } = options;
  const perMs = resolvePerMs(options);
  if (kind === "sliding") return makeSliding(limit, perMs);
  if (kind === "bucket") return new TokenBucket({ limit, perMs, burst });
  const calendar = per === undefined ? evenCalendar(perMs) : calendarOf(per, timeZone);
  return new FixedWindow({ limit, perMs, calendar, offset });
}

/** One, several or none. */
export function listOf<One extends object>(
  given: One | readonly One[] | undefined,
): readonly One[] {
  if (given === undefined) return [];
  return isList(given) ? given : [given];
}

function isList<One extends object>(given: One | readonly One[]): given is readonly One[] {
  return Array.isArray(given);
}
