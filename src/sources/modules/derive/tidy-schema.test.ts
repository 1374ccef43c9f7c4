import { expect, test } from "vitest";
import { tidySchema } from "./tidy-schema.ts";

const TEXT = { type: "string" };

test("what is used once is written where it is used, and its own annotations are weaker", () => {
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    type: "object",
    properties: { a: { $ref: "#/definitions/A", description: "of the property" } },
    definitions: { A: { ...TEXT, description: "of the type", minLength: 1 } },
  };
  expect(tidySchema(schema)).toEqual({
    type: "object",
    properties: { a: { ...TEXT, description: "of the property", minLength: 1 } },
  });
});

test("what is used more than once, or uses itself, is kept under a plain name", () => {
  const schema = {
    properties: {
      a: { $ref: '#/definitions/Pick<User,"name">' },
      b: { $ref: '#/definitions/Pick<User,"name">' },
      tree: { $ref: "#/definitions/Tree" },
      other: { $ref: "#/definitions/Pick(User,name)" },
      again: { $ref: "#/definitions/Pick(User,name)" },
    },
    definitions: {
      'Pick<User,"name">': TEXT,
      "Pick(User,name)": { type: "number" },
      Tree: { properties: { left: { $ref: "#/definitions/Branch" } } },
      Branch: { items: { $ref: "#/definitions/Tree" } },
    },
  };
  expect(tidySchema(schema)).toEqual({
    properties: {
      a: { $ref: "#/$defs/Pick_User_name" },
      b: { $ref: "#/$defs/Pick_User_name" },
      tree: { $ref: "#/$defs/Tree" },
      other: { $ref: "#/$defs/Pick_User_name_2" },
      again: { $ref: "#/$defs/Pick_User_name_2" },
    },
    $defs: {
      Pick_User_name: TEXT,
      Pick_User_name_2: { type: "number" },
      Tree: { properties: { left: { $ref: "#/$defs/Branch" } } },
      Branch: { items: { $ref: "#/$defs/Tree" } },
    },
  });
});

test("tuples are written as 2020-12 has them", () => {
  const schema = { type: "array", items: [TEXT, TEXT], additionalItems: { type: "number" } };
  expect(tidySchema(schema)).toEqual({
    type: "array",
    prefixItems: [TEXT, TEXT],
    items: { type: "number" },
  });
});

test("data is left as it is, whatever it looks like", () => {
  const data = { $ref: "#/definitions/A", items: [1], definitions: {} };
  const schema = { default: data, examples: [data], const: data, enum: [data] };
  expect(tidySchema({ ...schema, definitions: { A: TEXT } })).toEqual(schema);
});

test("a property may have the name of a keyword", () => {
  const properties = { default: { $ref: "#/definitions/A" }, items: { items: [TEXT] } };
  expect(tidySchema({ properties, definitions: { A: TEXT } })).toEqual({
    properties: { default: TEXT, items: { prefixItems: [TEXT] } },
  });
});
