import { describe, expect, test } from "vitest";
import { type CalendarUnit, UNIT_MS, calendarOf, evenCalendar } from "./calendar.ts";

/** A window as text, and its length in hours. */
function windowAt(unit: CalendarUnit, timeZone: string, time: string): [string, string, number] {
  const { startsAt, endsAt } = calendarOf(unit, timeZone)(Date.parse(time));
  const texts = [startsAt, endsAt].map((at) => new Date(at).toISOString().slice(0, 16));
  return [texts[0] ?? "", texts[1] ?? "", (endsAt - startsAt) / UNIT_MS.hour];
}

// By the tz database (https://www.iana.org/time-zones).
describe("days", () => {
  test.each<[string, string, [string, string, number]]>([
    ["UTC", "2026-11-20T23:59:59.999Z", ["2026-11-20T00:00", "2026-11-21T00:00", 24]],
    ["Etc/UTC", "2026-11-20T00:00Z", ["2026-11-20T00:00", "2026-11-21T00:00", 24]],
    ["America/Los_Angeles", "2026-07-04T06:59Z", ["2026-07-03T07:00", "2026-07-04T07:00", 24]],
    ["America/New_York", "2026-03-08T12:00Z", ["2026-03-08T05:00", "2026-03-09T04:00", 23]],
    ["America/New_York", "2026-11-01T05:30Z", ["2026-11-01T04:00", "2026-11-02T05:00", 25]],
    ["America/New_York", "2026-11-01T06:30Z", ["2026-11-01T04:00", "2026-11-02T05:00", 25]],
    ["Europe/London", "2026-03-29T00:30Z", ["2026-03-29T00:00", "2026-03-29T23:00", 23]],
    ["Europe/London", "2026-10-25T12:00Z", ["2026-10-24T23:00", "2026-10-26T00:00", 25]],
    ["Australia/Lord_Howe", "2026-04-04T20:00Z", ["2026-04-04T13:00", "2026-04-05T13:30", 24.5]],
    ["Australia/Lord_Howe", "2026-10-03T20:00Z", ["2026-10-03T13:30", "2026-10-04T13:00", 23.5]],
    ["Asia/Kathmandu", "2026-01-01T18:15Z", ["2026-01-01T18:15", "2026-01-02T18:15", 24]],
    // Apia went from the 29th of December to the 31st.
    ["Pacific/Apia", "2011-12-30T09:59Z", ["2011-12-29T10:00", "2011-12-30T10:00", 24]],
    ["Pacific/Apia", "2011-12-30T10:00Z", ["2011-12-30T10:00", "2011-12-31T10:00", 24]],
    // Clocks went from midnight back to 23:00, or from midnight to 1:00.
    ["America/Sao_Paulo", "2018-02-18T02:30Z", ["2018-02-17T02:00", "2018-02-18T03:00", 25]],
    ["America/Sao_Paulo", "2018-11-04T03:00Z", ["2018-11-04T03:00", "2018-11-05T02:00", 23]],
    // Clocks went from 00:01 back to 23:01 of the day before.
    ["America/St_Johns", "2010-11-07T02:30:30Z", ["2010-11-06T02:30", "2010-11-07T03:30", 25]],
    ["America/St_Johns", "2010-11-07T02:45Z", ["2010-11-06T02:30", "2010-11-07T03:30", 25]],
    ["America/St_Johns", "2010-11-07T03:30Z", ["2010-11-07T03:30", "2010-11-08T03:30", 24]],
  ])("of %s at %s", (zone, time, expected) => {
    expect(windowAt("day", zone, time)).toEqual(expected);
  });
});

describe("hours", () => {
  test.each<[string, string, [string, string, number]]>([
    ["UTC", "2026-11-20T23:59:59.999Z", ["2026-11-20T23:00", "2026-11-21T00:00", 1]],
    ["Asia/Kathmandu", "2026-01-01T18:14Z", ["2026-01-01T17:15", "2026-01-01T18:15", 1]],
    ["America/New_York", "2026-11-01T05:30Z", ["2026-11-01T05:00", "2026-11-01T06:00", 1]],
    ["America/New_York", "2026-11-01T06:30Z", ["2026-11-01T06:00", "2026-11-01T07:00", 1]],
    ["Australia/Lord_Howe", "2026-04-04T14:59Z", ["2026-04-04T14:00", "2026-04-04T15:00", 1]],
    ["Australia/Lord_Howe", "2026-04-04T15:00Z", ["2026-04-04T15:00", "2026-04-04T15:30", 0.5]],
    ["Australia/Lord_Howe", "2026-10-03T15:29Z", ["2026-10-03T14:30", "2026-10-03T15:30", 1]],
    ["Australia/Lord_Howe", "2026-10-03T15:30Z", ["2026-10-03T15:30", "2026-10-03T16:00", 0.5]],
    // 00:00 to 00:01, and then 23:01.
    ["America/St_Johns", "2010-11-07T02:30:30Z", ["2010-11-07T02:30", "2010-11-07T02:31", 1 / 60]],
    ["America/St_Johns", "2010-11-07T02:31Z", ["2010-11-07T02:31", "2010-11-07T03:30", 59 / 60]],
  ])("of %s at %s", (zone, time, expected) => {
    expect(windowAt("hour", zone, time)).toEqual(expected);
  });
});

test("minutes and seconds are the same in all zones", () => {
  const at = Date.parse("2026-11-20T10:20:30.400Z");
  for (const zone of ["UTC", "Asia/Kathmandu", "Australia/Lord_Howe"]) {
    expect(calendarOf("minute", zone)(at).endsAt).toBe(Date.parse("2026-11-20T10:21:00Z"));
    expect(calendarOf("second", zone)(at).startsAt).toBe(Date.parse("2026-11-20T10:20:30Z"));
  }
});

const ZONES = [
  "America/New_York",
  "Europe/London",
  "Australia/Lord_Howe",
  "Asia/Kathmandu",
  "Pacific/Apia",
  "America/St_Johns",
  "Africa/Casablanca",
  "America/Havana",
];

test.each(ZONES)("windows of %s follow each other without gaps, and all in one say so", (zone) => {
  for (const unit of ["day", "hour"] as const) {
    let at = Date.parse(unit === "day" ? "2010-01-01T00:00Z" : "2011-10-01T12:34Z");
    for (let count = 0; count < 900; count += 1) {
      const calendar = calendarOf(unit, zone);
      const window = calendar(at);
      expect(window.startsAt).toBeLessThanOrEqual(at);
      expect(window.endsAt).toBeGreaterThan(at);
      expect(window.endsAt - window.startsAt).toBeLessThanOrEqual(UNIT_MS[unit] + UNIT_MS.hour);
      const next = calendar(window.endsAt);
      expect(next.startsAt).toBe(window.endsAt);
      // From behind, so that nothing is remembered.
      if (count % 50 === 0) expect(calendar(window.endsAt - 0.25)).toEqual(window);
      at = window.endsAt;
    }
  }
});

test("windows of any length are counted from 1970", () => {
  const calendar = evenCalendar(15_000);
  expect(calendar(1_763_640_044_999.9)).toEqual({
    startsAt: 1_763_640_030_000,
    endsAt: 1_763_640_045_000,
  });
  expect(calendar(1_763_640_045_000).startsAt).toBe(1_763_640_045_000);
});

test("an unknown zone is an error", () => {
  expect(() => calendarOf("day", "Mars/Olympus")).toThrow(RangeError);
});
