import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { SystemClock } from "./clock.ts";

const LONGEST_NODE_TIMEOUT_MS = 2 ** 31 - 1;

/** Timers of Node that keep it alive. */
function timeouts(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length;
}

describe("with Node's timers faked", () => {
  let told: string[] = [];
  const tell = (what: string) => (): void => void told.push(what);

  beforeEach(() => {
    told = [];
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("timers fire in order of their time, not of their setting", () => {
    const clock = new SystemClock();
    clock.setTimer(30, tell("c"));
    clock.setTimer(10, tell("a"));
    clock.setTimer(20, tell("b"));

    vi.advanceTimersByTime(9);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(11);
    expect(told).toEqual(["a", "b"]);
    vi.advanceTimersByTime(10);
    expect(told).toEqual(["a", "b", "c"]);
  });

  test("a timer taken back does not fire, whether it was the next or not", () => {
    const clock = new SystemClock();
    const takeBackFirst = clock.setTimer(10, tell("first"));
    clock.setTimer(20, tell("second"));
    const takeBackThird = clock.setTimer(30, tell("third"));
    takeBackFirst();
    takeBackThird();
    takeBackThird();

    vi.advanceTimersByTime(100);
    expect(told).toEqual(["second"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("timers set and taken back by a timer that fires are heeded", () => {
    const clock = new SystemClock();
    clock.setTimer(10, () => {
      tell("outer")();
      clock.setTimer(5, tell("inner"));
      takeBack();
    });
    const takeBack = clock.setTimer(10.5, tell("taken back"));

    vi.advanceTimersByTime(14);
    expect(told).toEqual(["outer"]);
    vi.advanceTimersByTime(1);
    expect(told).toEqual(["outer", "inner"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("a timer that throws does not lose the others, due now or later", () => {
    const clock = new SystemClock();
    clock.setTimer(10, () => {
      throw new Error("broken timer");
    });
    clock.setTimer(10, tell("beside"));
    clock.setTimer(20, tell("later"));

    expect(() => vi.advanceTimersByTime(10)).toThrow("broken timer");
    vi.advanceTimersByTime(1);
    expect(told).toEqual(["beside"]);
    vi.advanceTimersByTime(9);
    expect(told).toEqual(["beside", "later"]);
  });

  test("a delay longer than Node's timers can hold is waited for in full", () => {
    const clock = new SystemClock();
    clock.setTimer(LONGEST_NODE_TIMEOUT_MS + 1_000, tell("at last"));

    vi.advanceTimersByTime(LONGEST_NODE_TIMEOUT_MS + 999);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(told).toEqual(["at last"]);
  });

  test("a delay that never ends sets no timer of Node", () => {
    const takeBack = new SystemClock().setTimer(Infinity, tell("never"));
    expect(vi.getTimerCount()).toBe(0);
    takeBack();
  });

  test.each([NaN, -5, 0])(
    "a delay of %d fires soon, after this turn, and stops no other",
    (delayMs) => {
      const clock = new SystemClock();
      clock.setTimer(20, tell("before"));
      clock.setTimer(delayMs, tell("odd"));
      clock.setTimer(30, tell("after"));

      expect(told).toEqual([]);
      vi.advanceTimersByTime(1);
      expect(told).toEqual(["odd"]);
      vi.advanceTimersByTime(29);
      expect(told).toEqual(["odd", "before", "after"]);
    },
  );
});

describe("with Node's own timers", () => {
  test("many timers share one of Node's, and none is left to keep Node alive after they are taken back", () => {
    const clock = new SystemClock();
    const before = timeouts();
    const takeBack = Array.from({ length: 1_000 }, (_, index) =>
      clock.setTimer(60_000 + ((index * 7) % 1_000), () => {}),
    );

    expect(timeouts() - before).toBe(1);
    for (const cancel of takeBack) cancel();
    expect(timeouts() - before).toBe(0);
  });

  test("both readings go forward with fractions, one since 1970", () => {
    const clock = new SystemClock();
    const now = clock.now();
    const epoch = clock.epoch();
    expect(clock.now()).toBeGreaterThanOrEqual(now);
    expect(clock.epoch()).toBeGreaterThanOrEqual(epoch);
    expect(Math.abs(epoch - Date.now())).toBeLessThan(60_000);
  });
});
