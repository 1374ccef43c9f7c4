import { describe, expect, test } from "vitest";
import { coerceToListed, coerceValue } from "./coerce-value.ts";

describe("text that spells a value of the wanted type is that value", () => {
  test.each([
    ["7", ["integer"], 7],
    [" -7 ", ["integer"], -7],
    ["7.0", ["integer"], 7],
    ["2.5", ["number"], 2.5],
    ["+.5e1", ["number"], 5],
    ["true", ["boolean"], true],
    ["False", ["boolean"], false],
    ["null", ["integer", "null"], null],
    ["[1, 2]", ["array"], [1, 2]],
    ['{"a":1}', ["object"], { a: 1 }],
    ["7", ["boolean", "integer"], 7],
  ])("%j for %j", (text, types, value) => {
    expect(coerceValue(text, types)).toEqual(value);
  });
});

describe("text that spells nothing of the kind is left alone", () => {
  test.each([
    ["zz", ["integer", "number", "boolean", "null", "array", "object"]],
    ["", ["integer", "number", "boolean", "null", "array", "object"]],
    ["7.5", ["integer"]],
    ["0x10", ["integer", "number"]],
    ["1,000", ["number"]],
    ["Infinity", ["number"]],
    ["NaN", ["number"]],
    ["1e999", ["number"]],
    ["yes", ["boolean"]],
    ["1", ["boolean"]],
    ["None", ["null"]],
    ["[1, 2", ["array"]],
    ["[1]", ["object"]],
    ['"a"', ["object", "array"]],
  ])("%j for %j", (text, types) => {
    expect(coerceValue(text, types)).toBeUndefined();
  });
});

test("an integer too large to be exact is left alone rather than changed", () => {
  expect(coerceValue("9007199254740993", ["integer"])).toBeUndefined();
  expect(coerceValue("9007199254740991", ["integer"])).toBe(Number.MAX_SAFE_INTEGER);
});

test("numbers and booleans become their text", () => {
  expect(coerceValue(7.5, ["string"])).toBe("7.5");
  expect(coerceValue(false, ["string"])).toBe("false");
});

describe("null, and numbers and booleans among each other, are not coerced", () => {
  test.each([
    [null, ["string", "integer", "number", "boolean", "array", "object"]],
    [true, ["integer", "number", "null"]],
    [1, ["boolean", "null"]],
    [0, ["boolean", "null"]],
    [Number.NaN, ["string"]],
    [[1], ["integer"]],
    [1, ["array"]],
    [undefined, ["string"]],
  ])("%j for %j", (value, types) => {
    expect(coerceValue(value, types)).toBeUndefined();
  });
});

test("an allowed value is found by its text", () => {
  expect(coerceToListed("2", [1, 2])).toBe(2);
  expect(coerceToListed(2, ["1", "2"])).toBe("2");
  expect(coerceToListed("null", ["a", null])).toBe(null);
  expect(coerceToListed("true", [true])).toBe(true);
  expect(coerceToListed("3", [1, 2])).toBeUndefined();
  expect(coerceToListed(1, [true])).toBeUndefined();
  expect(coerceToListed("[object Object]", [{}])).toBeUndefined();
  expect(coerceToListed(null, ["null"])).toBeUndefined();
});
