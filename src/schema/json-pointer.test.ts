import * as fc from "fast-check";
import { expect, test } from "vitest";
import { fromJsonPointer, toJsonPointer } from "./json-pointer.ts";

test("the empty path is the empty pointer", () => {
  expect(toJsonPointer([])).toBe("");
  expect(fromJsonPointer("")).toEqual([]);
});

test("slashes and tildes in keys are escaped", () => {
  expect(toJsonPointer(["a/b", "c~d", 0, ""])).toBe("/a~1b/c~0d/0/");
});

test("symbols are written by their description", () => {
  expect(toJsonPointer([Symbol("tag"), Symbol()])).toBe("/tag/");
});

test("what is written is read back", () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (path) => {
      expect(fromJsonPointer(toJsonPointer(path))).toEqual(path);
    }),
  );
});
