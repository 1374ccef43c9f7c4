import * as fc from "fast-check";
import { expect, test } from "vitest";
import { NumberRing } from "./number-ring.ts";

const act = fc.oneof(
  { weight: 4, arbitrary: fc.constant("push" as const) },
  { weight: 1, arbitrary: fc.constantFrom("pop" as const, "shift" as const, "set" as const) },
);

test("holds what an array would hold", () => {
  const property = fc.property(fc.array(act, { maxLength: 200, size: "max" }), (acts) => {
    const ring = new NumberRing();
    const array: number[] = [];
    for (const [index, does] of acts.entries()) {
      if (does === "push") {
        ring.push(index);
        array.push(index);
      } else if (array.length > 0) {
        const place = index % array.length;
        if (does === "set") ring.set(place, (array[place] = -index));
        else {
          ring[does]();
          array[does]();
        }
      }
      expect(Array.from({ length: ring.length }, (_, place) => ring.at(place))).toEqual(array);
      expect(ring.at(array.length)).toBe(Infinity);
    }
  });
  fc.assert(property, { numRuns: 100 });
});
