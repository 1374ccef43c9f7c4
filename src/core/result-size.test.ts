import { expect, test } from "vitest";
import { resultProblem } from "./result-size.ts";

test.each([
  [{}],
  [{ maxResultBytes: 512 }],
  [{ maxResultBytes: Infinity, truncate: "head" }],
  [{ truncate: "head-tail" }],
])("%j can be kept to", (settings) => {
  expect(resultProblem(settings)).toBeUndefined();
});

test.each([
  [{ maxResultBytes: 511 }, /`maxResultBytes` must be a number from 512/],
  [{ maxResultBytes: Number.NaN }, /`maxResultBytes`/],
  [{ maxResultBytes: "4096" }, /`maxResultBytes`/],
  [{ truncate: "tail" }, /`truncate` must be one of head, head-tail/],
])("%j cannot, and the problem names the setting", (settings, problem) => {
  expect(resultProblem(settings)).toMatch(problem);
});
