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
test.each<[string, unknown, string]>([
  ["path matrix", "", ";color"],
  ["path matrix", "blue", ";color=blue"],
  ["path matrix", LIST, ";color=blue,black,brown"],
  ["path matrix", RECORD, ";color=R,100,G,200,B,150"],
  ["path matrix explode", "", ";color"],
  ["path matrix explode", LIST, ";color=blue;color=black;color=brown"],
  ["path matrix explode", RECORD, ";R=100;G=200;B=150"],
  ["path label", "", "."],
  ["path label", "blue", ".blue"],
  ["path label", LIST, ".blue,black,brown"],
  ["path label", RECORD, ".R,100,G,200,B,150"],
  ["path label explode", LIST, ".blue.black.brown"],
  ["path label explode", RECORD, ".R=100.G=200.B=150"],
  ["path simple", "", ""],
  ["path simple", "blue", "blue"],
  ["path simple", LIST, "blue,black,brown"],
  ["path simple", RECORD, "R,100,G,200,B,150"],
  ["path simple explode", LIST, "blue,black,brown"],
  ["path simple explode", RECORD, "R=100,G=200,B=150"],
  ["query form", "", "color="],
  ["query form", "blue", "color=blue"],
  ["query form", LIST, "color=blue,black,brown"],
  ["query form", RECORD, "color=R,100,G,200,B,150"],
  ["query form explode", LIST, "color=blue&color=black&color=brown"],
  ["query form explode", RECORD, "R=100&G=200&B=150"],
  ["query spaceDelimited", LIST, "color=blue%20black%20brown"],
  ["query spaceDelimited", RECORD, "color=R%20100%20G%20200%20B%20150"],
  ["query pipeDelimited", LIST, "color=blue%7Cblack%7Cbrown"],
  ["query pipeDelimited", RECORD, "color=R%7C100%7CG%7C200%7CB%7C150"],
  ["query deepObject explode", RECORD, "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150"],
  ["cookie cookie explode", "blue", "color=blue"],
  ["cookie cookie explode", LIST, "color=blue; color=black; color=brown"],
  ["cookie cookie explode", RECORD, "R=100; G=200; B=150"],
  ["cookie cookie", LIST, "color=blue,black,brown"],
  ["cookie form explode", LIST, "color=blue; color=black; color=brown"],
  ["header simple", LIST, "blue,black,brown"],
  ["header simple explode", RECORD, "R=100,G=200,B=150"],
])("in %s: %j becomes %s", (form, value, text) => {
  const [place, style, explode] = form.split(" ") as [ParameterForm["in"], ParameterStyle, string?];
  expect(serializeParameter(parameter(place, style, explode !== undefined), value)).toBe(text);
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

test("a date is its text, wherever it stands, and none when it is none", () => {
  const date = new Date(0);
  const text = "1970-01-01T00%3A00%3A00.000Z";
  const list = parameter("query", "form", false);
  expect(serializeParameter(list, date)).toBe(`color=${text}`);
  expect(serializeParameter(list, [date, new Date(NaN)])).toBe(`color=${text}`);
  expect(serializeParameter(list, { at: date })).toBe(`color=at,${text}`);
  expect(serializeParameter(parameter("query", "deepObject", true), { at: date })).toBe(
    `color%5Bat%5D=${text}`,
  );
});

test("a raw cookie cannot make another cookie", () => {
  const raw = parameter("cookie", "cookie", true);
  expect(() => serializeParameter(raw, "1; admin=1")).toThrow(/semicolon/);
  expect(() => serializeParameter(raw, { "a\r\nx": 1 })).toThrow(/control character/);
  expect(() => serializeParameter(raw, "Łódź")).toThrow(/Latin-1/);
  expect(serializeParameter(raw, "a:<b> é~")).toBe("color=a:<b> é~");
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
