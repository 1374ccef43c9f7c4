import { expect, test } from "vitest";
import { arriveAt, burst, poisson, sendAt, steady } from "./fake-load.ts";
import { VirtualClock } from "./virtual-clock.ts";

test("bursts come at once, steady calls evenly", () => {
  expect([...burst(3)]).toEqual([0, 0, 0]);
  expect([...burst(2, 100, 3)]).toEqual([0, 0, 100, 100, 200, 200]);
  expect([...steady(4, 20)]).toEqual([0, 50, 100, 150]);
});

test("calls by chance come as often as asked, and the same for the same seed", () => {
  const times = [...poisson(10_000, 50, 3)];
  const seconds = (times.at(-1) ?? 0) / 1_000;
  expect(10_000 / seconds).toSatisfy((rate: number) => rate > 48 && rate < 52);
  expect(times).toEqual(times.toSorted((left, right) => left - right));
  expect([...poisson(10_000, 50, 3)]).toEqual(times);
  expect([...poisson(10_000, 50, 4)]).not.toEqual(times);
});

test("what is sent does not wait for answers", async () => {
  const clock = new VirtualClock();
  const sent: [number, number][] = [];
  const answers = sendAt(
    steady(3, 100),
    async (place) => {
      sent.push([place, clock.now()]);
      if (place === 0) await new Promise<void>((resolve) => clock.setTimer(500, resolve));
      return place * 2;
    },
    { clock },
  );
  await clock.advance(100);
  expect(sent).toEqual([
    [0, 0],
    [1, 10],
    [2, 20],
  ]);
  await clock.advance(400);
  expect(await answers).toEqual([0, 2, 4]);
});

test("a stream of calls comes on time, and late when it is asked late", async () => {
  const clock = new VirtualClock();
  const calls = arriveAt(steady(3, 100), (place) => `call ${place}`, { clock });
  expect(await calls.next()).toEqual({ done: false, value: "call 0" });
  const second = calls.next();
  await clock.advance(10);
  expect(await second).toEqual({ done: false, value: "call 1" });
  await clock.advance(500);
  expect(await calls.next()).toEqual({ done: false, value: "call 2" });
  expect(await calls.next()).toEqual({ done: true, value: undefined });
});
