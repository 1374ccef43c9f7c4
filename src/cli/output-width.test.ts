import { expect, test } from "vitest";
import { outputWidth } from "./output-width.ts";

test("the terminal's width comes before COLUMNS, and 100 is for the rest", () => {
  expect(outputWidth({ columns: 80 }, { COLUMNS: "60" })).toBe(80);
  expect(outputWidth({}, { COLUMNS: "60" })).toBe(60);
  expect(outputWidth({}, { COLUMNS: "wide" })).toBe(100);
  expect(outputWidth({}, {})).toBe(100);
});

test("a terminal that nobody gave a size is as good as none", () => {
  expect(outputWidth({ columns: 0 }, {})).toBe(100);
});
