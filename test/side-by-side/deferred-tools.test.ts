/** Deferred tools as a model meets them: told of two tools, it searches, and calls what it found, in every mode. */
import { describe, expect, onTestFinished, test } from "vitest";
import {
  type ConcreteMode,
  FORMAT_NAMES,
  type OkResult,
  type ToolCall,
  ToolRegistry,
  type ToolRegistryOptions,
  type ToolResult,
  defineTool,
  formatToolResults,
} from "../../src/index.ts";

const TOOLS = new URL("../fixtures/results/large-tools.ts", import.meta.url);

async function registryFor(
  mode: ConcreteMode,
  options: ToolRegistryOptions = {},
): Promise<ToolRegistry> {
  const pools = { thread: { max: 2 }, process: { max: 2 } };
  const registry = new ToolRegistry({ mode, pools, workerOutput: () => {}, ...options });
  onTestFinished(() => registry.destroy());
  await registry.registerModule(TOOLS, { namespace: "lab", deferred: true });
  return registry;
}

async function run(
  registry: ToolRegistry,
  name: string,
  input: unknown,
  options: Parameters<ToolRegistry["executeToolCalls"]>[1] = {},
): Promise<unknown> {
  const calls: ToolCall[] = [{ id: "c", name, input }];
  const [result] = (await registry.executeToolCalls(calls, options)) as [ToolResult];
  if (result.status === "error") throw result.error;
  return result.output;
}

describe.each(["async", "thread", "process"] as const)("in mode %s", (mode) => {
  test("a model finds a tool, calls it with others at once, and reads what each gave", async () => {
    const registry = await registryFor(mode);
    const names = registry.schemas("anthropic").map(({ name }) => name);
    expect(names).toEqual(["search_tools", "call_tools", "read_result"]);
    const [found] = (await run(registry, "search_tools", { query: "log of the build" })) as {
      name: string;
      inputSchema: object;
    }[];
    expect(found).toMatchObject({
      name: "lab_read_log",
      inputSchema: { required: ["lines"] },
    });
    const output = await run(registry, "call_tools", {
      calls: [
        { name: found?.name, arguments: { lines: 2 } },
        { name: "lab_crash", arguments: {} },
        { name: "lab_where_am_i" },
        { name: "lab_query_rows", arguments: { rows: "2" } },
      ],
    });
    expect(output).toEqual([
      { name: "lab_read_log", status: "ok", output: "0: step 0 done ✓\n1: step 1 done ✓" },
      { name: "lab_crash", status: "error", error: expect.stringMatching(/^Error [A-Z_]+: /u) },
      { name: "lab_where_am_i", status: "ok", output: { mode } },
      {
        name: "lab_query_rows",
        status: "ok",
        output: [
          { id: 0, name: "row 0" },
          { id: 1, name: "row 1" },
        ],
      },
    ]);
  });

  test("the mode that is asked of a call is that of the tools it calls", async () => {
    const registry = await registryFor("async");
    const calls = [{ name: "lab_where_am_i" }];
    const options = { mode, tenant: "t7" };
    expect(await run(registry, "call_tools", { calls }, options)).toEqual([
      { name: "lab_where_am_i", status: "ok", output: { mode, tenant: "t7" } },
    ]);
    expect(await run(registry, "search_tools", { query: "place" }, options)).toHaveLength(1);
    expect(await run(registry, "lab_where_am_i", {}, options)).toEqual({ mode, tenant: "t7" });
  });

  test("under a limit of one no call waits for its own parent", async () => {
    const registry = await registryFor(mode, { limits: { "*": { concurrency: 1 } } });
    const calls = Array.from({ length: 12 }, () => ({ name: "lab_where_am_i" }));
    const batch = Array.from({ length: 3 }, (_, id) => ({
      id: `c${id}`,
      name: "call_tools",
      input: { calls },
    }));
    const results = await registry.executeToolCalls(batch, { deadlineMs: 60_000 });
    for (const result of results) expect((result as OkResult).output).toHaveLength(12);
  });

  test("large outputs share the room, and images come as images to every provider", async () => {
    const registry = await registryFor(mode, { results: { maxBytes: 8_000 } });
    const calls = [
      { name: "lab_read_log", arguments: { lines: 2_000 } },
      { name: "lab_draw_chart", arguments: { bytes: 900 } },
      { name: "lab_read_log", arguments: { lines: 3_000 } },
    ];
    const results = await registry.executeToolCalls([
      { id: "c", name: "call_tools", input: { calls } },
    ]);
    const image = Buffer.alloc(900, 7).toString("base64");
    for (const format of FORMAT_NAMES) {
      const written = JSON.stringify(formatToolResults(results, format));
      expect(written.split(image), format).toHaveLength(2);
      expect(written, format).toContain("1999: step");
      expect(written, format).toContain("2999: step");
    }
    const text = JSON.stringify((results[0] as OkResult).output);
    const ids = [...text.matchAll(/[\da-f]{8}-[\da-f-]{27}/gu)].map(([id]) => id);
    expect(ids).toHaveLength(2);
    for (const id of ids) expect(registry.result(id)).toMatch(/^0: step/u);
  });
});

function make(place: number, description: string) {
  return defineTool({
    name: `tool_${place}`,
    description,
    input: { type: "object", properties: { id: { type: "string" } } },
    execute: () => place,
  });
}

test("of 10 000 tools the right ones are found, also after one has changed", async () => {
  const registry = new ToolRegistry();
  onTestFinished(() => registry.destroy());
  const kinds = ["invoice", "calendar", "repository", "weather", "customer"];
  const tools = Array.from({ length: 10_000 }, (_, place) =>
    make(place, `Handles a ${kinds[place % kinds.length]} number ${place}`),
  );
  registry.register(tools, { namespace: "big", deferred: true });
  expect(registry.schemas("gemini")).toHaveLength(2);
  expect(registry.search("invoice 4005")[0]?.name).toBe("big.tool_4005");
  registry.register(make(77, "Translates a poem into Latin"), {
    namespace: "big",
    deferred: true,
    replace: true,
  });
  expect(await run(registry, "search_tools", { query: "translate poems" })).toMatchObject([
    { name: "big_tool_77" },
  ]);
  expect(await run(registry, "call_tools", { calls: [{ name: "big_tool_77" }] })).toEqual([
    { name: "big_tool_77", status: "ok", output: 77 },
  ]);
});
