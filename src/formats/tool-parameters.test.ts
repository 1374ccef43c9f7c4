import { expect, test } from "vitest";
import type { JsonSchema } from "../core/json-schema.ts";
import { toolParameters } from "./tool-parameters.ts";

const parameters = (inputSchema: JsonSchema) =>
  toolParameters({ name: "t", description: "", inputSchema });

test("keeps an object schema, without $schema", () => {
  expect(
    parameters({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      properties: { a: { type: "number" } },
      required: ["a"],
      $defs: { x: {} },
    }),
  ).toEqual({
    type: "object",
    properties: { a: { type: "number" } },
    required: ["a"],
    $defs: { x: {} },
  });
});

test("adds the type and the properties that providers insist on", () => {
  expect(parameters({})).toEqual({ type: "object", properties: {} });
  expect(parameters({ type: ["object", "null"] })).toEqual({ type: "object", properties: {} });
});

test("does not change the schema it is given", () => {
  const schema = Object.freeze({ $schema: "x", type: "object" });
  parameters(schema);
  expect(schema).toEqual({ $schema: "x", type: "object" });
});

test("refuses a schema that wants no object, by the tool's name", () => {
  expect(() => parameters({ type: "string" })).toThrow(TypeError);
  expect(() => parameters({ type: ["string", "null"] })).toThrow('Tool "t"');
});
