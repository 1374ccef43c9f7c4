/** Checks of settings written in JavaScript or JSON. Each throws a TypeError that names the setting and its range. */

/** Which numbers a setting may have. */
export interface NumberRange {
  /** The smallest. */
  readonly from?: number;
  /** Greater than this. */
  readonly above?: number;
  /** Less than this. */
  readonly below?: number;
  /** The greatest. */
  readonly to?: number;
  readonly integer?: boolean;
  /** Whether `Infinity` may be written, for no limit. */
  readonly orInfinity?: boolean;
}

/** An integer from 1. */
export const FROM_ONE: NumberRange = { from: 1, integer: true };
/** Milliseconds, or a part of something. */
export const ABOVE_ZERO: NumberRange = { above: 0 };

/** `value` must be an object whose fields are all among `known`; any field, where none are named. */
export function checkRecord(path: string, value: unknown, known?: readonly string[]): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError(`${path} must be an object.`);
  }
  const surplus = Object.keys(value).find((field) => known?.includes(field) === false);
  if (surplus === undefined) return;
  throw new TypeError(`${path}.${surplus} is unknown; known: ${known?.join(", ")}.`);
}

/** `value`, where it is given, must be a number within `range`. */
export function checkNumber(path: string, value: unknown, range: NumberRange): void {
  if (value === undefined || (typeof value === "number" && isWithin(value, range))) return;
  throw new TypeError(`${path} must be ${describe(range)}.`);
}

function isWithin(value: number, range: NumberRange): boolean {
  if (value === Infinity) return range.orInfinity === true;
  if (range.integer === true && !Number.isInteger(value)) return false;
  return isAtLeast(value, range) && isAtMost(value, range);
}

function isAtLeast(value: number, { from = -Infinity, above = -Infinity }: NumberRange): boolean {
  return value >= from && value > above;
}

function isAtMost(value: number, { to = Infinity, below = Infinity }: NumberRange): boolean {
  return value <= to && value < below;
}

function describe({ from, above, below, to, integer = false, orInfinity = false }: NumberRange) {
  const bounds = [
    ...(from === undefined ? [] : [`from ${from}`]),
    ...(above === undefined ? [] : [`above ${above}`]),
    ...(below === undefined ? [] : [`below ${below}`]),
    ...(to === undefined ? [] : [`at most ${to}`]),
  ];
  const range = `${integer ? "an integer" : "a number"} ${bounds.join(" and ")}`;
  return orInfinity ? `${range}, or Infinity` : range;
}

/** `value`, where it is given, must be true or false. */
export function checkFlag(path: string, value: unknown): void {
  if (value === undefined || typeof value === "boolean") return;
  throw new TypeError(`${path} must be true or false.`);
}

/** `value`, where it is given, must be one of `words`. */
export function checkWord(path: string, value: unknown, words: readonly string[]): void {
  if (value === undefined || words.includes(value as string)) return;
  throw new TypeError(`${path} must be one of: ${words.join(", ")}.`);
}

/** The settings in `value`, if it is an object and not merely switched on or off, or left out. */
export function settingsIn(
  path: string,
  value: unknown,
  known: readonly string[],
): object | undefined {
  if (value === undefined || typeof value === "boolean") return undefined;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError(`${path} must be true, false or an object.`);
  }
  checkRecord(path, value, known);
  return value;
}
