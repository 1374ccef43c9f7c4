import { expect, test } from "vitest";
import { FieldNames } from "./field-names.ts";

test("fields of one name get their place behind it, and stay as short as providers want them", () => {
  const names = new FieldNames();
  const long = "x".repeat(64);
  const given = ["query", "header", "cookie", "querystring", "querystring"].map((place) =>
    names.fieldFor(long, place),
  );
  expect(new Set(given).size).toBe(given.length);
  expect(given[0]).toBe(long);
  expect(given[1]).toBe(`${"x".repeat(48)}_header`);
  expect(given.filter((field) => !/^[\w.-]{1,64}$/.test(field))).toEqual([]);
});
