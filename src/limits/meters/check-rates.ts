/** Checks the rates of a limit, as JavaScript or JSON may write them. */
import type { LimitOptions, RateOptions, TokenRateOptions } from "../limit-options.ts";
import { checkNumber, checkRecord, checkWord } from "../option-checks.ts";
import { UNIT_MS } from "./calendar.ts";
import { listOf } from "./make-meter.ts";
import { MAX_AMOUNT } from "./whole-amount.ts";

const RATE_FIELDS = ["limit", "per", "perMs", "kind", "burst", "timeZone"];
const TOKEN_FIELDS = [...RATE_FIELDS, "estimate", "used"];
const KINDS = ["sliding", "fixed", "bucket"];
const MONTH_MS = 31 * UNIT_MS.day;

/**
 * Checks `rate` and `tokens` of a limit.
 *
 * @param path - The limit, for messages: `limits["a"]`.
 * @throws TypeError that names the setting and its range.
 */
export function checkRates(
  path: string,
  { rate, tokens }: Pick<LimitOptions, "rate" | "tokens">,
): void {
  for (const [at, one] of pathsOf(`${path}.rate`, rate)) checkRate(at, one, RATE_FIELDS);
  for (const [at, one] of pathsOf(`${path}.tokens`, tokens)) checkTokens(at, one);
}

/** With the path of each: `rate`, or `rate[0]` where they are several. */
function pathsOf<One extends object>(
  path: string,
  given: One | readonly One[] | undefined,
): readonly (readonly [string, One])[] {
  const isOne = !Array.isArray(given);
  return listOf(given).map((one, place) => [isOne ? path : `${path}[${place}]`, one]);
}

function checkTokens(path: string, tokens: TokenRateOptions): void {
  checkRate(path, tokens, TOKEN_FIELDS);
  const { estimate, kind, limit, burst = limit, used } = tokens;
  const capacity = Math.floor(kind === "bucket" ? burst : limit);
  if (estimate !== undefined && typeof estimate !== "function") {
    checkNumber(`${path}.estimate`, estimate, { above: 0, to: capacity });
  }
  if (used === undefined || typeof used === "function" || typeof used === "string") return;
  throw new TypeError(`${path}.used must be a path, or a function of a call's output.`);
}

function checkRate(path: string, rate: RateOptions, fields: readonly string[]): void {
  checkRecord(path, rate, fields);
  const integer = fields === RATE_FIELDS;
  checkNumber(`${path}.limit`, rate.limit ?? null, { from: 1, to: MAX_AMOUNT, integer });
  checkWord(`${path}.kind`, rate.kind, KINDS);
  checkSpan(path, rate);
  checkKind(path, rate);
}

function checkSpan(path: string, { per, perMs }: RateOptions): void {
  if ((per === undefined) === (perMs === undefined)) {
    throw new TypeError(`${path} must have one of per and perMs.`);
  }
  checkWord(`${path}.per`, per, Object.keys(UNIT_MS));
  checkNumber(`${path}.perMs`, perMs, { above: 0, to: MONTH_MS });
}

function checkKind(path: string, { kind, burst, timeZone, per }: RateOptions): void {
  if (burst !== undefined && kind !== "bucket") {
    throw new TypeError(`${path}.burst is for rates of kind "bucket".`);
  }
  checkNumber(`${path}.burst`, burst, { from: 1, to: MAX_AMOUNT });
  if (timeZone === undefined) return;
  if (kind !== "fixed" || per === undefined) {
    throw new TypeError(`${path}.timeZone is for rates of kind "fixed" with per.`);
  }
  if (!isTimeZone(timeZone)) {
    throw new TypeError(`${path}.timeZone must be an IANA name such as "America/Los_Angeles".`);
  }
}

function isTimeZone(value: unknown): boolean {
  if (typeof value !== "string" || value === "") return false;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: value }) instanceof Intl.DateTimeFormat;
  } catch {
    return false;
  }
}
