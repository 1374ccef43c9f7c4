import { expect, test } from "vitest";
import { paletteFor } from "./palette.ts";

const terminal = { isTTY: true };
const pipe = {};
const RED = "\u001b[31mx\u001b[39m";

test("a terminal gets colours, a pipe gets none", () => {
  expect(paletteFor(terminal, {})("red", "x")).toBe(RED);
  expect(paletteFor(pipe, {})("red", "x")).toBe("x");
});

test("NO_COLOR takes colours away, unless it is empty", () => {
  expect(paletteFor(terminal, { NO_COLOR: "1" })("red", "x")).toBe("x");
  expect(paletteFor(terminal, { NO_COLOR: "1", FORCE_COLOR: "1" })("red", "x")).toBe("x");
  expect(paletteFor(terminal, { NO_COLOR: "" })("red", "x")).toBe(RED);
});

test("FORCE_COLOR brings colours to a pipe, and 0 takes them from a terminal", () => {
  expect(paletteFor(pipe, { FORCE_COLOR: "1" })("red", "x")).toBe(RED);
  expect(paletteFor(terminal, { FORCE_COLOR: "0" })("red", "x")).toBe("x");
});

test("a dumb terminal gets none", () => {
  expect(paletteFor(terminal, { TERM: "dumb" })("red", "x")).toBe("x");
});
