/** Real tool calls of the Berkeley leaderboard through every mode. */
import { afterAll, expect, test } from "vitest";
import {
  type ConcreteMode,
  FORMAT_NAMES,
  type FormatName,
  type Tool,
  ToolRegistry,
  type ToolResult,
  defineTool,
} from "../../src/index.ts";
import { BFCL_FILES, type BfclFile, type BfclLine, HAS_ALL } from "../fixtures/bfcl/lines.ts";

if (!HAS_ALL) {
  // oxlint-disable-next-line no-console
  console.warn("SKIPPED: the whole of the Berkeley data is not here; an excerpt is run.");
}

/** How many calls each file has, and what those that do not fit their schema are told. */
const EXPECTED: Record<string, { calls: number; refused: Record<string, readonly string[]> }> = {
  parallel: { calls: 540, refused: {} },
  multiple: { calls: 200, refused: {} },
  parallel_multiple: {
    calls: 607,
    refused: {
      call_parallel_multiple_21_1: ["/x", "/y"],
      call_parallel_multiple_94_0: [
        "/elements/0",
        "/elements/1",
        "/elements/2",
        "/elements/3",
        "/elements/4",
      ],
    },
  },
};

const registry = new ToolRegistry({ pools: { thread: { max: 2 }, process: { max: 2 } } });
afterAll(() => registry.close());

async function runFile(file: BfclFile, mode: ConcreteMode): Promise<ToolResult[]> {
  const results: ToolResult[] = [];
  for (const [index, line] of file.lines.entries()) {
    const module = new URL("../fixtures/bfcl/tools.ts", import.meta.url);
    module.search = new URLSearchParams({ file: file.path, line: `${index}` }).toString();
    const names = await registry.registerModule(module);
    const lineResults = await registry.executeToolCalls(line.tool_calls, { mode });
    expect(lineResults.map(({ callId }) => callId)).toEqual(line.tool_calls.map(({ id }) => id));
    for (const [place, result] of lineResults.entries()) checkOutput(line, place, result, mode);
    results.push(...lineResults);
    for (const name of names) registry.unregister(name);
  }
  return results;
}

/** A tool gives back its input: the arguments, with defaults filled in and a null where none may stand left out. */
function checkOutput(line: BfclLine, place: number, result: ToolResult, mode: ConcreteMode): void {
  const call = line.tool_calls[place]?.function;
  expect(result.toolName).toBe(call?.name);
  if (result.status === "error" || call === undefined) return;
  expect(result.timing.mode).toBe(mode);
  expect(result.output, `${line.id} ${place}`).toEqual(expectedOutput(line, call));
}

function expectedOutput(line: BfclLine, call: BfclLine["tool_calls"][number]["function"]): object {
  const parameters = line.tools.find((tool) => tool.function.name === call.name)?.function
    .parameters;
  const properties = (parameters?.["properties"] ?? {}) as Record<string, Record<string, unknown>>;
  const expected = JSON.parse(call.arguments) as Record<string, unknown>;
  for (const [name, property] of Object.entries(properties)) {
    if (expected[name] === null) delete expected[name];
    if (!(name in expected) && "default" in property) expected[name] = property["default"];
  }
  return expected;
}

function refusalsIn(results: readonly ToolResult[]): Record<string, readonly string[]> {
  return Object.fromEntries(
    results.flatMap((result) => {
      if (result.status === "ok") return [];
      expect(result.error.code).toBe("INPUT_INVALID");
      const issues = result.error.details["issues"] as readonly { readonly path: string }[];
      return [[result.callId, issues.map(({ path }) => path)]];
    }),
  );
}

for (const file of BFCL_FILES) {
  test.each(["async", "thread", "process"] as const)(
    `${file.name} runs in mode %s`,
    async (mode) => {
      const results = await runFile(file, mode);
      const all = file.lines.reduce((sum, line) => sum + line.tool_calls.length, 0);
      const { calls, refused } = EXPECTED[file.name] ?? { calls: all, refused: {} };
      expect(results).toHaveLength(calls);
      expect(refusalsIn(results)).toEqual(refused);
    },
  );
}

test.each(FORMAT_NAMES)("every name survives %s and comes back", async (format) => {
  let calls = 0;
  for (const line of BFCL_FILES.flatMap(({ lines }) => lines)) {
    const own = new ToolRegistry({ mode: "async" });
    own.register(line.tools.map(echoOf));
    const told = own.schemas(format).map((declaration) => nameIn(declaration, format));
    for (const name of told) expect(name).toMatch(/^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$/);

    const registered = own.list().map(({ name }) => name);
    const results = await own.executeToolCalls(told.map((name) => callOf(format, name, {})));
    expect(results.map(({ toolName }) => toolName)).toEqual(registered);
    expect(results.map((result) => result.status === "ok" && result.output)).toEqual(registered);
    calls += results.length;
    await own.close();
  }
  expect(calls).toBeGreaterThanOrEqual(HAS_ALL ? 1_000 : 7);
});

/** A tool of that name that takes anything and says its name. */
function echoOf({ function: { name, description } }: BfclLine["tools"][number]): Tool {
  return defineTool({ name, description, input: {}, execute: (_input, { toolName }) => toolName });
}

function nameIn(declaration: unknown, format: FormatName): string {
  const fields = declaration as { name: string; function: { name: string } };
  return format === "openai-chat" ? fields.function.name : fields.name;
}

function callOf(format: FormatName, name: string, input: object): object {
  const text = JSON.stringify(input);
  const forms: Readonly<Record<FormatName, object>> = {
    "openai-chat": { id: "1", type: "function", function: { name, arguments: text } },
    "openai-responses": { type: "function_call", call_id: "1", name, arguments: text },
    anthropic: { type: "tool_use", id: "1", name, input },
    gemini: { functionCall: { name, args: input } },
  };
  return forms[format];
}
