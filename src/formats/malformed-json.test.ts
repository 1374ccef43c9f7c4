import * as fc from "fast-check";
import { expect, test } from "vitest";
import { explainMalformedJson } from "./malformed-json.ts";

test.each([
  ['{"a": tru}', "a word or character that JSON does not know at position 6 (line 1, column 7)"],
  ["{'a': 1}", "at position 1 (line 1, column 2)"],
  ['{"a": 1,}', "a property name in double quotes is expected at position 8"],
  ["[1, 2,]", "a value is expected at position 6"],
  ['{"a" 1}', "a colon is expected at position 5"],
  ['{"a": 1\n "b": 2}', "a comma is expected at position 9 (line 2, column 2)"],
  ['{"a": 1} {"b": 2}', "there is more text after the value at position 9"],
  ["// note\n{}", "comments are not allowed at position 0"],
  ['{"a": 1.}', "a number is not complete at position 6"],
  ['{"a": "\\x"}', "a string has an unknown escape at position 6"],
  ['{"a": "\u0001"}', "a control character that is not escaped at position 6"],
])("%j: %s", (text, expected) => {
  expect(() => JSON.parse(text)).toThrow(SyntaxError);
  expect(explainMalformedJson(text)).toContain(expected);
});

test.each([
  ['{"city": "Par', 13],
  ['{"city": "Paris"', 16],
  ['{"a": [1, 2', 11],
  ['{"a":', 5],
  ["[1,  \n", 6],
])("%j is said to be cut off at %i", (text, position) => {
  const explanation = explainMalformedJson(text);
  expect(explanation).toContain(`at position ${position} `);
  expect(explanation).toContain("as if cut off");
});

test("never shows what the text says", () => {
  const secret = "hunter2";
  for (const text of [`{"p": ${secret}}`, secret, `{"p": "x"} ${secret}`, `{${secret}: 1}`]) {
    expect(explainMalformedJson(text)).not.toContain(secret);
  }
});

test("nesting deeper than a stack is no crash", () => {
  expect(explainMalformedJson("[".repeat(200_000))).toBe("it is not valid JSON");
});

const isRefused = (text: string) => {
  try {
    JSON.parse(text);
    return false;
  } catch {
    return text.trim() !== "";
  }
};

test("explains every text that JSON.parse refuses, and throws for none", () => {
  const json = fc
    .json()
    .chain((text) =>
      fc
        .tuple(fc.nat(text.length), fc.nat(3), fc.string({ maxLength: 3 }))
        .map(([at, cut, put]) => text.slice(0, at) + put + text.slice(at + cut)),
    );
  fc.assert(
    fc.property(json.filter(isRefused), (text) => {
      expect(explainMalformedJson(text)).toMatch(/ at position \d+ \(line \d+, column \d+\)/);
    }),
  );
});
