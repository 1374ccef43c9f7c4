import * as fc from "fast-check";
import { expect, test } from "vitest";
import { NameBook, type NamedOperation, renamer } from "./operation-name.ts";

const operations = fc.array(
  fc.record({
    method: fc.constantFrom("GET", "POST"),
    path: fc.string({ unit: "grapheme" }).map((text) => `/${text}`),
    operationId: fc.option(
      fc.oneof(
        fc.constantFrom("get pet", "get-pet", "x".repeat(80), `${"x".repeat(80)}y`, "__", ""),
        fc.string({ maxLength: 100 }),
      ),
      { nil: undefined },
    ),
  }),
  { maxLength: 40 },
);

function namesOf(list: readonly NamedOperation[]): string[] {
  const book = new NameBook();
  return list.map((operation) => book.nameFor(operation));
}

test("names are valid, unique and always the same", () => {
  fc.assert(
    fc.property(operations, (list) => {
      const names = namesOf(list);
      expect(new Set(names).size).toBe(list.length);
      for (const name of names) expect(name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
      expect(namesOf(list)).toEqual(names);
    }),
    { numRuns: 200 },
  );
});

function nameOf(operationId: string | undefined, path: string): string[] {
  return namesOf([{ method: "GET", path, operationId }]);
}

test("a name is the operationId, else method and path", () => {
  expect(nameOf("pets.list", "/")).toEqual(["pets_list"]);
  expect(nameOf("issues/add-label", "/")).toEqual(["issues_add-label"]);
  expect(nameOf(undefined, "/pets/{petId}/toys")).toEqual(["get_pets_petId_toys"]);
  expect(nameOf("…", "/")).toEqual(["get"]);
});

test("a long name keeps its beginning and ends in a hash of the whole", () => {
  const [one = "", other = ""] = namesOf([
    { method: "GET", path: "/1", operationId: `${"long-".repeat(20)}1` },
    { method: "GET", path: "/2", operationId: `${"long-".repeat(20)}2` },
  ]);
  expect(one).toMatch(/^(?:long-){11}_[\da-f]{8}$/);
  expect(other).not.toBe(one);
});

test("renaming checks both names", () => {
  const names = ["list_pets", "get_pet"];
  expect(renamer(names, { get_pet: "pet" })("get_pet")).toBe("pet");
  expect(() => renamer(names, { getpet: "pet" })).toThrow(
    'no operation is called "getpet". Did you mean "get_pet"',
  );
  expect(() => renamer(names, { get_pet: "a b" })).toThrow('"a b" is no name for a tool');
  expect(() => renamer(names, { get_pet: "list_pets" })).toThrow(
    'two operations would be called "list_pets"',
  );
  expect(renamer(names, { get_pet: "list_pets", list_pets: "get_pet" })("list_pets")).toBe(
    "get_pet",
  );
});

test("a name of many underscores takes no time that matters", () => {
  const operationId = `a${"_".repeat(1_000_000)}x`;
  const startedAt = process.cpuUsage();
  expect(new NameBook().nameFor({ method: "GET", path: "/", operationId })).toHaveLength(10);
  expect(process.cpuUsage(startedAt).user / 1_000).toBeLessThan(1_000);
});
