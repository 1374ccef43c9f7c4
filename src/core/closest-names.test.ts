import * as fc from "fast-check";
import { expect, test } from "vitest";
import { closestNames, suggestion, suggestionOrKnown } from "./closest-names.ts";

const KNOWN = [
  "math.add",
  "math.subtract",
  "file.add",
  "spotify.play",
  "get_weather",
  "get_news",
] as const;

test.each<[string, string, readonly string[]]>([
  ["letters are wrong", "get_wether", ["get_weather"]],
  ["letters are swapped", "spotify.paly", ["spotify.play"]],
  ["letters are upper case", "GET_WEATHER", ["get_weather"]],
  ["the dot is another sign", "math_add", ["math.add"]],
  ["the namespace is missing", "subtract", ["math.subtract"]],
  ["the namespace is missing and several have it", "add", ["math.add", "file.add"]],
  ["the namespace is wrong", "calculator.add", ["math.add", "file.add"]],
  ["the name is right but for the namespace's letters", "maht.add", ["math.add"]],
  ["nothing is near", "launch_rocket", []],
  ["there is no name", "", []],
])("when %s, %s suggests %j", (_, name, expected) => {
  expect(closestNames(name, KNOWN)).toEqual(expected);
});

test("the nearest comes first, and at most three come at all", () => {
  const known = ["fetch_pagess", "fetch_pag", "fetch_page", "fetch_pages_", "fetch_pag3s"];
  expect(closestNames("fetch_pages", known)).toEqual([
    "fetch_pagess",
    "fetch_page",
    "fetch_pages_",
  ]);
});

test("of many equally near the first come, and a nearer one that comes late is not missed", () => {
  const known = ["page_1x", "page_2x", "page_3x", "page_4x", "PAGE_5"];
  expect(closestNames("page_5", known)).toEqual(["PAGE_5", "page_1x", "page_2x"]);
  expect(closestNames("page_6", [...known, "page_6x"])).toEqual(["PAGE_5", "page_6x", "page_1x"]);
});

test.each([undefined, null, 7, {}, Symbol("add")])("%s is no name and suggests none", (name) => {
  expect(closestNames(name, KNOWN)).toEqual([]);
});

test("a suggestion reads as a sentence", () => {
  expect(suggestion([])).toBe("");
  expect(suggestion(["a"])).toBe(' Did you mean "a"?');
  expect(suggestion(["a", "b"])).toBe(' Did you mean "a" or "b"?');
});

/** One letter deleted, inserted or changed. */
const edit = fc.record({
  at: fc.nat({ max: 20 }),
  kind: fc.constantFrom("delete", "insert", "change"),
  letter: fc.constantFrom("x", "y", "_"),
});

test("a name of twelve letters or more is found again after any three edits", () => {
  const names = fc.stringMatching(/^[a-e]{12,20}$/);
  fc.assert(
    fc.property(names, fc.array(edit, { maxLength: 3 }), (name, edits) => {
      let asked = name;
      for (const { at, kind, letter } of edits) {
        const [before, from] = [asked.slice(0, at), asked.slice(at)];
        const rest = kind === "insert" ? from : from.slice(1);
        asked = before + (kind === "delete" ? "" : letter) + rest;
      }
      expect(closestNames(asked, ["unlike.any", name])).toEqual([name]);
    }),
  );
});

test.each<[string, readonly string[], string]>([
  ["getPets", ["getPet", "addPet", "getPet"], 'Did you mean "getPet"?'],
  ["rocket", ["b", "a", "b"], "Known: b, a."],
  ["rocket", Array.from("abcdefghij"), "Known: a, b, c, d, e, f, g, h and 2 more."],
  ["rocket", [], "There is none."],
])("of %s and %j the sentence is %s", (name, known, sentence) => {
  expect(suggestionOrKnown(name, known)).toBe(sentence);
});
