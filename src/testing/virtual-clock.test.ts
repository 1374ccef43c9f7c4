import { expect, test } from "vitest";
import { VirtualClock } from "./virtual-clock.ts";

test("time stands still until it is told to go on", async () => {
  const clock = new VirtualClock();
  expect([clock.now(), clock.epoch()]).toEqual([0, 0]);
  await clock.advance(12.5);
  expect([clock.now(), clock.epoch()]).toEqual([12.5, 12.5]);
});

test("timers fire in order, each at its own time", async () => {
  const clock = new VirtualClock();
  const fired: [string, number][] = [];
  for (const [name, delayMs] of [["late", 30] as const, ["early", 10] as const]) {
    clock.setTimer(delayMs, () => fired.push([name, clock.now()]));
  }
  await clock.advance(29);
  expect(fired).toEqual([["early", 10]]);
  await clock.advance(1);
  expect(fired).toEqual([
    ["early", 10],
    ["late", 30],
  ]);
  expect(clock.pendingTimers).toBe(0);
});

test("timers set on the way fire in the same advance when they fall into it", async () => {
  const clock = new VirtualClock();
  const fired: number[] = [];
  clock.setTimer(10, () => {
    fired.push(clock.now());
    void Promise.resolve().then(() => clock.setTimer(5, () => fired.push(clock.now())));
  });
  clock.setTimer(12, () => fired.push(clock.now()));
  await clock.advance(20);
  expect(fired).toEqual([10, 12, 15]);
  expect(clock.now()).toBe(20);
});

test("a timer taken back does not fire, and taking it back again does nothing", async () => {
  const clock = new VirtualClock();
  let fired = 0;
  const takeBack = clock.setTimer(5, () => (fired += 1));
  clock.setTimer(6, () => (fired += 10));
  takeBack();
  takeBack();
  expect(clock.pendingTimers).toBe(1);
  await clock.advance(10);
  takeBack();
  expect(fired).toBe(10);
});

test("a timer of no or negative delay fires at the next advance, not at once", async () => {
  const clock = new VirtualClock();
  await clock.advance(100);
  const fired: number[] = [];
  clock.setTimer(0, () => fired.push(clock.now()));
  clock.setTimer(-50, () => fired.push(clock.now()));
  expect(fired).toEqual([]);
  await clock.advance(0);
  expect(fired).toEqual([100, 100]);
});

test("long chains of promises settle before time goes on, and between timers", async () => {
  const clock = new VirtualClock();
  const seen: string[] = [];
  const chain = async (name: string): Promise<void> => {
    for (let link = 0; link < 50; link += 1) await Promise.resolve();
    seen.push(`${name} at ${clock.now()}`);
  };
  void chain("before");
  clock.setTimer(1, () => void chain("first timer"));
  clock.setTimer(2, () => void chain("second timer"));
  await clock.advance(2);
  expect(seen).toEqual(["before at 0", "first timer at 1", "second timer at 2"]);
});
