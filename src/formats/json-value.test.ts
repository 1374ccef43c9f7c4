import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ToolError } from "../core/tool-error.ts";
import { toJsonValue } from "./json-value.ts";

test("what JSON can say comes out as JSON.stringify has it", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.stringify(toJsonValue(value))).toBe(JSON.stringify(value));
    }),
  );
});

test("members that are undefined or functions are left out, items become null or a word", () => {
  const value = { a: undefined, b: () => 1, c: 1 };
  expect(toJsonValue(value)).toEqual({ c: 1 });
  expect(toJsonValue([undefined, () => 1])).toEqual([null, "[function]"]);
});

test.each([
  [12n, "12"],
  [-0, 0],
  [Number.NaN, "NaN"],
  [-Infinity, "-Infinity"],
  [Symbol("s"), "Symbol(s)"],
  [new Date(0), "1970-01-01T00:00:00.000Z"],
  [new Date(Number.NaN), "Invalid Date"],
  [/a+/g, "/a+/g"],
  [new URL("https://example.com/a"), "https://example.com/a"],
  [Object("boxed"), "boxed"],
  [new Set([1, 2n]), [1, "2"]],
  [new Map([["a", new Map([["b", 1]])]]), { a: { b: 1 } }],
  [
    new Map<unknown, unknown>([
      [1, "one"],
      [{ k: 2 }, "two"],
    ]),
    [
      [1, "one"],
      [{ k: 2 }, "two"],
    ],
  ],
  [Buffer.from("abc"), "[3 bytes, base64: YWJj]"],
  [new Uint8Array([1, 2, 3]).buffer, "[3 bytes, base64: AQID]"],
  [new DataView(new ArrayBuffer(2)), "[2 bytes, base64: AAA=]"],
  [new Float64Array([1.5, Number.NaN]), [1.5, "NaN"]],
  [new BigInt64Array([7n]), ["7"]],
  [{ toJSON: () => ({ seen: 1n }) }, { seen: "1" }],
])("%o reads %j", (value, expected) => {
  expect(toJsonValue(value)).toEqual(expected);
});

test("a view on part of a buffer shows that part", () => {
  const bytes = new TextEncoder().encode("hello world").subarray(6);
  expect(toJsonValue(bytes)).toBe("[5 bytes, base64: d29ybGQ=]");
});

test("errors show name, message, code and causes, and never a stack", () => {
  const error = Object.assign(new TypeError("bad", { cause: new Error("worse") }), { code: "E1" });
  expect(toJsonValue(error)).toEqual({
    name: "TypeError",
    message: "bad",
    code: "E1",
    cause: { name: "Error", message: "worse" },
  });
  expect(toJsonValue(new AggregateError([new Error("one")], "all"))).toEqual({
    name: "AggregateError",
    message: "all",
    errors: [{ name: "Error", message: "one" }],
  });
  expect(JSON.stringify(toJsonValue(new ToolError("TOOL_FAILED", "x")))).not.toContain("stack");
});

test("a lone surrogate, which provider APIs refuse, is replaced", () => {
  expect(toJsonValue({ "k\ud800": "v\udc00" })).toEqual({ "k\ufffd": "v\ufffd" });
});

test("a __proto__ key stays a key", () => {
  const value: unknown = JSON.parse('{"__proto__": 1, "a": 2}');
  expect(JSON.stringify(toJsonValue(value))).toBe('{"__proto__":1,"a":2}');
  expect(JSON.stringify(toJsonValue(new Map([["__proto__", 1]])))).toBe('{"__proto__":1}');
});

const fail = () => {
  throw new Error("no");
};

describe("ends and does not throw", () => {
  test("for cycles, which it names; a repeated object is none", () => {
    const shared = { s: 1 };
    const value: Record<string, unknown> = { x: shared, y: shared };
    value["self"] = value;
    expect(toJsonValue(value)).toEqual({ x: { s: 1 }, y: { s: 1 }, self: "[circular]" });
    const self = {
      toJSON() {
        return this;
      },
    };
    expect(toJsonValue(self)).toBe("[circular]");
  });

  test("for getters, proxies and toJSON that throw", () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(
      toJsonValue([Object.defineProperty({}, "g", { get: fail, enumerable: true }), proxy]),
    ).toEqual(["[unreadable]", "[unreadable]"]);
    expect(toJsonValue({ a: { toJSON: fail }, b: 1 })).toEqual({ a: "[unreadable]", b: 1 });
  });

  test("for depth", () => {
    let value: unknown = 1;
    for (let level = 0; level < 100_000; level += 1) value = [value];
    expect(JSON.stringify(toJsonValue(value))).toContain("[not shown]");
  });

  test("for objects that share their way into the billions", () => {
    let value: unknown = "leaf";
    for (let level = 0; level < 64; level += 1) value = { l: value, r: value };
    expect(JSON.stringify(toJsonValue(value))).toContain("not shown]");
  });

  test("for long typed arrays and buffers, of which it shows the beginning", () => {
    expect((toJsonValue(new Float32Array(5_000)) as unknown[]).slice(-2)).toEqual([
      0,
      "[4000 more]",
    ]);
    expect(toJsonValue(new Uint8Array(100_000))).toBe(
      `[100000 bytes, the first 3072 as base64: ${"A".repeat(4_096)}]`,
    );
  });

  test("for anything", () => {
    const anything = fc.anything({
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: true,
      withNullPrototype: true,
      withObjectString: true,
    });
    fc.assert(
      fc.property(anything, (value) => {
        const text = JSON.stringify(toJsonValue(value));
        expect(JSON.stringify(JSON.parse(text))).toBe(text);
      }),
    );
  });
});
