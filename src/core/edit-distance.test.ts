import * as fc from "fast-check";
import { expect, test } from "vitest";
import { editDistance } from "./edit-distance.ts";

/** By the definition, without any short cut. */
function plainDistance(from: string, to: string): number {
  if (from === "" || to === "") return Math.max(from.length, to.length);
  const rest = plainDistance(from.slice(1), to.slice(1));
  if (from[0] === to[0]) return rest;
  return 1 + Math.min(rest, plainDistance(from.slice(1), to), plainDistance(from, to.slice(1)));
}

test.each([
  ["", "", 0, 0],
  ["abc", "abc", 0, 0],
  ["abc", "abd", 0, Infinity],
  ["abc", "abd", 1, 1],
  ["kitten", "sitting", 3, 3],
  ["kitten", "sitting", 2, Infinity],
  ["aa", "aaa", 3, 1],
])("from %j to %j it is, within %i, %d", (from, to, most, edits) => {
  expect(editDistance(from, to, most)).toBe(edits);
});

test("it is the plain distance where that is within the most, and Infinity beyond", () => {
  const name = fc.stringMatching(/^[ab.]{0,7}$/);
  fc.assert(
    fc.property(name, name, fc.nat(4), (from, to, most) => {
      const plain = plainDistance(from, to);
      expect(editDistance(from, to, most)).toBe(plain > most ? Infinity : plain);
    }),
    { numRuns: 1_000 },
  );
});
