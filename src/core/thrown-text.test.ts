import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { isError, thrownText } from "./thrown-text.ts";

test.each<[string, unknown, string]>([
  ["an error's message", new RangeError("too far"), "too far"],
  ["the name of an error without a message", new RangeError(), "RangeError"],
  ["the message of an object that is no error", { message: "quota", code: 7 }, "quota"],
  ["the JSON of another object", { code: 7 }, '{"code":7}'],
  ["the JSON of an object without a prototype", Object.create(null), "{}"],
  ["the kind of an object without JSON", { toJSON: () => undefined }, "[object Object]"],
  ["a string", "boom", "boom"],
  ["undefined", undefined, "undefined"],
  ["null", null, "null"],
  ["a symbol", Symbol("why"), "Symbol(why)"],
  ["a bigint", 12n, "12"],
])("the text of what was thrown is %s", (_, thrown, text) => {
  expect(thrownText(thrown)).toBe(text);
});

test("what cannot be read still has a text", () => {
  const cyclic: Record<string, unknown> = {};
  cyclic["self"] = cyclic;
  const hostile = new Proxy(
    {},
    {
      get() {
        throw new Error("no");
      },
    },
  );
  expect(thrownText(cyclic)).toBe("something that cannot be shown");
  expect(thrownText(hostile)).toBe("something that cannot be shown");
});

test("an error of another realm is an error, and what looks like one is not", () => {
  expect(isError(runInNewContext("new TypeError('x')"))).toBe(true);
  expect(isError({ name: "Error", message: "x", stack: "" })).toBe(false);
  expect(isError(undefined)).toBe(false);
});
