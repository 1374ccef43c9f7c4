import { anything, array, assert, constantFrom, nat, oneof, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { type Hole, LONG_TEXT, fillHoles, hollowOut } from "./hollow-json.ts";

const LONG = "long ".repeat(LONG_TEXT);

function roundTrip(value: unknown): unknown {
  const attachments: Uint8Array[] = [];
  const { json, holes } = hollowOut(value, attachments, "copy") as NonNullable<
    ReturnType<typeof hollowOut>
  >;
  return fillHoles({ json: JSON.parse(JSON.stringify(json)) as unknown, holes }, attachments);
}

describe("a value with holes", () => {
  test.each([
    ["at the top", LONG],
    ["bytes at the top", new Float64Array([1])],
    ["in lists and objects", { a: [1, { b: LONG }], c: new Uint8Array([1, 2]), d: null }],
    ["under keys of every kind", { "": LONG, "0": LONG, "a b": [LONG], toString: LONG }],
  ])("comes back whole: %s", (_name, value) => {
    expect(roundTrip(value)).toStrictEqual(value);
  });

  test("is not changed itself", () => {
    const value = Object.freeze({ list: Object.freeze([LONG, 1]) });
    roundTrip(value);
    expect(value.list[0]).toBe(LONG);
  });

  test("keeps a key named __proto__ a key", () => {
    const value = JSON.parse(`{"__proto__": {"text": "${LONG}"}, "a": 1}`) as object;
    const back = roundTrip(value) as Record<string, unknown>;
    expect(Object.keys(back)).toEqual(["__proto__", "a"]);
    expect(back["text"]).toBeUndefined();
    expect(JSON.stringify(back)).toBe(JSON.stringify(value));
  });

  test("keeps the same bytes in two places the same", () => {
    const bytes = new Uint8Array([1]);
    const back = roundTrip({ one: bytes, two: [bytes] }) as { one: unknown; two: unknown[] };
    expect(back.two[0]).toBe(back.one);
  });

  test("names the place of bytes that were given away", () => {
    const gone = new Uint8Array(1);
    gone.buffer.transfer();
    expect(() => hollowOut({ a: [{ "b c": gone }] }, [], "copy")).toThrow(
      expect.objectContaining({ path: '.a[0]["b c"]' }),
    );
  });
});

describe("holes that somebody made up", () => {
  const bytes = [new Uint8Array(1)];

  test.each([
    ["a prototype", {}, ["__proto__", "polluted"]],
    ["a constructor", { a: 1 }, ["constructor", "prototype", "polluted"]],
    ["nothing", {}, ["a"]],
    ["null", { a: null }, ["a", "b"]],
    ["text", { a: "text" }, ["a", 0, 0]],
  ])("do not reach into %s", (_name, json, path) => {
    const holes = [[["Uint8Array", 0], path]] as unknown as Hole[];
    expect(() => fillHoles({ json, holes }, bytes)).toThrow(RangeError);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test("are filled or refused, whatever they are", () => {
    const key = oneof(constantFrom("__proto__", "constructor", "prototype", "a"), string(), nat());
    const path = array(key, { maxLength: 4 });
    assert(
      property(anything(), path, (json, keys) => {
        const own = JSON.stringify(Object.getOwnPropertyNames(Object.prototype));
        try {
          fillHoles({ json, holes: [[["Uint8Array", 0], keys]] }, bytes);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(Error);
        }
        expect(JSON.stringify(Object.getOwnPropertyNames(Object.prototype))).toBe(own);
      }),
      { numRuns: 1_000 },
    );
  });
});
