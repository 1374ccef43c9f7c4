import * as fc from "fast-check";
import { expect, test } from "vitest";
import { CallLine } from "./call-line.ts";
import { QueuedCall, isMoreUrgent } from "./queued-call.ts";

function callOf(urgency: number, order: number): QueuedCall {
  const call = new QueuedCall(
    {
      tool: { name: "a" },
      input: undefined,
      priority: 0,
      tenant: undefined,
      askedAt: 0,
      deadline: { expiresAt: Infinity },
    },
    undefined,
  );
  call.urgency = urgency;
  call.order = order;
  return call;
}

const act = fc.oneof(
  { weight: 5, arbitrary: fc.record({ does: fc.constant("come" as const), value: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant("serve" as const), value: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant("leave" as const), value: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("hurry" as const), value: fc.nat() }) },
);

/** A line beside a sorted list. */
class Comparison {
  readonly #line = new CallLine();
  #waiting: QueuedCall[] = [];
  #order = 0;

  come(step: number): void {
    this.#order += 1;
    const call = callOf(this.#order + (step === 0 ? -10 : 0), this.#order);
    this.#line.add(call);
    this.#waiting.push(call);
  }

  serve(): void {
    const { first } = this.#line;
    if (first !== undefined) this.#remove(first);
  }

  leave(place: number): void {
    const call = this.#waiting[place % this.#waiting.length];
    if (call !== undefined) this.#remove(call);
  }

  hurry(place: number): void {
    const call = this.#waiting[place % this.#waiting.length];
    if (call === undefined) return;
    call.urgency -= place % 20;
    this.#line.update(call);
  }

  check(): void {
    this.#waiting.sort((left, right) => (isMoreUrgent(left, right) ? -1 : 1));
    expect(this.#line.size).toBe(this.#waiting.length);
    expect(this.#line.first).toBe(this.#waiting[0]);
    expect(new Set(this.#line.values())).toEqual(new Set(this.#waiting));
  }

  #remove(call: QueuedCall): void {
    this.#line.remove(call);
    this.#line.remove(call);
    expect(call.heapIndex).toBe(-1);
    this.#waiting = this.#waiting.filter((other) => other !== call);
  }
}

test("whoever comes, leaves or becomes more urgent, the next is the one a sorted list has first", () => {
  const property = fc.property(fc.array(act, { maxLength: 250, size: "max" }), (acts) => {
    const comparison = new Comparison();
    for (const { does, value } of acts) {
      comparison[does](value);
      comparison.check();
    }
  });
  fc.assert(property, { numRuns: 200 });
});
