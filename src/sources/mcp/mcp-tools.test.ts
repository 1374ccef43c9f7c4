import type { Tool as ListedTool } from "@modelcontextprotocol/client";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkDefinition } from "../../core/tool.ts";
import { compileValidator } from "../../schema/compile-validator.ts";
import { listedTool } from "../../testing/scripted-link.ts";
import type { McpOptions } from "./mcp-options.ts";
import type { McpRequest } from "./mcp-request.ts";
import { McpTools } from "./mcp-tools.ts";

function toolsOf(options: McpOptions = {}) {
  const requests: McpRequest[] = [];
  const tools = new McpTools(options, {
    executeOf: (request) => () => request,
    originOf: (request) => {
      requests.push(request);
      return { kind: "source", label: "l", loader: "file:///l", spec: request };
    },
  });
  return { read: (list: unknown) => tools.read(list as readonly ListedTool[]), requests };
}

const read = (list: unknown, options: McpOptions = {}) => toolsOf(options).read(list);

function repeatable(annotations: object, options: McpOptions = {}): unknown {
  const { read: readList, requests } = toolsOf(options);
  readList([listedTool("a", { annotations })]);
  return (requests[0] as { readonly repeatable?: boolean }).repeatable;
}

function parse(outputSchema: unknown, output: unknown): unknown {
  const { tools, problems } = read([{ ...listedTool("a"), outputSchema }]);
  const schema = tools[0]?.output;
  if (schema === undefined) return problems;
  return compileValidator(schema, undefined, { coerce: false }).parse(output);
}

function nested(next: unknown): object {
  return { content: [], structuredContent: { next: { next } } };
}

/** A schema within a schema, and so on. */
function deep(levels: number): unknown {
  return JSON.parse('{"properties":{"a":'.repeat(levels) + "{}" + "}}".repeat(levels));
}

/** Properties that are called like keywords. */
function oddOutput(value: unknown): object {
  const structuredContent = { default: value, enum: 1, $ref: 2, properties: 3, const: 4 };
  return { content: [], structuredContent };
}

test("a listed tool becomes one with its own words, schema and hints", () => {
  const inputSchema = { type: "object", properties: { a: { type: "integer" } } } as const;
  const annotations = { readOnlyHint: true, destructiveHint: false, openWorldHint: true };
  const { tools, problems } = read([listedTool("add", { inputSchema, annotations })]);
  expect(problems).toEqual([]);
  expect(tools).toHaveLength(1);
  expect(tools[0]).toMatchObject({
    name: "add",
    description: "Does add.",
    input: inputSchema,
    output: undefined,
    annotations: { readOnly: true, destructive: false, openWorld: true },
    origin: { kind: "source", spec: { kind: "tool", name: "add", repeatable: true } },
  });
  expect(tools[0]?.annotations).not.toHaveProperty("idempotent");
});

test("a tool without a description is described by its title, or its name", () => {
  const list = [
    { ...listedTool("a"), description: "", title: "Title" },
    { ...listedTool("b"), description: undefined, annotations: { title: "Old title" } },
    { ...listedTool("c"), description: 7 },
  ];
  expect(read(list).tools.map(({ description }) => description)).toEqual([
    "Title",
    "Old title",
    "c",
  ]);
});

test("settings reach every tool", () => {
  const options = {
    mode: "thread",
    tags: ["t"],
    timeoutMs: 7,
    resetTimeoutOnProgress: true,
  } as const;
  expect(read([listedTool("a")], options).tools[0]).toMatchObject(options);
});

describe("whether a call may be repeated", () => {
  test("is what the server claims", () => {
    expect(repeatable({})).toBe(false);
    expect(repeatable({ readOnlyHint: true })).toBe(true);
    expect(repeatable({ idempotentHint: true })).toBe(true);
    expect(repeatable({ idempotentHint: "yes" })).toBe(false);
  });

  test("is what the user says of it, where he does", () => {
    expect(repeatable({}, { annotations: { idempotent: true } })).toBe(true);
    const distrust = { annotations: { readOnly: false, idempotent: false } };
    expect(repeatable({ readOnlyHint: true, idempotentHint: true }, distrust)).toBe(false);
  });
});

test("what cannot be used is left out and said, and the others live", () => {
  const { tools, problems } = read([
    listedTool("fine"),
    null,
    { ...listedTool("x"), name: "" },
    listedTool("fine"),
    { ...listedTool("a"), inputSchema: undefined },
    { ...listedTool("b"), inputSchema: { type: "string" } },
    { ...listedTool("c"), inputSchema: { type: "object", properties: { a: { type: "no" } } } },
    { ...listedTool("d"), inputSchema: { type: "object", $ref: "https://a.test/schema.json" } },
    { ...listedTool("e"), execution: { taskSupport: "required" } },
  ]);
  expect(tools.map(({ name }) => name)).toEqual(["fine"]);
  expect(problems).toEqual([
    "Tool 2 of the server has no name and is left out.",
    "Tool 3 of the server has no name and is left out.",
    '"fine" is listed twice by the server; the first counts.',
    '"a" is left out: its input schema is no object.',
    '"b" is left out: its input schema describes no object.',
    expect.stringMatching(
      /^"c" is left out: its input schema cannot be used: .*\/properties\/a\/type/,
    ),
    expect.stringMatching(/^"d" is left out: its input schema cannot be used: .*a\.test/),
    '"e" is left out: it can only be run as a task, which is not supported.',
  ]);
});

test("a description of a book's length is cut", () => {
  const { tools, problems } = read([{ ...listedTool("a"), description: "x".repeat(1_000_000) }]);
  expect(tools[0]?.description).toHaveLength(10_000);
  expect(problems).toEqual(['"a": its description of 1000000 characters is cut to 10000.']);
});

describe("an output schema", () => {
  test("is held against the structured content, which must be there", () => {
    const schema = { type: "object", properties: { n: { type: "integer" } }, required: ["n"] };
    expect(parse(schema, { content: [], structuredContent: { n: 1 } })).toMatchObject({ ok: true });
    expect(parse(schema, { content: [], structuredContent: { n: "1" } })).toMatchObject({
      issues: [{ path: "/structuredContent/n" }],
    });
    expect(parse(schema, { content: [] })).toMatchObject({ ok: false });
  });

  test.each([
    "https://json-schema.org/draft/2020-12/schema",
    "http://json-schema.org/draft-07/schema#",
    undefined,
  ])("may refer to itself, in the draft %s", ($schema) => {
    const list = { type: "object", properties: { next: { $ref: "#/$defs/list" } } };
    const schema = { ...($schema && { $schema }), $defs: { list }, $ref: "#/$defs/list" };
    expect(parse(schema, nested({}))).toMatchObject({ ok: true });
    expect(parse(schema, nested(7))).toMatchObject({
      issues: [{ path: "/structuredContent/next/next" }],
    });
    const whole = {
      ...($schema && { $schema }),
      properties: { next: { $ref: "#" } },
      type: "object",
    };
    expect(parse(whole, nested({}))).toMatchObject({ ok: true });
    expect(parse(whole, nested(7))).toMatchObject({ ok: false });
  });

  test("keeps references within a part that has an identity of its own, and values as they are", () => {
    const own = { $id: "https://a.test/own", type: "object", properties: { me: { $ref: "#" } } };
    const value = { $ref: "#/a" };
    const schema = { type: "object", properties: { own, value: { const: value } } };
    const fits = { own: { me: { me: {} } }, value };
    expect(parse(schema, { structuredContent: fits })).toMatchObject({ ok: true });
    const misfits = { own: { me: { me: 7 } }, value };
    expect(parse(schema, { structuredContent: misfits })).toMatchObject({ ok: false });
  });

  test.each([[{ type: "no" }], [7], [null]])("of %j is not held against anything", (schema) => {
    expect(parse(schema, undefined)).toEqual([
      expect.stringMatching(/^"a": its output is not checked, for its schema cannot be used: /),
    ]);
  });
});

test("resources and prompts are tools where they are asked for", () => {
  const { tools } = read([], { resources: true, prompts: true, rename: { get_prompt: "prompt" } });
  expect(tools.map(({ name }) => name)).toEqual([
    "list_resources",
    "read_resource",
    "list_prompts",
    "prompt",
  ]);
  for (const tool of tools) {
    checkDefinition(tool);
    expect(tool.annotations).toMatchObject({ readOnly: true });
  }
  expect(read([]).tools).toEqual([]);
});

test("what stays as it is is not made again", () => {
  const { read: readList } = toolsOf();
  const first = readList([listedTool("a"), listedTool("b")]).tools;
  const second = readList([listedTool("b"), listedTool("a", { description: "Other." })]).tools;
  expect(second[0]).toBe(first[1]);
  expect(second[1]).not.toBe(first[0]);
  expect(second[1]?.description).toBe("Other.");
});

test("ten thousand tools are read in order", () => {
  const list = Array.from({ length: 10_000 }, (_, number) => listedTool(`tool_${number}`));
  const { tools, problems } = read(list);
  expect(tools.map(({ name }) => name)).toEqual(list.map(({ name }) => name));
  expect(problems).toEqual([]);
});

test("whatever a server lists, every tool that is made is well formed and each name is there once", () => {
  const value = fc.jsonValue({ maxDepth: 2 });
  const listed = fc.record(
    {
      name: fc.oneof(fc.constantFrom("a", "b", "dé l.x/y", "__proto__"), value),
      description: value,
      inputSchema: fc.oneof(value, fc.constant({ type: "object" })),
      outputSchema: value,
      annotations: value,
      execution: value,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(listed, value)), (list) => {
      const { tools, problems } = read(list);
      for (const tool of tools) checkDefinition(tool);
      const names = tools.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      expect(tools.length + problems.length).toBeGreaterThanOrEqual(list.length);
    }),
  );
});

test("a name without end, and what the way to the server forbids, leave a tool out", () => {
  const forbidden = { ...listedTool("b"), fault: "its input schema is wrong: so it is." };
  const { tools, problems } = read([listedTool("x".repeat(2_000)), forbidden, listedTool("c")]);
  expect(tools.map(({ name }) => name)).toEqual(["c"]);
  expect(problems).toEqual([
    `"${"x".repeat(40)}"… is left out: its name has more than 1000 characters.`,
    '"b" is left out: its input schema is wrong: so it is.',
  ]);
});

test("a tool that is nested too deeply is left out, and costs the others nothing", () => {
  for (const levels of [200, 1_500, 50_000]) {
    const { tools, problems } = read([
      { ...listedTool("in"), inputSchema: deep(levels) },
      { ...listedTool("out"), outputSchema: deep(levels) },
      listedTool("flat"),
    ]);
    expect(tools.map(({ name }) => name)).toEqual(["flat"]);
    expect(problems).toEqual([
      '"in" is left out: it is nested too deeply.',
      '"out" is left out: it is nested too deeply.',
    ]);
  }
});

test("references from an output schema's root hold below properties that are called like keywords", () => {
  const count = { $ref: "#/$defs/count" };
  const schema = {
    type: "object",
    properties: { default: count, enum: count, $ref: count, properties: count },
    patternProperties: { const: count },
    $defs: { count: { type: "integer" } },
  };
  expect(parse(schema, oddOutput(0))).toMatchObject({ ok: true });
  expect(parse(schema, oddOutput("none"))).toMatchObject({ ok: false });
});

test("no half of a character is left in a description, whether the server or the cut made it", () => {
  const { tools } = read([
    listedTool("a", { description: "half \uD83D of one" }),
    listedTool("b", { description: "\u{1F600}".repeat(6_000) }),
  ]);
  const [half, cut] = tools.map(({ description }) => description);
  expect(half).toBe("half \uFFFD of one");
  expect(cut?.isWellFormed()).toBe(true);
});
