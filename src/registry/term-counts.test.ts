import { expect, test } from "vitest";
import { TermCounts } from "./term-counts.ts";

function countsOf(text: string): TermCounts {
  const counts = new TermCounts();
  counts.count(text.split(" "), 1);
  return counts;
}

test("the rarest words are kept as long as there is room for their places, in the order of the query", () => {
  const counts = countsOf("a a a a b b b c");
  expect(counts.rarest(["a", "b", "c", "none"], 8)).toEqual(["a", "b", "c", "none"]);
  expect(counts.rarest(["a", "b", "c", "none"], 7)).toEqual(["b", "c", "none"]);
  expect(counts.rarest(["a", "b", "c", "none"], 0)).toEqual(["none"]);
});

test("one word is kept however common it is, and the first of equally common ones", () => {
  expect(countsOf("a a b b").rarest(["b", "a"], 1)).toEqual(["b"]);
});

test("words that are taken away count no longer", () => {
  const counts = countsOf("a a b");
  counts.count(["a", "a"], -1);
  expect(counts.rarest(["b", "a"], 0)).toEqual(["a"]);
});
