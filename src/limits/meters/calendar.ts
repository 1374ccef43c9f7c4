/** Windows by the calendar: each second, minute, hour or day of a time zone. */

/** From when to when, in milliseconds since 1970; the end is not in it. */
export interface CalendarWindow {
  readonly startsAt: number;
  readonly endsAt: number;
}

/** Says in which window a time lies. Windows follow each other without gaps, and none overlap. */
export type Calendar = (epochMs: number) => CalendarWindow;

/** What calendars divide time into. */
export type CalendarUnit = "second" | "minute" | "hour" | "day";

/** How long units are, but for days and hours in which clocks are changed. */
export const UNIT_MS: Readonly<Record<CalendarUnit, number>> = {
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/** Midnight is within this of midnight in UTC, everywhere and on every day. */
const MOST_AWAY_MS = 16 * UNIT_MS.hour;

const zonedCalendars = new Map<string, Calendar>();

/** Windows that are all `perMs` long, counted from 1970 in UTC. */
export function evenCalendar(perMs: number): Calendar {
  return (epochMs) => {
    const startsAt = Math.floor(epochMs / perMs) * perMs;
    return { startsAt, endsAt: startsAt + perMs };
  };
}

/**
 * The calendar of a time zone.
 *
 * A day is a date, 23, 24 or 25 hours long; a date that a zone left out has no window. An hour is one of the clock on
 * the wall, and ends early when that is changed. Minutes and seconds are the same in all zones.
 *
 * @param timeZone - An IANA name.
 * @throws RangeError when there is no such zone.
 */
export function calendarOf(unit: CalendarUnit, timeZone: string): Calendar {
  const isZoned = unit === "hour" || unit === "day";
  if (timeZone === "UTC" || !isZoned) return evenCalendar(UNIT_MS[unit]);
  const name = `${unit} ${timeZone}`;
  const known = zonedCalendars.get(name);
  if (known !== undefined) return known;
  const wallClock = wallClockOf(timeZone);
  const made = lastKept(unit === "day" ? dayCalendar(wallClock) : hourCalendar(wallClock));
  zonedCalendars.set(name, made);
  return made;
}

/** Milliseconds since 1970 as the clocks on the wall would count them. */
type WallClock = (epochMs: number) => number;

function wallClockOf(timeZone: string): WallClock {
  const formatter = new Intl.DateTimeFormat("en-US-u-ca-gregory-nu-latn", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  return (epochMs) => {
    // 12/31/2025, 23:59:59
    const shown = formatter.format(epochMs).match(/\d+/g) ?? [];
    const [month = 1, day, year = 1970, hour, minute, second] = shown.map(Number);
    const wall = Date.UTC(year, month - 1, day, hour, minute, second);
    return wall + (epochMs - Math.floor(epochMs / UNIT_MS.second) * UNIT_MS.second);
  };
}

function dayCalendar(wallClock: WallClock): Calendar {
  const dayOf = (epochMs: number): number => Math.floor(wallClock(epochMs) / UNIT_MS.day);
  const startOf = (day: number): number => {
    const midnight = day * UNIT_MS.day;
    const [before, after] = [midnight - MOST_AWAY_MS, midnight + MOST_AWAY_MS];
    return firstWhere(before, after, (epochMs) => dayOf(epochMs) >= day);
  };
  return (epochMs) => {
    let day = dayOf(Math.floor(epochMs));
    // Clocks that are set back over midnight show a date twice, but it begins only once.
    while (startOf(day) > epochMs) day -= 1;
    while (startOf(day + 1) <= epochMs) day += 1;
    return { startsAt: startOf(day), endsAt: startOf(day + 1) };
  };
}

function hourCalendar(wallClock: WallClock): Calendar {
  const offsetAt = (epochMs: number): number => wallClock(epochMs) - epochMs;
  return (epochMs) => {
    const at = Math.floor(epochMs);
    const offset = offsetAt(at);
    const start = Math.floor((at + offset) / UNIT_MS.hour) * UNIT_MS.hour - offset;
    const end = start + UNIT_MS.hour;
    const isSame = (other: number): boolean => offsetAt(other) === offset;
    const startsAt = isSame(start) ? start : firstWhere(start, at, isSame);
    const endsAt = isSame(end - 1) ? end : firstWhere(at, end - 1, (other) => !isSame(other));
    return { startsAt, endsAt };
  };
}

/** The first millisecond after `before`, at most `after`, for which `holds`: not for `before`, and for `after`. */
function firstWhere(before: number, after: number, holds: (epochMs: number) => boolean): number {
  let [low, high] = [before, after];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** Zones take a while to ask, and all who share a calendar mostly ask for the same window. */
function lastKept(calendar: Calendar): Calendar {
  let last: CalendarWindow = { startsAt: 0, endsAt: 0 };
  return (epochMs) => {
    if (epochMs < last.startsAt || epochMs >= last.endsAt) last = calendar(epochMs);
    return last;
  };
}
