import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import type { CallOptions } from "../core/tool-call.ts";
import type { OkResult, ToolResult } from "../core/tool-result.ts";
import type { ToolFilter } from "../registry/tool-catalog.ts";
import { errorOf, testTool } from "../testing/call-stage.ts";
import { outputBytes } from "../testing/output-bytes.ts";
import { VirtualClock } from "../testing/virtual-clock.ts";
import type { ToolRegistryOptions } from "./create-runtime.ts";
import { ToolRegistry } from "./tool-registry.ts";

const forecast = testTool("weather.forecast", () => "rain", {
  description: "Weather of the next days",
  input: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
});
const echo = testTool("echo", (input) => input, { description: "Repeats its input" });
const fails = testTool(
  "fails",
  () => {
    throw new Error("no luck");
  },
  { description: "Never works" },
);
const direct = testTool("direct", () => 1);
const PNG = { type: "image", data: "iVBORw0KGgo=", mimeType: "image/png" };

function registryOf(options: ToolRegistryOptions = {}): ToolRegistry {
  return new ToolRegistry({ clock: new VirtualClock(), ...options });
}

function withDeferred(options: ToolRegistryOptions = {}): ToolRegistry {
  const registry = registryOf(options);
  registry.register([direct]);
  registry.register([forecast, echo, fails], { deferred: true });
  return registry;
}

function told(registry: ToolRegistry, filter: ToolFilter = {}): string[] {
  return registry.schemas("anthropic", filter).map(({ name }) => name);
}

async function run(
  registry: ToolRegistry,
  name: string,
  input: unknown,
  options: CallOptions = {},
): Promise<ToolResult> {
  const [result] = await registry.executeToolCalls([{ id: "c", name, input }], options);
  if (result === undefined) throw new Error("There is no result.");
  return result;
}

async function outputOf(...given: Parameters<typeof run>): Promise<unknown> {
  const result = await run(...given);
  if (result.status === "error") throw result.error;
  return result.output;
}

describe("a model is told", () => {
  test("of no deferred tool, but of the two that find and call them", () => {
    expect(told(withDeferred())).toEqual(["direct", "search_tools", "call_tools"]);
    expect(told(registryOf())).toEqual([]);
  });

  test.each<[string, ToolFilter, string[]]>([
    ["by name", { names: ["echo", "direct"] }, ["direct", "echo"]],
    ["by `deferred`", { deferred: true }, ["weather_forecast", "echo", "fails"]],
    ["and of no other by tag", { tags: ["x"] }, []],
  ])("of deferred tools that a filter asks for %s", (_by, filter, names) => {
    expect(told(withDeferred(), filter)).toEqual(names);
  });

  test("of deferred tools of a namespace that a filter asks for", () => {
    const registry = registryOf();
    registry.register(echo, { namespace: "a.b", deferred: true });
    expect(told(registry, { namespace: "a" })).toEqual(["a_b_echo"]);
  });

  test("of `read_result` from the start where the registry holds results to a size, else with the first tool that does", () => {
    expect(told(registryOf({ results: { maxBytes: 512 } }))).toEqual(["read_result"]);
    const registry = registryOf({ results: {} });
    registry.register(direct);
    expect(told(registry)).toEqual(["direct"]);
    registry.register(testTool("sized", () => 1, { maxResultBytes: 512 }));
    expect(told(registry)).toEqual(["direct", "sized", "read_result"]);
  });

  test("of a user's own tools of these names, whenever they were registered", () => {
    const own = testTool("search_tools", () => "mine", { description: "Mine" });
    const before = registryOf();
    before.register(own);
    before.register(echo, { deferred: true });
    const after = withDeferred();
    after.register(own);
    for (const registry of [before, after]) {
      expect(registry.get("search_tools")?.description).toBe("Mine");
      expect(told(registry)).toContain("call_tools");
    }
  });

  test("of none of them that is switched off", () => {
    const registry = withDeferred();
    registry.disable("search_tools");
    registry.register(
      testTool("late", () => 1),
      { deferred: true },
    );
    expect(told(registry)).toEqual(["direct", "call_tools"]);
  });
});

test("the registry says which tools are deferred, and finds them too", () => {
  const registry = withDeferred();
  expect(registry.list({ deferred: true }).map(({ name }) => name)).toContain("echo");
  expect(registry.get("echo")?.deferred).toBe(true);
  expect(registry.get("direct")?.deferred).toBe(false);
  expect(registry.search("weather").map(({ name }) => name)).toEqual(["weather.forecast"]);
});

test("a deferred tool is called by its name as any other", async () => {
  expect(await outputOf(withDeferred(), "weather_forecast", { city: "Rome" })).toBe("rain");
});

describe("search_tools", () => {
  test("gives the name to call a tool by, its description and its schema", async () => {
    const found = await outputOf(withDeferred(), "search_tools", { query: "weather in Rome" });
    expect(found).toEqual([
      {
        name: "weather_forecast",
        description: "Weather of the next days",
        inputSchema: {
          type: "object",
          properties: { city: { type: "string" } },
          required: ["city"],
        },
      },
    ]);
  });

  test("finds no more than asked for, and none that was told of already", async () => {
    const registry = withDeferred();
    const found = await outputOf(registry, "search_tools", { query: "works repeats", limit: 1 });
    expect(found).toHaveLength(1);
    expect(await outputOf(registry, "search_tools", { query: "direct" })).toMatch(/^No tool fits/u);
  });

  test("finds what was registered since", async () => {
    const registry = withDeferred();
    await outputOf(registry, "search_tools", { query: "weather" });
    registry.register(
      testTool("sun", () => 1, { description: "Sunrise" }),
      { deferred: true },
    );
    expect(await outputOf(registry, "search_tools", { query: "sunrise" })).toMatchObject([
      { name: "sun" },
    ]);
  });
});

describe("call_tools", () => {
  test("gives an entry per call, in order, and a failure is its call's alone", async () => {
    const calls = [
      { name: "fails" },
      { name: "weather_forecast", arguments: { city: "Rome" } },
      { name: "weather.forecast", arguments: {} },
      { name: "echo", arguments: '{"a":1}' },
      { name: "echo", arguments: "{a:1}" },
      { name: "ecko", arguments: {} },
    ];
    expect(await outputOf(withDeferred(), "call_tools", { calls })).toEqual([
      { name: "fails", status: "error", error: "Error TOOL_FAILED: fails failed: no luck" },
      { name: "weather_forecast", status: "ok", output: "rain" },
      {
        name: "weather.forecast",
        status: "error",
        error: expect.stringMatching(/INPUT_INVALID: .*city[^]*Correct the arguments/u),
      },
      { name: "echo", status: "ok", output: { a: 1 } },
      { name: "echo", status: "error", error: expect.stringMatching(/not valid JSON/u) },
      { name: "ecko", status: "error", error: expect.stringMatching(/Did you mean "echo"/u) },
    ]);
  });

  test("calls the tools that search_tools told of, whatever has these names by now", async () => {
    const registry = withDeferred();
    await outputOf(registry, "search_tools", { query: "weather" });
    registry.register(testTool("weather_forecast", () => "sunny"));
    const calls = [{ name: "weather_forecast", arguments: { city: "Rome" } }];
    expect(await outputOf(registry, "call_tools", { calls })).toMatchObject([{ output: "rain" }]);
    expect(await registry.call("weather_forecast")).toBe("sunny");
  });

  test("refuses arguments under another name rather than calling without them", async () => {
    const calls = [{ name: "echo", input: { a: 1 } }];
    expect(await outputOf(withDeferred(), "call_tools", { calls })).toEqual([
      {
        name: "echo",
        status: "error",
        error: expect.stringMatching(/INPUT_INVALID: echo cannot be called: it has "input"/u),
      },
    ]);
  });

  test.each<[string, unknown, string]>([
    ["a text", "echo", "a call is an object"],
    ["null", null, "a call is an object"],
    ["a list", ["echo", {}], "a call is an object"],
    ["a call without a name", { arguments: { a: 1 } }, '"name" must be the name of a tool'],
    ["a call whose name is a number", { name: 7 }, '"name" must be the name of a tool'],
  ])("answers %s by itself and runs the others", async (_what, junk, problem) => {
    const good = { name: "echo", arguments: { a: 1 } };
    const output = await outputOf(withDeferred(), "call_tools", { calls: [good, junk, good] });
    const ok = { name: "echo", status: "ok", output: { a: 1 } };
    const error: unknown = expect.stringMatching(
      new RegExp(`INPUT_INVALID: This cannot be called: .*${problem}`, "u"),
    );
    expect(output).toEqual([ok, { name: "", status: "error", error }, ok]);
  });

  test("takes a call written as JSON text for what it says, as everywhere", async () => {
    const calls = ['{"name":"echo","arguments":{"a":1}}'];
    expect(await outputOf(withDeferred(), "call_tools", { calls })).toEqual([
      { name: "echo", status: "ok", output: { a: 1 } },
    ]);
  });

  test("runs its calls at the same time, under the limits of all, without a slot of its own", async () => {
    const running = { now: 0, most: 0 };
    const registry = registryOf({ limits: { "*": { concurrency: 1 } } });
    const slow = testTool("slow", async () => {
      running.now += 1;
      running.most = Math.max(running.most, running.now);
      await Promise.resolve();
      running.now -= 1;
      return "done";
    });
    registry.register(slow, { deferred: true });
    const calls = Array.from({ length: 20 }, () => ({ name: "slow" }));
    const output = await outputOf(registry, "call_tools", { calls });
    expect(output).toEqual(calls.map(({ name }) => ({ name, status: "ok", output: "done" })));
    expect(running.most).toBe(1);
  });

  test("hands tenant and context on", async () => {
    const registry = registryOf();
    const tell = testTool("tell", (_input, { tenant, context }) => ({ tenant, context }));
    registry.register(tell, { deferred: true });
    const options = { tenant: "t1", context: { user: 7 } };
    expect(
      await outputOf(registry, "call_tools", { calls: [{ name: "tell" }] }, options),
    ).toMatchObject([{ output: { tenant: "t1", context: { user: 7 } } }]);
  });

  test("ends its calls when it is cancelled", async () => {
    const registry = registryOf();
    const controller = new AbortController();
    let reason: unknown;
    const hang = testTool("hang", (_input, { signal }) => {
      controller.abort();
      reason = signal.reason;
      return new Promise(() => {});
    });
    registry.register(hang, { deferred: true });
    const { signal } = controller;
    const result = await run(registry, "call_tools", { calls: [{ name: "hang" }] }, { signal });
    expect(errorOf(result).code).toBe("CALL_CANCELLED");
    expect(reason).toMatchObject({ code: "CALL_CANCELLED" });
  });

  test("puts images behind its entries, and takes what says that it failed for a failure", async () => {
    const registry = registryOf();
    const text = { type: "text", text: "A chart:" };
    registry.register(
      [
        testTool("draw", () => ({ content: [text, PNG] })),
        testTool("flop", () => ({ content: [text], isError: true })),
      ],
      { deferred: true },
    );
    const output = await outputOf(registry, "call_tools", {
      calls: [{ name: "draw" }, { name: "flop" }],
    });
    const { content } = output as { content: [{ text: string }, unknown] };
    expect(content[1]).toEqual(PNG);
    expect(JSON.parse(content[0].text)).toEqual([
      {
        name: "draw",
        status: "ok",
        output: "A chart:\n[image/png, 8 bytes: number 1 of those that follow]",
      },
      { name: "flop", status: "error", error: "A chart:" },
    ]);
  });

  test("shares its room among outputs that are too large, each kept by itself", async () => {
    const registry = registryOf({ results: { maxBytes: 8_000 } });
    const long = testTool("long", ({ word }: { word: string }) => word.repeat(5_000));
    registry.register([long, echo], { deferred: true });
    const result = (await run(registry, "call_tools", {
      calls: [
        { name: "long", arguments: { word: "ab " } },
        { name: "echo", arguments: { small: true } },
        { name: "long", arguments: { word: "cd " } },
      ],
    })) as OkResult;
    expect(result.truncated).toBeUndefined();
    expect(outputBytes(result.output)).toBeLessThanOrEqual(8_000);
    const [first, second, third] = result.output as { output: string }[];
    expect(second?.output).toEqual({ small: true });
    for (const [entry, word] of [
      [first, "ab "],
      [third, "cd "],
    ] as const) {
      expect(entry?.output.length).toBeGreaterThan(2_500);
      const id = /"id":"([^"]+)"/u.exec(entry?.output ?? "")?.[1] ?? "";
      expect(registry.result(id)).toBe(word.repeat(5_000));
    }
  });
});

describe("read_result", () => {
  const TEXT = Array.from({ length: 500 }, (_, line) => `line ${line} ✓`).join("\n");

  async function cut(options: CallOptions = {}) {
    const registry = registryOf({ results: { maxBytes: 1_000 } });
    registry.register(testTool("long", () => TEXT));
    const result = (await run(registry, "long", {}, options)) as OkResult;
    const id = result.truncated?.id ?? "";
    const read = (input: object, as: CallOptions = options): Promise<ToolResult> =>
      run(registry, "read_result", { id, ...input }, as);
    return { registry, id, read };
  }

  test("reads on from where it is told, to the end, and never more than the limit", async () => {
    const { read } = await cut();
    let text = "";
    let offset = 0;
    for (;;) {
      const { output } = (await read({ offset })) as OkResult;
      expect(outputBytes(output)).toBeLessThanOrEqual(1_000);
      const [, next, part = ""] =
        /^\[Bytes \d+ to \d+ of \d+(?:; offset (\d+) reads on)?\.\]\n([^]*)$/u.exec(
          String(output),
        ) ?? [];
      text += part;
      if (next === undefined) break;
      offset = Number(next);
    }
    expect(text).toBe(TEXT);
  });

  test("reads as little as is asked for", async () => {
    const { read } = await cut();
    const total = Buffer.byteLength(TEXT);
    const { output } = (await read({ offset: 5, length: 4 })) as OkResult;
    // A code point that would be cut is left for the next part.
    expect(output).toBe(`[Bytes 5 to 7 of ${total}; offset 7 reads on.]\n0 `);
  });

  test("finds a text, whatever its case, with its place and what is around it", async () => {
    const { read } = await cut();
    const { output } = (await read({ search: "LINE 321 " })) as OkResult;
    expect(output).toMatch(
      /^\[Places found: 1, in \d+ bytes\.\]\n@(\d+): .*line 320 ✓ line 321 ✓ line 322/u,
    );
    const at = Number(/@(\d+)/u.exec(String(output))?.[1]);
    expect(Buffer.from(TEXT).subarray(at).toString()).toMatch(/^line 321 /u);
    expect(await read({ search: "nowhere" })).toMatchObject({
      output: expect.stringMatching(/^\[Places found: 0/u),
    });
  });

  test("finds as many places as there is room for, and says where to go on", async () => {
    const { read } = await cut();
    const found = new Set<string>();
    let offset = 0;
    for (;;) {
      const { output } = (await read({ search: "line", offset })) as OkResult;
      expect(outputBytes(output)).toBeLessThanOrEqual(1_000);
      for (const [, at = ""] of String(output).matchAll(/^@(\d+):/gmu)) found.add(at);
      const next = /offset (\d+) finds on/u.exec(String(output))?.[1];
      if (next === undefined) break;
      offset = Number(next);
    }
    expect(found.size).toBe(500);
  });

  test("looks for no text so long that nobody else would have their turn", async () => {
    const { read } = await cut();
    expect((await read({ search: "x".repeat(256) })).status).toBe("ok");
    expect(errorOf(await read({ search: "x".repeat(257) })).code).toBe("INPUT_INVALID");
  });

  test("holds nothing that is kept no longer", async () => {
    const registry = registryOf({ results: { maxBytes: 512, keepBytes: 4_000 } });
    const made: WeakRef<object>[] = [];
    registry.register(
      testTool("long", () => {
        const output = { text: "x".repeat(3_000) };
        made.push(new WeakRef(output));
        return output;
      }),
    );
    const readOne = async (): Promise<void> => {
      const { truncated } = (await run(registry, "long", {})) as OkResult;
      await outputOf(registry, "read_result", { id: truncated?.id });
    };
    await readOne();
    await run(registry, "long", {});
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    await setImmediate();
    collect();
    expect(made.map((output) => output.deref() === undefined)).toEqual([true, false]);
  });

  test("reads nothing of another tenant's, and does not say that there is anything", async () => {
    const { read, registry, id } = await cut({ tenant: "a" });
    expect((await read({})).status).toBe("ok");
    const refused = [await read({}, { tenant: "b" }), await read({}, {})];
    const unknown = await read({ id: "00000000-0000-4000-8000-000000000000" });
    for (const result of [...refused, unknown]) {
      expect(errorOf(result).code).toBe("INPUT_INVALID");
      expect(errorOf(result).message).toMatch(/^No result ".*" is kept\. It may be too old/u);
    }
    expect(registry.result(id)).toBe(TEXT);
  });
});

test("`call` gives a program the whole, however large", async () => {
  const registry = registryOf({ results: { maxBytes: 512 } });
  registry.register(testTool("long", () => "x".repeat(9_000)));
  expect(await registry.call("long")).toHaveLength(9_000);
});
