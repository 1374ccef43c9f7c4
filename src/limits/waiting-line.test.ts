import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type InLine, WaitingLine } from "./waiting-line.ts";

interface Person extends InLine {
  readonly number: number;
}

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constant("come" as const),
      value: fc.integer({ min: -2, max: 2 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ does: fc.constant("serve" as const), value: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant("leave" as const), value: fc.nat() }) },
);

/** A line beside a list sorted by priority, then by coming. */
class Comparison {
  readonly #line = new WaitingLine<Person>();
  readonly #everyone: Person[] = [];
  #waiting: Person[] = [];

  come(priority: number): void {
    const person = { priority, hasLeft: false, number: this.#everyone.length };
    this.#everyone.push(person);
    this.#line.add(person);
    this.#waiting = [...this.#waiting, person].toSorted((a, b) => a.priority - b.priority);
  }

  serve(): void {
    const first = this.#line.first();
    if (first !== undefined) this.#remove(first);
  }

  leave(place: number): void {
    const person = this.#everyone[place % this.#everyone.length];
    if (person !== undefined) this.#remove(person);
  }

  check(): void {
    expect(this.#line.size).toBe(this.#waiting.length);
    expect(this.#line.first()?.number).toBe(this.#waiting[0]?.number);
    expect(this.#line.all().map(({ number }) => number)).toEqual(
      this.#waiting.map(({ number }) => number),
    );
  }

  #remove(person: Person): void {
    this.#line.remove(person);
    this.#waiting = this.#waiting.filter((other) => other !== person);
  }
}

test("any sequence of coming, being served and leaving gives what a sorted list gives", () => {
  const property = fc.property(fc.array(step, { maxLength: 250, size: "max" }), (steps) => {
    const comparison = new Comparison();
    for (const { does, value } of steps) {
      comparison[does](value);
      comparison.check();
    }
  });
  fc.assert(property, { numRuns: 200 });
});

test("nobody is next in an empty line, nor in one that all have left", () => {
  const line = new WaitingLine<Person>();
  expect(line.first()).toBeUndefined();
  const people = Array.from({ length: 100 }, (_, number) => ({
    number,
    priority: number % 3,
    hasLeft: false,
  }));
  for (const person of people) line.add(person);
  for (const person of people) line.remove(person);
  expect(line.first()).toBeUndefined();
  expect(line.size).toBe(0);
  expect(line.all()).toEqual([]);
});
