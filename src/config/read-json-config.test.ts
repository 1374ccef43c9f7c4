import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ConfigError } from "./config-error.ts";
import { readJsonConfig } from "./read-json-config.ts";

async function messageOf(text: string): Promise<string> {
  try {
    await readJsonConfig(text, "c.json");
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown.message;
    throw thrown;
  }
  return "accepted";
}

test.each([
  ["that ends", `{ "limits": ${"[".repeat(20_000)}${"]".repeat(20_000)} }`],
  ["that has no end", '{ "limits": '.repeat(20_000)],
])("what is nested 20 000 deep, and %s, is a ConfigError", async (_that, text) => {
  expect(await messageOf(text)).toContain(
    "c.json:1:1  The config is nested too deeply to be read. No setting needs that.",
  );
});

test.each([
  ["", "c.json:1:1  The file is empty. Write at least {}."],
  ["// nothing yet\n", "c.json:1:1  The file is empty. Write at least {}."],
  ['{\n  "a": 1\n  "b": 2\n}', "c.json:3:3  A comma is missing before this. Put it there."],
  ['{ "a" 1 }', "c.json:1:7  A colon is missing between the key and its value. Put it here."],
  ['{ "a": }', "c.json:1:8  A value is missing here. Write one."],
  ['{ "a": 1', "c.json:1:9  A closing brace is missing. Put } here."],
  ['{ "a": [1 }', "c.json:1:11  A ] is missing before this. Put it there."],
  ['[{ "a": 1 ]', "c.json:1:11  A } is missing before this. Put it there."],
  ["[1", "c.json:1:3  A closing bracket is missing. Put ] here."],
  ['["a", "b": 1]', "c.json:1:10  A comma is missing before this. Put it there."],
  ["{ 'a': 1 }", "c.json:1:3  'a' is not JSON. Put keys and text in double quotes."],
  ["{ a: 1 }", "c.json:1:3  a is not JSON. Put keys and text in double quotes."],
  ['{ "a": True }', "c.json:1:8  True is not JSON. Put keys and text in double quotes."],
  [
    '{ "a": "b\n}',
    "c.json:1:8  This text has no end. Close it with a double quote on the same line.",
  ],
  [
    '{ "a": "C:\\tools\\x.ts" }',
    "c.json:1:8  This text has a backslash that means nothing. Write \\\\ for a backslash.",
  ],
  ['{ "a": "\\u00g1" }', "c.json:1:8  \\u must be followed by four hexadecimal digits."],
  [
    '{ "a": "\u0001" }',
    "c.json:1:8  This text holds a control character. Write \\t or \\n instead.",
  ],
  ['{ "a": 1. }', "c.json:1:8  This number stops too early. Write the digits that are missing."],
  ["{} {}", "c.json:1:4  The config ends before this. Remove what follows."],
  ["{ /* }", "c.json:1:3  This comment has no end. Close it with */."],
  [
    '{ "a": 1,, }',
    "c.json:1:10  A key in double quotes must come here. Write one, or remove the comma before.",
  ],
])("%j is refused: %s", async (text, message) => {
  expect(await messageOf(text)).toBe(message);
});

test("what cannot be read is told on each of its lines, and not what may follow from it", async () => {
  expect(await messageOf('{\n  a: 1,\n  "b": 2\n  "d": "x,\n  c: tru\n}')).toBe(
    [
      "c.json:2:3  a is not JSON. Put keys and text in double quotes.",
      "c.json:4:8  This text has no end. Close it with a double quote on the same line.",
      "c.json:5:3  c is not JSON. Put keys and text in double quotes.",
    ].join("\n"),
  );
});

test("every missing comma is told, up to where the reader is lost", async () => {
  expect(await messageOf('{\n"a": 1\n"b": 2\n"c": [1\n2\n}\n')).toBe(
    [
      "c.json:3:1  A comma is missing before this. Put it there.",
      "c.json:4:1  A comma is missing before this. Put it there.",
      "c.json:5:1  A comma is missing before this. Put it there.",
      "c.json:6:1  A ] is missing before this. Put it there.",
    ].join("\n"),
  );
});

test("whatever is written as JSON is read as it is, and every value is found where it stands", async () => {
  const json = fc.json({ maxDepth: 3 });
  await fc.assert(
    fc.asyncProperty(json, async (text) => {
      const source = await readJsonConfig(`// one line before\n${text}`, "c.json");
      expect(JSON.stringify(source.value)).toBe(JSON.stringify(JSON.parse(text)));
      expect(source.positionOf([], "value")).toEqual({ line: 2, column: 1 });
    }),
  );
});

test("a value that is not there is placed where it is missing", async () => {
  const source = await readJsonConfig('{\n "tools": [\n  { "mode": "async" }\n ] }', "c.json");
  expect(source.positionOf(["tools", 0, "module"], "value")).toEqual({ line: 3, column: 3 });
  expect(source.positionOf(["tools"], "key")).toEqual({ line: 2, column: 2 });
  expect(source.positionOf(["tools"], "value")).toEqual({ line: 2, column: 11 });
});
