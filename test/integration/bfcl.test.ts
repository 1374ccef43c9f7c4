/** Real tool calls of the Berkeley leaderboard through every mode. */
import { afterAll, expect, test } from "vitest";
import {
  type ConcreteMode,
  FORMAT_NAMES,
  type FormatName,
  ToolRegistry,
  type ToolResult,
} from "../../src/index.ts";
import { BFCL_FILES, type BfclFile, type BfclLine, HAS_ALL } from "../fixtures/bfcl/lines.ts";

if (!HAS_ALL)
  console.warn("SKIPPED: the whole of the Berkeley data is not here; an excerpt is run.");

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

/** A tool gives back its input: the arguments, with types mended and defaults filled in. */
function checkOutput(line: BfclLine, place: number, result: ToolResult, mode: ConcreteMode): void {
  const call = line.tool_calls[place]?.function;
  expect(result.toolName).toBe(call?.name);
  if (result.status === "error") return;
  expect(result.timing.mode).toBe(mode);
  const given = JSON.parse(call?.arguments ?? "") as Record<string, unknown>;
  const output = result.output as Record<string, unknown>;
  for (const [field, value] of Object.entries(given)) {
    // A null where none may stand counts as left out.
    if (value !== null) expect(String(output[field]), `${line.id} ${field}`).toBe(String(value));
  }
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

test.each(FORMAT_NAMES)("names survive %s and come back", async (format) => {
  const [file] = BFCL_FILES;
  const module = new URL("../fixtures/bfcl/tools.ts", import.meta.url);
  module.search = new URLSearchParams({ file: file?.path ?? "", line: "0" }).toString();
  const [name = ""] = await registry.registerModule(module);
  const told = nameIn(registry.schemas(format)[0], format);
  expect(told).toMatch(/^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$/);

  const input = JSON.parse(file?.lines[0]?.tool_calls[0]?.function.arguments ?? "") as object;
  const [result] = await registry.executeToolCalls([callOf(format, told, input)]);

  expect(result).toMatchObject({ status: "ok", toolName: name, output: input });
  registry.unregister(name);
});

function nameIn(declaration: unknown, format: FormatName): string {
  const fields = declaration as { name: string; function: { name: string } };
  return format === "openai-chat" ? fields.function.name : fields.name;
}

function callOf(format: FormatName, name: string, input: object): object {
  const text = JSON.stringify(input);
  switch (format) {
    case "openai-chat":
      return { id: "1", type: "function", function: { name, arguments: text } };
    case "openai-responses":
      return { type: "function_call", call_id: "1", name, arguments: text };
    case "anthropic":
      return { type: "tool_use", id: "1", name, input };
    case "gemini":
      return { functionCall: { name, args: input } };
  }
}
