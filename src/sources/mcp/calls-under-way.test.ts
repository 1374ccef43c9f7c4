import { array, assert, nat, oneof, property, record, constant } from "fast-check";
import { expect, test } from "vitest";
import { CallsUnderWay, type NumberedRequest } from "./calls-under-way.ts";

const request = (): NumberedRequest => ({ id: -1 });

test("each is found by its number, whatever comes and goes, and no number is given twice", () => {
  const step = oneof(
    record({ act: constant("add" as const), count: nat(200) }),
    record({ act: constant("take" as const), count: nat(50) }),
  );
  assert(
    property(array(step, { maxLength: 30 }), (steps) => {
      const calls = new CallsUnderWay();
      const expected = new Map<number, NumberedRequest>();
      const given = new Set<number>();
      for (const { act, count } of steps) {
        const more = act === "add" ? count : 0;
        for (let nth = 0; nth < more; nth += 1) {
          const added = request();
          calls.add(added);
          expect(given.has(added.id)).toBe(false);
          given.add(added.id);
          expected.set(added.id, added);
        }
        // From the middle, so that some stay while the numbers go on.
        const ids = act === "take" ? [...expected.keys()].slice(3, 3 + count) : [];
        for (const id of ids) {
          expect(calls.take(id)).toBe(expected.get(id));
          expect(calls.take(id)).toBeUndefined();
          expected.delete(id);
        }
        expect(calls.size).toBe(expected.size);
      }
      expect(new Set(calls.all())).toEqual(new Set(expected.values()));
      expect([...given].every((id) => calls.isOurs(id))).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test("numbers that were not given are nobody's", () => {
  const calls = new CallsUnderWay();
  const one = request();
  calls.add(one);
  for (const id of [0, -1, 1e9, one.id + 1, one.id + 0.5, NaN, Infinity])
    expect([id, calls.isOurs(id) && calls.take(id) !== undefined]).toEqual([id, false]);
  expect(calls.size).toBe(1);
});
