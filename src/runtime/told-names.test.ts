import { expect, test } from "vitest";
import { ToldNames } from "./told-names.ts";

test("of tools that are gone the names told last are remembered, and those of tools that are there all", () => {
  const told = new ToldNames(2);
  for (const each of ["a", "b", "c", "d"]) {
    told.tell(`_${each}`, each);
    told.sweep((registered) => registered === "a");
  }
  expect(told.toolOf("_b")).toBe("b");
  told.tell("_e", "e");
  told.sweep((registered) => registered === "a");
  const left = ["a", "b", "c", "d", "e"].filter((each) => told.toolOf(`_${each}`) === each);
  expect(left).toEqual(["a", "d", "e"]);
  expect(left.map((each) => told.nameOf(each))).toEqual(["_a", "_d", "_e"]);
  expect(told.nameOf("b")).toBeUndefined();
});
