import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isMadeId, readArguments, readCall } from "./read-call.ts";

test.each([undefined, null, "", " \n\t "])("arguments %j are none: {}", (given) => {
  expect(readArguments(given)).toEqual({ input: {} });
});

test("JSON text and objects read alike", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      expect(readArguments(text)).toEqual({ input: JSON.parse(text) as unknown });
    }),
  );
  const given = { a: [1, { b: null }] };
  expect(readArguments(given).input).toBe(given);
});

test("malformed text stays the input, with the reason beside it", () => {
  expect(readArguments('{"a": ')).toEqual({
    input: '{"a": ',
    malformed:
      "the arguments are not valid JSON: a value is expected at position 6 (line 1, column 7); the text ends there, as if cut off",
  });
});

test("a __proto__ key stays a key", () => {
  const { input } = readArguments('{"__proto__": {"admin": true}}');
  expect(Object.keys(input as object)).toEqual(["__proto__"]);
  expect((input as { admin?: boolean }).admin).toBeUndefined();
});

test.each([5, 0, -1.5])("the id %d comes back as text", (id) => {
  expect(readCall(3, id, "add", { input: {} }).id).toBe(String(id));
});

test("an id that is missing, empty or neither text nor number is made from the index", () => {
  for (const id of [undefined, null, "", true, {}]) {
    expect(readCall(3, id, "add", { input: {} }).id).toBe("toolyard_3");
  }
  expect(isMadeId("toolyard_3")).toBe(true);
  expect(isMadeId("call_toolyard_3")).toBe(false);
});

test("a call without a name is malformed, not lost", () => {
  expect(readCall(0, "c1", undefined, { input: { a: 1 } })).toEqual({
    id: "c1",
    name: "",
    input: { a: 1 },
    malformed: "the call names no tool",
  });
});
