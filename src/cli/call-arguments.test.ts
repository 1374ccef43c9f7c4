import { describe, expect, test } from "vitest";
import { readCallArguments, readCallInput } from "./call-arguments.ts";
import { UsageError } from "./usage-error.ts";

describe("readCallArguments", () => {
  test("= makes text and := makes JSON", () => {
    expect(readCallArguments(["city=Bern", "days:=3", 'tags:=["a"]', "empty="])).toEqual({
      city: "Bern",
      days: 3,
      tags: ["a"],
      empty: "",
    });
  });

  test("the first = parts key and value, so values may hold any character", () => {
    expect(readCallArguments(["q=a=b:=c", "text=two\nlines", 'o:={"k":"x=y"}'])).toEqual({
      q: "a=b:=c",
      text: "two\nlines",
      o: { k: "x=y" },
    });
  });

  test("keys may hold dots, dashes and colons", () => {
    expect(readCallArguments(["a.b-c:d=1"])).toEqual({ "a.b-c:d": "1" });
  });

  test("__proto__ is a key like any other", () => {
    const read = readCallArguments(['__proto__:={"polluted":true}']);
    expect(Object.hasOwn(read, "__proto__")).toBe(true);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
  });

  test.each(["bare", "=value", ":=1", ""])("%j is refused by name, with the two forms", (pair) => {
    expect(() => readCallArguments([pair])).toThrow(new RegExp(`^"${pair}" is not an argument`));
  });

  test("a key given twice is refused", () => {
    expect(() => readCallArguments(["a=1", "a:=2"])).toThrow('"a" is given twice');
  });

  test("malformed JSON is refused with the key and the place", () => {
    expect(() => readCallArguments(["days:=3,"])).toThrow(
      /^The value of days is not valid JSON: .*position 1 .*\.$/,
    );
    expect(() => readCallArguments(["days:=x"])).toThrow(UsageError);
  });
});

describe("readCallInput", () => {
  test("arguments go over the input", () => {
    expect(readCallInput('{"a": 1, "b": 2}', ["b=two"])).toEqual({ a: 1, b: "two" });
    expect(readCallInput(undefined, [])).toEqual({});
  });

  test("an input that is no object stands by itself only", () => {
    expect(readCallInput("[1]", [])).toEqual([1]);
    expect(() => readCallInput("[1]", ["a=1"])).toThrow("--input is not an object");
  });
});
