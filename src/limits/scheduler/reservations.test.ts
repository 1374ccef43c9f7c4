import { expect, test } from "vitest";
import { Reservations, owedTo } from "./reservations.ts";

test("a tenant's slots come before those of a tag, and the first tag that has some counts", () => {
  const kept = new Reservations({ "tenant:x": 2, "tag:t": 1, "tag:u": 1 }, true);
  const tool = { name: "a", tags: ["s", "u", "t"] };
  expect(kept.find(tool, "x")?.owner).toBe("tenant:x");
  expect(kept.find(tool, "y")?.owner).toBe("tag:u");
  expect(kept.find({ name: "a" }, undefined)).toBeUndefined();
});

test("what is used is not owed any more, and never less than nothing is", () => {
  const kept = new Reservations({ "tenant:x": 2 }, false);
  const own = kept.find({ name: "a" }, "x");
  if (own === undefined) throw new Error("nothing is kept");
  expect([owedTo(own), kept.withheld]).toEqual([2, 2]);
  own.running = 1;
  expect([owedTo(own), kept.withheld]).toEqual([1, 1]);
  own.running = 3;
  expect([owedTo(own), kept.withheld]).toEqual([0, 0]);
});

test("what is lent is withheld from nobody", () => {
  expect(new Reservations({ "tenant:x": 2, "tag:t": 1 }, true).withheld).toBe(0);
});

test("settings that change leave who runs where it counts", () => {
  const before = new Reservations({ "tenant:x": 1, "tag:t": 1 }, false);
  const own = before.find({ name: "a" }, "x");
  if (own === undefined) throw new Error("nothing is kept");
  own.running = 1;
  const after = new Reservations({ "tenant:x": 2 }, false, before);
  expect(after.find({ name: "a" }, "x")).toBe(own);
  expect([after.values().length, after.withheld]).toEqual([1, 1]);
});
