import * as fc from "fast-check";
import { expect, test } from "vitest";
import { TimerHeap, type TimerEntry } from "./timer-heap.ts";

const nothing = (): void => {};

test("an empty heap has nothing due, ever", () => {
  const heap = new TimerHeap();
  expect(heap.size).toBe(0);
  expect(heap.nextAt).toBe(Infinity);
  expect(heap.takeDue(Infinity)).toBeUndefined();
});

test("timers leave soonest first, and none before it is due", () => {
  const heap = new TimerHeap();
  for (const at of [30, 10, 20]) heap.add(at, nothing);

  expect(heap.takeDue(9)).toBeUndefined();
  expect(heap.takeDue(25)?.at).toBe(10);
  expect(heap.takeDue(25)?.at).toBe(20);
  expect(heap.takeDue(25)).toBeUndefined();
  expect(heap.nextAt).toBe(30);
});

test("a timer that was removed or taken can be removed again without harm", () => {
  const heap = new TimerHeap();
  const taken = heap.add(1, nothing);
  const removed = heap.add(2, nothing);
  heap.add(3, nothing);
  heap.takeDue(1);
  heap.remove(removed);

  heap.remove(taken);
  heap.remove(removed);

  expect(heap.size).toBe(1);
  expect(heap.nextAt).toBe(3);
});

const step = fc.oneof(
  {
    weight: 7,
    arbitrary: fc.record({
      act: fc.constant("add" as const),
      at: fc.integer({ min: -50, max: 50 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("remove" as const), at: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constant("take" as const),
      at: fc.integer({ min: -60, max: 60 }),
    }),
  },
);

test("a timer that takes the place of a removed one moves up where it is sooner than those above", () => {
  const heap = new TimerHeap();
  const right = [2, 2, 13, 14, 15, 16, 50, 51, 52, 3];
  const entries = [0, 10, 1, 11, 12, ...right].map((at) => heap.add(at, nothing));
  const removed = entries.find(({ at }) => at === 13);
  if (removed !== undefined) heap.remove(removed);
  const order = Array.from({ length: 7 }, () => heap.takeDue(Infinity)?.at);
  expect(order).toEqual([0, 1, 2, 2, 3, 10, 11]);
});

/** A heap beside a sorted list that does the same the slow way. */
class Comparison {
  readonly #heap = new TimerHeap();
  readonly #everyone: TimerEntry[] = [];
  #waiting: TimerEntry[] = [];

  add(at: number): void {
    const entry = this.#heap.add(at, nothing);
    this.#everyone.push(entry);
    this.#waiting = [...this.#waiting, entry].toSorted((a, b) => a.at - b.at);
  }

  remove(place: number): void {
    const entry = this.#everyone[place % this.#everyone.length];
    if (entry === undefined) return;
    this.#heap.remove(entry);
    this.#waiting = this.#waiting.filter((other) => other !== entry);
  }

  take(now: number): void {
    const taken = this.#heap.takeDue(now);
    const due = this.#waiting.filter((entry) => entry.at <= now);
    expect(taken?.at).toBe(due[0]?.at);
    if (taken !== undefined) expect(due).toContain(taken);
    this.#waiting = this.#waiting.filter((other) => other !== taken);
  }

  drain(): void {
    while (this.#waiting.length > 0) {
      this.take(Infinity);
      this.check();
    }
  }

  check(): void {
    expect(this.#heap.size).toBe(this.#waiting.length);
    expect(this.#heap.nextAt).toBe(this.#waiting[0]?.at ?? Infinity);
    expect(this.#everyone.filter((entry) => entry.slot >= 0).length).toBe(this.#waiting.length);
  }
}

test("any sequence of changes gives what a sorted list gives", () => {
  const property = fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
    const comparison = new Comparison();
    for (const { act, at } of steps) {
      comparison[act](at);
      comparison.check();
    }
    comparison.drain();
  });
  fc.assert(property, { numRuns: 300 });
});
