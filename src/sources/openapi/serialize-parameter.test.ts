import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { ParameterStyle } from "./operation.ts";
import { type ParameterForm, serializeParameter } from "./serialize-parameter.ts";

const LIST = ["blue", "black", "brown"];
const RECORD = { R: 100, G: 200, B: 150 };

function parameter(
  place: ParameterForm["in"],
  style: ParameterStyle,
  explode: boolean,
): ParameterForm {
  return { field: "color", name: "color", in: place, style, explode, allowReserved: false };
}

// The table of OpenAPI 3.2, section 4.12.4 (style examples).
test.each<[ParameterForm["in"], ParameterStyle, boolean, unknown, string | undefined]>([
  ["path", "matrix", false, "", ";color"],
  ["path", "matrix", false, "blue", ";color=blue"],
  ["path", "matrix", false, LIST, ";color=blue,black,brown"],
  ["path", "matrix", false, RECORD, ";color=R,100,G,200,B,150"],
  ["path", "matrix", true, "", ";color"],
  ["path", "matrix", true, LIST, ";color=blue;color=black;color=brown"],
  ["path", "matrix", true, RECORD, ";R=100;G=200;B=150"],
  ["path", "label", false, "", "."],
  ["path", "label", false, "blue", ".blue"],
  ["path", "label", false, LIST, ".blue,black,brown"],
  ["path", "label", false, RECORD, ".R,100,G,200,B,150"],
  ["path", "label", true, LIST, ".blue.black.brown"],
  ["path", "label", true, RECORD, ".R=100.G=200.B=150"],
  ["path", "simple", false, "", ""],
  ["path", "simple", false, "blue", "blue"],
  ["path", "simple", false, LIST, "blue,black,brown"],
  ["path", "simple", false, RECORD, "R,100,G,200,B,150"],
  ["path", "simple", true, LIST, "blue,black,brown"],
  ["path", "simple", true, RECORD, "R=100,G=200,B=150"],
  ["query", "form", false, "", "color="],
  ["query", "form", false, "blue", "color=blue"],
  ["query", "form", false, LIST, "color=blue,black,brown"],
  ["query", "form", false, RECORD, "color=R,100,G,200,B,150"],
  ["query", "form", true, LIST, "color=blue&color=black&color=brown"],
  ["query", "form", true, RECORD, "R=100&G=200&B=150"],
  ["query", "spaceDelimited", false, LIST, "color=blue%20black%20brown"],
  ["query", "spaceDelimited", false, RECORD, "color=R%20100%20G%20200%20B%20150"],
  ["query", "pipeDelimited", false, LIST, "color=blue%7Cblack%7Cbrown"],
  ["query", "pipeDelimited", false, RECORD, "color=R%7C100%7CG%7C200%7CB%7C150"],
  ["query", "deepObject", true, RECORD, "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150"],
  ["cookie", "cookie", true, "blue", "color=blue"],
  ["cookie", "cookie", true, LIST, "color=blue; color=black; color=brown"],
  ["cookie", "cookie", true, RECORD, "R=100; G=200; B=150"],
  ["cookie", "cookie", false, LIST, "color=blue,black,brown"],
  ["cookie", "form", true, LIST, "color=blue; color=black; color=brown"],
  ["header", "simple", false, LIST, "blue,black,brown"],
  ["header", "simple", true, RECORD, "R=100,G=200,B=150"],
])("in %s, style %s, explode %s: %j becomes %s", (place, style, explode, value, text) => {
  expect(serializeParameter(parameter(place, style, explode), value)).toBe(text);
});

test("lists and records without members, and values that are not there, are not written", () => {
  for (const value of [undefined, null, [], {}, [null], { a: undefined }]) {
    expect(serializeParameter(parameter("query", "form", true), value)).toBeUndefined();
    expect(serializeParameter(parameter("query", "deepObject", true), value ?? [])).toBeUndefined();
  }
});

test("members of members are written in brackets, or as JSON where a style knows none", () => {
  const value = { a: { b: [1, 2] } };
  const deep = serializeParameter(parameter("query", "deepObject", true), value);
  expect(decodeURIComponent(deep ?? "")).toBe("color[a][b][0]=1&color[a][b][1]=2");
  const form = serializeParameter(parameter("query", "form", true), value);
  expect(decodeURIComponent(form ?? "")).toBe('a={"b":[1,2]}');
});

test("reserved characters stay where they are allowed, and never end the part they are in", () => {
  const reserved = { ...parameter("query", "form", true), allowReserved: true };
  expect(serializeParameter(reserved, "a/b?c=d:e%20f&g#h+[i] 1%")).toBe(
    "color=a/b?c=d:e%20f%26g%23h%2B%5Bi%5D%201%25",
  );
  const path = { ...parameter("path", "simple", false), allowReserved: true };
  expect(serializeParameter(path, "a:b,c/d?e#f")).toBe("a:b,c%2Fd%3Fe%23f");
});

test("a value with a media type is written as that", () => {
  const json = { ...parameter("query", "form", true), contentType: "application/json" };
  expect(serializeParameter(json, { a: "b c" })).toBe("color=%7B%22a%22%3A%22b%20c%22%7D");
  expect(serializeParameter(json, "b")).toBe("color=%22b%22");
});

test("a whole query is a form, JSON, or a text that is one already", () => {
  const whole = { ...parameter("querystring", "form", true), contentType: "application/json" };
  expect(serializeParameter(whole, { a: 1 })).toBe("%7B%22a%22%3A1%7D");
  const form = { ...whole, contentType: "application/x-www-form-urlencoded" };
  expect(serializeParameter(form, { a: [1, 2], b: "x y" })).toBe("a=1&a=2&b=x%20y");
  expect(serializeParameter(form, "?a=1&b=2#c")).toBe("a=1&b=2%23c");
});

test("a raw cookie cannot make another cookie", () => {
  const raw = parameter("cookie", "cookie", true);
  expect(() => serializeParameter(raw, "1; admin=1")).toThrow(/semicolon/);
  expect(() => serializeParameter(raw, { "a\r\nx": 1 })).toThrow(/control character/);
});

test("what is read back from a query is what was written", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.string({ minLength: 1 }), (value, name) => {
      const written = serializeParameter({ ...parameter("query", "form", true), name }, value);
      expect([...new URLSearchParams(written)]).toEqual([
        [name.toWellFormed(), value.toWellFormed()],
      ]);
    }),
    { numRuns: 500 },
  );
});

test("no text can leave its segment of a path, or its pair of a query", () => {
  fc.assert(
    fc.property(fc.string(), fc.boolean(), (value, allowReserved) => {
      const path = { ...parameter("path", "simple", false), allowReserved };
      expect(serializeParameter(path, value)).not.toMatch(/[/?#\s\\]/);
      const query = { ...parameter("query", "form", true), allowReserved };
      expect(serializeParameter(query, value)).not.toMatch(/[&#\s+]/);
    }),
    { numRuns: 1_000 },
  );
});
