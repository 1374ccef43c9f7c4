import { expect, test } from "vitest";
import { defineTool, type Tool, type ToolContext } from "../../core/tool.ts";
import { foreignTools } from "./foreign-tools.ts";

const SCHEMA = { type: "object", properties: { n: { type: "integer" } } };
const CONTEXT = {
  callId: "call-1",
  signal: new AbortController().signal,
  context: "c",
} as ToolContext;

const langChain = (name: string): object => ({
  name,
  description: "L",
  schema: SCHEMA,
  invoke: (input: unknown, config: unknown) => ({ input, config }),
});
const aiSdk = { description: "A", inputSchema: SCHEMA, execute: (input: unknown) => ({ input }) };
const agents = {
  type: "function",
  name: "agents",
  description: "O",
  parameters: SCHEMA,
  invoke: (_run: unknown, input: string) => input,
};

const breakDown = (): never => {
  throw new Error("no schema today");
};

const run = (tool: Tool | undefined, input: unknown): unknown =>
  tool?.execute(input as never, CONTEXT);

const names = (tools: unknown): string[] => foreignTools(tools).map(({ name }) => name);

test("one, a list, a record, a toolkit, and all of them nested", () => {
  expect(names(langChain("a"))).toEqual(["a"]);
  expect(names([langChain("a"), agents])).toEqual(["a", "agents"]);
  expect(names({ b: aiSdk, c: langChain("own") })).toEqual(["b", "own"]);
  expect(names([{ b: aiSdk }, [langChain("a")]])).toEqual(["b", "a"]);
  expect(names({ getTools: () => [langChain("a")] })).toEqual(["a"]);
  expect(names([])).toEqual([]);
});

test("they are closures of mode async, with the settings of the source", () => {
  const [tool] = foreignTools(agents, {
    tags: ["foreign"],
    timeoutMs: 5,
    annotations: { readOnly: true },
  });
  expect(tool).toMatchObject({
    mode: "async",
    origin: { kind: "closure" },
    tags: ["foreign"],
    timeoutMs: 5,
    annotations: { readOnly: true },
    input: SCHEMA,
  });
});

test("each is called as its framework calls it", async () => {
  const [first, second, third] = foreignTools([langChain("a"), { b: aiSdk }, agents]);

  expect(await run(first, { n: 1 })).toEqual({
    input: { n: 1 },
    config: { signal: CONTEXT.signal, toolCallId: "call-1", context: "c" },
  });
  expect(await run(second, { n: 1 })).toEqual({ input: { n: 1 } });
  expect(await run(third, { n: 1 })).toBe('{"n":1}');
});

test.each([
  [undefined, "It is undefined."],
  ["x", "It is a string."],
  [() => 1, "It is a function. Make a tool of it with defineTool"],
  [Promise.resolve([]), "It is a promise. Await it first."],
  [
    defineTool({ name: "own", description: "", input: SCHEMA, execute: () => 1 }),
    "a tool of Toolyard's own. Give it to register.",
  ],
  [{ listTools: () => [], callTool: () => 1 }, "an MCP client. Use registerMcp."],
  [{ type: "function", function: { name: "x" } }, "a declaration of a tool as a provider takes it"],
  [
    [{ type: "provider", id: "openai.web_search", args: {}, inputSchema: SCHEMA }],
    "Item 0 is no tool of LangChain, the AI SDK or the OpenAI Agents SDK. It is a tool that the model's provider runs.",
  ],
  [
    { pick: { x: 1, y: 2 } },
    '"pick" is no tool of LangChain, the AI SDK or the OpenAI Agents SDK. It is an object with the fields x, y.',
  ],
  [
    { pick: { x: {} } },
    '"x" is no tool of LangChain, the AI SDK or the OpenAI Agents SDK. It is an object without fields.',
  ],
  [new Map([["a", 1]]), "It is an object without fields."],
])("what is none is told what it looks like: %#", (value, message) => {
  expect(() => foreignTools(value)).toThrow(TypeError);
  expect(() => foreignTools(value)).toThrow(message);
});

test("a schema that is loaded later is refused by the tool's name", () => {
  const later = { [Symbol.for("vercel.ai.schema")]: true, jsonSchema: Promise.resolve(SCHEMA) };
  expect(() => foreignTools({ late: { ...aiSdk, inputSchema: later } })).toThrow(
    'Tool "late": its JSON Schema is loaded later.',
  );
  for (const inputSchema of [Promise.resolve(SCHEMA), async () => SCHEMA]) {
    expect(() => foreignTools({ late: { ...aiSdk, inputSchema } })).toThrow(
      'Tool "late": its input schema is loaded later.',
    );
  }
  expect(() => foreignTools({ late: { ...aiSdk, inputSchema: breakDown } })).toThrow(
    'Tool "late": its input schema cannot be made: no schema today',
  );
});

test("what holds itself is refused, and the same tool twice is not", () => {
  const record: Record<string, unknown> = {};
  record["inner"] = [record];
  expect(() => foreignTools(record)).toThrow("Item 0 holds itself.");
  const toolkit: object = { getTools: () => toolkit };
  expect(() => foreignTools(toolkit)).toThrow("It holds itself.");
  const shared = { description: "", inputSchema: { type: "object" }, execute: () => 1 };
  expect(foreignTools({ one: shared, other: shared }).map(({ name }) => name)).toEqual([
    "one",
    "other",
  ]);
  expect(foreignTools({ getTools: () => ({}) })).toEqual([]);
});

function isMuch({ amount }: { readonly amount: number }): boolean {
  return amount > 100;
}

test("a function beside `requireApproval: true` decides, as for Mastra's tools of MCP servers", async () => {
  const wish = { requireApproval: true, needsApprovalFn: isMuch };
  const [tool] = foreignTools({ pay: { ...aiSdk, ...wish } });
  await expect(run(tool, { amount: 101 })).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
  await expect(run(tool, { amount: 1 })).resolves.toBeDefined();
});

test.each([true, 1, "user-approval", () => true, async () => "user-approval", () => [{}]])(
  "whatever a framework takes for a wish for approval is one: %#",
  async (needsApproval) => {
    for (const wish of [{ needsApproval }, { requireApproval: needsApproval }]) {
      const [tool] = foreignTools({ pay: { ...aiSdk, ...wish } });
      await expect(run(tool, {})).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
    }
    const [tool] = foreignTools({ ...agents, needsApproval });
    await expect(run(tool, {})).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
  },
);
