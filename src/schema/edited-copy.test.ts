import { expect, test } from "vitest";
import { EditedCopy } from "./edited-copy.ts";

test("a write copies the containers on its way and nothing else", () => {
  const original = { a: { b: [1, { c: 2 }] }, other: { d: 3 } };
  const copy = new EditedCopy(original);
  copy.write(["a", "b", "1", "c"], 9);

  expect(copy.value).toEqual({ a: { b: [1, { c: 9 }] }, other: { d: 3 } });
  expect(original).toEqual({ a: { b: [1, { c: 2 }] }, other: { d: 3 } });
  expect((copy.value as typeof original).other).toBe(original.other);
});

test("many writes copy each container once", () => {
  const copy = new EditedCopy({ list: ["1", "2"] });
  copy.write(["list", "0"], 1);
  const first = copy.value as { list: unknown[] };
  const { list } = first;
  copy.write(["list", "1"], 2);
  expect(copy.value).toBe(first);
  expect(first.list).toBe(list);
  expect(list).toEqual([1, 2]);
});

test("the root can be replaced", () => {
  const copy = new EditedCopy("7");
  copy.write([], 7);
  expect(copy.value).toBe(7);
});

test("a removed property is gone from the copy alone", () => {
  const original = { a: { b: null, c: 1 } };
  const copy = new EditedCopy(original);
  expect(copy.remove(["a", "b"])).toBe(true);
  expect(copy.value).toEqual({ a: { c: 1 } });
  expect(original.a).toHaveProperty("b", null);
});

test("an item of an array is not removed, nor is the root", () => {
  const copy = new EditedCopy([null]);
  expect(copy.remove(["0"])).toBe(false);
  expect(copy.remove([])).toBe(false);
  expect(copy.value).toEqual([null]);
});

test("dates, maps and class instances are shared, and not looked into", () => {
  class Point {
    x = "1";
  }
  const original = { point: new Point(), date: new Date(0), map: new Map(), a: "1" };
  const copy = new EditedCopy(original);
  expect(copy.read(["point", "x"])).toBeUndefined();
  copy.write(["a"], 1);
  const { point, date, map } = copy.value as typeof original;
  expect([point, date, map]).toEqual([original.point, original.date, original.map]);
  expect(point).toBe(original.point);
  expect(date).toBe(original.date);
});

test("a value that contains itself is written along the path alone", () => {
  const original: Record<string, unknown> = { n: "1" };
  original["self"] = original;
  const copy = new EditedCopy(original);
  copy.write(["self", "n"], 1);
  const edited = copy.value as { n: unknown; self: { n: unknown; self: unknown } };
  expect([edited.n, edited.self.n]).toEqual(["1", 1]);
  expect(edited.self.self).toBe(original);
});

test("a key named __proto__ is a key like any other", () => {
  const copy = new EditedCopy(JSON.parse('{"__proto__": {"a": "1"}, "b": "2"}'));
  copy.write(["__proto__", "a"], 1);
  copy.write(["b"], 2);
  expect(JSON.stringify(copy.value)).toBe('{"__proto__":{"a":1},"b":2}');
  expect(Object.getPrototypeOf(copy.value)).toBe(Object.prototype);
  expect({}).not.toHaveProperty("a");
});

test("nothing inherited is read", () => {
  expect(new EditedCopy({}).read(["constructor", "name"])).toBeUndefined();
  expect(new EditedCopy({}).read(["__proto__"])).toBeUndefined();
});
