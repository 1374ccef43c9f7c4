import * as fc from "fast-check";
import { expect, test } from "vitest";
import { OrderedLines } from "./ordered-lines.ts";

test("a line is written as soon as all before it are", () => {
  const written: string[] = [];
  const lines = new OrderedLines((line) => written.push(line));

  lines.add(1, "b");
  expect(written).toEqual([]);
  lines.add(0, "a");
  expect(written).toEqual(["a", "b"]);
  lines.add(2, "c");
  expect(written).toEqual(["a", "b", "c"]);
});

test("flush writes what is held back, in order, once", () => {
  const written: string[] = [];
  const lines = new OrderedLines((line) => written.push(line));

  lines.add(12, "m");
  lines.add(3, "d");
  lines.flush();
  lines.flush();

  expect(written).toEqual(["d", "m"]);
});

test("lines come out in order, whatever order they went in", () => {
  const orders = fc
    .integer({ min: 0, max: 50 })
    .chain((count) =>
      fc.shuffledSubarray([...Array(count).keys()], { minLength: count, maxLength: count }),
    );
  fc.assert(
    fc.property(orders, (order) => {
      const written: string[] = [];
      const lines = new OrderedLines((line) => written.push(line));
      for (const index of order) lines.add(index, `${index}`);
      expect(written).toEqual([...order.keys()].map(String));
    }),
  );
});
