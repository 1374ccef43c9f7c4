import { expect, test } from "vitest";
import { headerFault } from "./parameter-headers.ts";

const header = (name: unknown, type: unknown = "string"): object => ({
  type,
  "x-mcp-header": name,
});
const schema = (properties: object): object => ({ type: "object", properties });

test("strings, integers and booleans may travel as headers, at any depth of properties", () => {
  const inner = schema({ region: header("Region"), level: header("Level", "integer") });
  expect(headerFault(schema({ inner, debug: header("Debug", "boolean") }))).toBeUndefined();
  expect(headerFault(schema({ "x-mcp-header": { type: "string" } }))).toBeUndefined();
  expect(headerFault({ type: "object", $defs: { "x-mcp-header": {} } })).toBeUndefined();
  expect(headerFault({ ...schema({}), default: header("No Schema") })).toBeUndefined();
  expect(headerFault("no schema")).toBeUndefined();
});

test.each([[""], ["My Region"], ["Region:Primary"], ["Région"], ["Region\t1"], [7], [null]])(
  "%j is no name of a header",
  (name) => {
    expect(headerFault(schema({ value: header(name) }))).toContain("is no name of a header");
  },
);

test.each(["object", "array", "null", "number", undefined])("no header is made of %s", (type) => {
  expect(headerFault(schema({ value: { type, "x-mcp-header": "A" } }))).toContain("is no string");
});

test("names are unique, whatever their case", () => {
  const twice = schema({ one: header("MyField"), inner: schema({ other: header("myfield") }) });
  expect(headerFault(twice)).toBe('`x-mcp-header` "myfield" is there twice');
});

test.each([
  ["the root", { ...schema({}), ...header("A") }],
  ["items", schema({ list: { type: "array", items: header("A") } })],
  ["an alternative", { type: "object", anyOf: [schema({ a: header("A") })] }],
  ["a definition", { type: "object", $defs: { a: schema({ b: header("A") }) } }],
  ["properties of items", schema({ list: { items: schema({ a: header("A") }) } })],
])("none may be declared at %s", (_where, wrong) => {
  expect(headerFault(wrong)).toContain("where only `properties` may lead");
});

test("a schema that is nested without end in sight is given up", () => {
  let deep: object = {};
  for (let level = 0; level < 100_000; level += 1) deep = { not: deep };
  expect(headerFault(deep)).toBe("it is nested too deeply");
});
