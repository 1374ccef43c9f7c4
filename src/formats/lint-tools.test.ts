import { expect, test } from "vitest";
import type { JsonSchema } from "../core/json-schema.ts";
import { lintTools } from "./lint-tools.ts";
import { FORMAT_NAMES, type FormatName } from "./provider-format.ts";

function lint(inputSchema: JsonSchema, format: FormatName, description = "Does it."): string[] {
  return lintTools([{ name: "tool", description, inputSchema }], format).map(
    ({ severity, message }) => `${severity}: ${message}`,
  );
}

const FINE = {
  type: "object",
  properties: { tags: { type: "array", items: { type: "string" } }, a: { $ref: "#/$defs/a" } },
  required: ["tags"],
  $defs: { a: { anyOf: [{ type: "string" }, { type: "null" }] } },
} as const;

test.each(FORMAT_NAMES)("%s has nothing against an ordinary tool", (format) => {
  expect(lint(FINE, format)).toEqual([]);
});

test.each(FORMAT_NAMES)("%s wants a description", (format) => {
  const warning = "warning: It has no description, and the model decides by it.";
  expect(lint(FINE, format, " ")).toEqual([warning]);
  expect(lint(FINE, format, "GET /pets/{id}")).toEqual([warning]);
  expect(lint(FINE, format, "GET /pets/{id} gets a pet.")).toEqual([]);
});

test("alternatives at the top are refused by OpenAI and Anthropic, not by Gemini", () => {
  const schema = { ...FINE, anyOf: [{ required: ["tags"] }] };
  const said = ["error: Its input has `anyOf` at the top."];
  expect(lint(schema, "openai-chat")).toEqual(said);
  expect(lint(schema, "anthropic")).toEqual(said);
  expect(lint(schema, "gemini")).toEqual([]);
  expect(lint({ ...FINE, enum: [{}] }, "anthropic")).toEqual([]);
  expect(lint({ ...FINE, enum: [{}] }, "openai-responses")).toHaveLength(1);
});

test("OpenAI refuses long descriptions, and lists that do not say what they hold", () => {
  expect(lint(FINE, "openai-chat", "x".repeat(1_025))[0]).toContain("1025 characters");
  const schema = { type: "object", properties: { a: { items: { type: ["array", "null"] } } } };
  expect(lint(schema as JsonSchema, "openai-responses")).toEqual([
    "error: The list input.a[] does not say what it holds.",
  ]);
});

test("Anthropic refuses odd names of properties, however deep", () => {
  const deep = { type: "object", properties: { "a b": {}, "a.b-c_1": {} } } as const;
  const schema = { type: "object", properties: { x: { oneOf: [deep] } } } as const;
  expect(lint(schema, "anthropic")).toEqual([
    'error: The property "a b" of input.x has a name that is not taken.',
  ]);
});

test("Gemini is warned of a schema that refers to itself, also round a corner", () => {
  const tree = {
    type: "object",
    properties: { root: { $ref: "#/$defs/node" } },
    $defs: {
      node: { type: "object", properties: { list: { $ref: "#/$defs/list" } } },
      list: { type: "array", items: { $ref: "#/$defs/node" } },
    },
  } as const;
  expect(lint(tree, "gemini")).toEqual([
    expect.stringContaining("warning: Its input refers to itself at #/$defs/node"),
  ]);
  expect(lint({ type: "object", properties: { self: { $ref: "#" } } }, "gemini")).toHaveLength(1);
  expect(lint({ type: "object", properties: { a: { $ref: "#/%" } } }, "gemini")).toEqual([]);
});

test("a long list of tools should be searched instead", () => {
  const tools = Array.from({ length: 200 }, (_, number) => ({
    name: `tool_${number}`,
    description: "x".repeat(900),
    inputSchema: FINE,
  }));
  const [count, size] = lintTools(tools, "openai-chat");
  expect(count).toMatchObject({ severity: "error", message: "200 tools; at most 128 are taken." });
  expect(size?.message).toMatch(/take \d+ KB of every request/);
  expect(lintTools(tools, "anthropic")).toHaveLength(1);
});
