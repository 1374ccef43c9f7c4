/** MCP servers that lie, flood, hang and die, seen from the registry: what the one who calls the tools gets of it. */
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { ToolProgress } from "../../src/core/tool.ts";
import {
  type SourceEvent,
  type SourceStats,
  ToolError,
  ToolRegistry,
  type ToolResult,
} from "../../src/index.ts";
import type { McpOptions, McpServerConfig } from "../../src/sources/mcp/mcp-options.ts";

const SOON = { timeout: 15_000, interval: 10 };
const QUICK = { initialIntervalMs: 10, maximumIntervalMs: 50 };

const server = (name: string, ...args: readonly string[]): McpServerConfig => ({
  command: process.execPath,
  args: [fileURLToPath(new URL(`../fixtures/mcp/${name}.ts`, import.meta.url)), ...args],
});

interface Opened {
  readonly registry: ToolRegistry;
  readonly events: readonly SourceEvent[];
  readonly stats: () => SourceStats;
}

/** A registry with the tools of one server under `h`, closed when the test ends. */
async function open(config: McpServerConfig, options: McpOptions = {}): Promise<Opened> {
  const pools = { thread: { max: 1 }, process: { max: 1 } };
  const registry = new ToolRegistry({ pools, workerOutput: () => {} });
  onTestFinished(() => registry.close());
  const events: SourceEvent[] = [];
  registry.on("*", (event) => {
    if (event.type.startsWith("source.")) events.push(event as SourceEvent);
  });
  await registry.registerMcp(config, { namespace: "h", restart: QUICK, ...options });
  return { registry, events, stats: () => registry.stats().sources[0] as SourceStats };
}

/** The JSON that a tool says. */
async function say(registry: ToolRegistry, tool: string, input: object = {}): Promise<unknown> {
  return said(await registry.call(`h.${tool}`, input));
}

function said(output: unknown): unknown {
  const [first] = (output as { readonly content: readonly { readonly text: string }[] }).content;
  return JSON.parse(first?.text ?? "null") as unknown;
}

async function errorOf(work: Promise<unknown>): Promise<ToolError> {
  const thrown: unknown = await work.then(
    () => expect.unreachable(),
    (reason: unknown) => reason,
  );
  if (!ToolError.is(thrown)) throw thrown;
  return thrown;
}

const calls = (count: number, tool: string, input: object = {}) =>
  Array.from({ length: count }, (_, at) => ({ id: `${tool}-${at}`, name: `h.${tool}`, input }));
/** Half of them may be repeated. */
const batchOf = (count: number, ms: number) => [
  ...calls(count, "wait", { ms }),
  ...calls(count, "wait_again", { ms }),
];
const codeOf = (result: ToolResult): string => (result.status === "ok" ? "ok" : result.error.code);
const megabytes = (): number => process.memoryUsage().rss / 2 ** 20;

describe("a call that is never answered", () => {
  test("runs out of time, is cancelled in the server, and harms no other", async () => {
    const { registry, stats } = await open(server("hostile-calls"), { timeoutMs: 300 });
    const [hung, ...others] = await registry.executeToolCalls([
      ...calls(1, "hang"),
      ...calls(20, "echo", { a: 1 }),
    ]);
    expect(hung && codeOf(hung)).toBe("DEADLINE_EXCEEDED");
    expect(others.map(codeOf)).toEqual(Array.from({ length: 20 }, () => "ok"));
    expect(await say(registry, "cancellations")).toEqual(["hang"]);
    expect(stats().restarts).toBe(0);
  });

  test("by a server that hangs altogether, has it started again", async () => {
    const restart = { ...QUICK, pingIntervalMs: Infinity, pingTimeoutMs: 300 };
    const { registry, events } = await open(server("hostile-calls"), { timeoutMs: 300, restart });
    const before = await say(registry, "pid");
    expect((await errorOf(say(registry, "freeze"))).code).toBe("DEADLINE_EXCEEDED");
    await vi.waitFor(
      () =>
        expect(events.map(({ type }) => type)).toEqual([
          "source.started",
          "source.lost",
          "source.recovered",
        ]),
      SOON,
    );
    expect(await say(registry, "pid")).not.toBe(before);
  });
});

describe("an answer", () => {
  test("that comes twice counts once, and those to nobody count nothing", async () => {
    const { registry, stats } = await open(server("hostile-calls"));
    expect(await say(registry, "answer_twice")).toBe("first");
    expect(await say(registry, "answer_others")).toBe("yours");
    expect(await say(registry, "echo", { still: "here" })).toEqual({ still: "here" });
    expect(stats()).toMatchObject({ state: "up", restarts: 0 });
  });

  test.each([
    ["answer_nonsense", "neither a result nor an error"],
    ["answer_nothing", "neither a result nor an error"],
    ["answer_wrong_content", "Invalid result for tools/call"],
    ["break_schema", "/structuredContent/n must be an integer"],
  ])("that is none (%s) fails its call at once", async (tool, reason) => {
    const { registry } = await open(server("hostile-calls"), { timeoutMs: 60_000 });
    const error = await errorOf(say(registry, tool));
    expect(error.code).toBe("OUTPUT_INVALID");
    expect(error.message).toContain(reason);
    expect(error.message.length).toBeLessThan(5_000);
    expect(await say(registry, "echo", {})).toEqual({});
  });

  test("that is larger than allowed breaks the connection, which is made again", async () => {
    const { registry, stats } = await open(server("hostile-calls"), { maxMessageBytes: 100_000 });
    expect(await say(registry, "large", { bytes: 90_000 })).toHaveLength(90_000);
    const error = await errorOf(say(registry, "large", { bytes: 50_000_000 }));
    expect(error.code).toBe("OUTCOME_UNKNOWN");
    expect(error.message).toContain("more than 100000 bytes (`maxMessageBytes`)");
    await vi.waitFor(async () => expect(await say(registry, "echo", {})).toEqual({}), SOON);
    expect(stats().restarts).toBe(1);
  });

  test("that comes after a message nobody can read is not trusted, and the connection is made again", async () => {
    const { registry, stats } = await open(server("hostile-calls"));
    const error = await errorOf(say(registry, "nest"));
    expect(error.code).toBe("OUTCOME_UNKNOWN");
    expect(error.message).toContain("sent a message that cannot be read: Maximum call stack");
    await vi.waitFor(async () => expect(await say(registry, "echo", {})).toEqual({}), SOON);
    expect(stats().restarts).toBe(1);
  });

  test("is the last thing of a server that dies: whole it counts, half it does not", async () => {
    const { registry, stats } = await open(server("hostile-calls"));
    for (let round = 1; round <= 4; round += 1) {
      const dies = round % 2 === 0 ? "answer_and_die" : "die_answering";
      const [result] = await registry.executeToolCalls(calls(1, dies));
      expect(result && codeOf(result)).toBe(round % 2 === 0 ? "ok" : "OUTCOME_UNKNOWN");
      await vi.waitFor(() => expect(stats()).toMatchObject({ state: "up", restarts: round }), SOON);
    }
    expect(await say(registry, "echo", {})).toEqual({});
  });
});

describe("a flood", () => {
  test("of 100 MB on stderr is read, and only its end is kept", async () => {
    const { registry, events } = await open(server("hostile-calls"));
    const before = megabytes();
    expect(await say(registry, "stderr_flood", { bytes: 100_000_000 })).toBe("dry");
    expect(megabytes() - before).toBeLessThan(60);
    expect((await errorOf(say(registry, "die_answering"))).code).toBe("OUTCOME_UNKNOWN");
    const lost = events.find((event) => event.type === "source.lost");
    expect(String(lost?.error.details["stderrTail"]).length).toBeLessThan(3_000);
    expect(lost?.error.message).toBe(
      "The MCP server h exited with code 9. Its last words: the end",
    );
  });

  test("of progress reaches its call in order, and no memory is kept of it", async () => {
    const { registry } = await open(server("hostile-calls"), { timeoutMs: 60_000 });
    let told = 0;
    let isInOrder = true;
    registry.on("tool.progress", ({ progress }) => {
      told += 1;
      isInOrder &&= progress === told;
    });
    expect(await say(registry, "progress_flood", { count: 20_000 })).toBe("dry");
    const before = megabytes();
    told = 0;
    expect(await say(registry, "progress_flood", { count: 60_000 })).toBe("dry");
    expect({ told, isInOrder }).toEqual({ told: 60_000, isInOrder: true });
    expect(megabytes() - before).toBeLessThan(150);
  });
});

test("progress that comes together with the answer is not lost, and none that is no progress", async () => {
  const { registry } = await open(server("hostile-calls"));
  const told: ToolProgress["progress"][] = [];
  registry.on("tool.progress", ({ progress }) => told.push(progress));
  expect(await say(registry, "progress_with_answer", { steps: 3 })).toBe("done");
  expect(told).toEqual([1, 2, 3]);
  expect(await say(registry, "progress_nonsense")).toBe("done");
  expect(told).toEqual([1, 2, 3, 1]);
});

describe("a list", () => {
  test("with malformed tools among good ones gives the good ones, and a problem for each other", async () => {
    const { registry, stats } = await open(server("hostile-lists", "malformed"));
    expect(registry.list().map(({ name }) => name)).toEqual([
      "h.first",
      "h.odd_description",
      "h.odd_annotations",
      "h.odd_hints",
      "h.odd_output",
      "h.odd_execution",
      "h.odd_meta",
      "h.last",
    ]);
    expect(stats().problems).toEqual([
      ...[2, 3, 4, 5, 6, 7, 8].map((at) => `Tool ${at} of the server has no name and is left out.`),
      '"no_schema" is left out: its input schema is no object.',
      '"schema_is_text" is left out: its input schema is no object.',
      '"schema_is_array" is left out: its input schema describes no object.',
      '"schema_is_null" is left out: its input schema is no object.',
      '"odd_output": its output is not checked, for its schema cannot be used: it is no object',
    ]);
    expect(registry.get("h.odd_hints")?.annotations).toEqual({ idempotent: true });
    for (const name of ["first", "odd_meta", "last"])
      expect(await say(registry, name, { a: 1 })).toEqual({ name, input: { a: 1 } });
  });

  test("of odd names gives tools that models can call by names they may write", async () => {
    const { registry, stats } = await open(server("hostile-lists", "names"));
    const schemas = registry.schemas("openai-chat");
    const names = schemas.map(({ function: { name } }) => name);
    expect(names.filter((name) => !/^[\w-]{1,64}$/u.test(name))).toEqual([]);
    expect(new Set(names).size).toBe(10);
    expect(stats().problems).toEqual([
      '"same" is listed twice by the server; the first counts.',
      `"${"x".repeat(40)}"… is left out: its name has more than 1000 characters.`,
    ]);
    const asked = names.map((name, at) => ({
      id: String(at),
      type: "function",
      function: { name, arguments: "{}" },
    }));
    const results = await registry.executeToolCalls(asked);
    const answered = results.map((result) => result.status === "ok" && said(result.output));
    expect(answered.map((one) => (one as { readonly name: string }).name)).toEqual([
      "with space",
      "naïve/ünï.cødé:tool",
      "emoji 🙂",
      "__proto__",
      "constructor",
      "toString",
      "dots.in.it",
      "same",
      "new\nline",
      "Same",
    ]);
  });

  test("of 10 000 tools is there in seconds, and so are its schemas and what is searched", async () => {
    const from = performance.now();
    const { registry, stats } = await open(server("hostile-lists", "many"));
    expect(stats()).toMatchObject({ tools: 10_000, problems: [] });
    expect(registry.schemas("anthropic").length).toBe(10_000);
    expect(registry.search("record 4711 of the archive")[0]?.name).toBe("h.tool_4711");
    expect(await say(registry, "tool_9999", { record: "r" })).toEqual({
      name: "tool_9999",
      input: { record: "r" },
    });
    expect(performance.now() - from).toBeLessThan(20_000);
  });

  test("that changes in the middle of a batch fails the calls of what has gone, and no other", async () => {
    const { registry } = await open(server("hostile-lists", "changing"));
    const batch = [...calls(250, "kept"), ...calls(1, "change"), ...calls(249, "goes")];
    const results = await registry.executeToolCalls(batch);
    expect(results.map(({ toolName }) => toolName)).toEqual(batch.map(({ name }) => name));
    expect(results.slice(0, 251).map(codeOf)).toEqual(Array.from({ length: 251 }, () => "ok"));
    expect(results.slice(251).filter((one) => !/^ok$|^TOOL_NOT_FOUND$/u.test(codeOf(one)))).toEqual(
      [],
    );
    const names = (): string[] => registry.list().map(({ name }) => name);
    await vi.waitFor(() => expect(names()).toEqual(["h.change", "h.kept", "h.comes"]), SOON);
    expect((await errorOf(say(registry, "goes"))).code).toBe("TOOL_NOT_FOUND");
    expect(await say(registry, "comes")).toEqual({ name: "comes", input: {} });
  });
});

describe("kill -9", () => {
  test("under 200 calls on the event loop: what may be repeated is, the rest is not known", async () => {
    const { registry, events, stats } = await open(server("hostile-calls"));
    const running = registry.executeToolCalls(batchOf(100, 400));
    await vi.waitFor(() => expect(stats().connections[0]?.running).toBe(200), SOON);
    process.kill(stats().connections[0]?.pid ?? 0, "SIGKILL");
    const results = await running;
    expect(results.length).toBe(200);
    expect(new Set(results.slice(0, 100).map(codeOf))).toEqual(new Set(["OUTCOME_UNKNOWN"]));
    expect(new Set(results.slice(100).map(codeOf))).toEqual(new Set(["ok"]));
    expect(stats()).toMatchObject({ state: "up", restarts: 1, tools: stats().tools });
    expect(await say(registry, "echo", {})).toEqual({});
    expect(events.map(({ type }) => type)).toEqual([
      "source.started",
      "source.lost",
      "source.recovered",
    ]);
  });

  test.each([
    ["thread", "fail", /^ok$|^SOURCE_UNAVAILABLE$/u],
    ["process", "fail", /^ok$|^SOURCE_UNAVAILABLE$/u],
    ["thread", "wait", /^ok$/u],
    ["process", "wait", /^ok$/u],
  ] as const)(
    "under 200 calls in mode %s, where calls %s while it is down: each has its result, in order",
    async (mode, whileDown, repeated) => {
      const { registry } = await open(server("hostile-calls"), { whileDown });
      const pidOf = async (): Promise<number> =>
        said(await registry.call("h.pid", {}, { mode })) as number;
      // A worker takes many calls at once only when it knows that they do not compute.
      for (let round = 0; round < 3; round += 1)
        await registry.executeToolCalls(batchOf(500, 1), { mode });
      const pid = await pidOf();
      const batch = batchOf(100, 1_000);
      const running = registry.executeToolCalls(batch, { mode });
      await sleep(250);
      process.kill(pid, "SIGKILL");
      const results = await running;
      expect(results.map(({ callId }) => callId)).toEqual(batch.map(({ id }) => id));
      expect(results.filter(({ timing }) => timing.mode !== mode)).toEqual([]);
      const codes = results.map(codeOf);
      expect(new Set(codes.slice(0, 100))).toEqual(new Set(["OUTCOME_UNKNOWN"]));
      expect(codes.slice(100).filter((code) => !repeated.test(code))).toEqual([]);
      expect(codes.slice(100)).toContain("ok");
      await vi.waitFor(async () => expect(await pidOf()).not.toBe(pid), SOON);
    },
  );

  test("of one of a pool of three, again and again: the source is never lost", async () => {
    const { registry, events, stats } = await open(server("hostile-calls"), { pool: 3 });
    const areUp = (): void =>
      expect(stats().connections.map(({ state }) => state)).toEqual(["up", "up", "up"]);
    await vi.waitFor(areUp, SOON);
    const codes = new Map<string, number>();
    const over = new AbortController();
    const load = Array.from({ length: 30 }, async (_, lane) => {
      const tool = lane % 2 === 0 ? "wait" : "wait_again";
      while (!over.signal.aborted) {
        const results = await registry.executeToolCalls(calls(2, tool, { ms: 20 }));
        for (const result of results) {
          const key = `${tool} ${codeOf(result)}`;
          codes.set(key, (codes.get(key) ?? 0) + 1);
        }
      }
    });
    for (let kill = 0; kill < 10; kill += 1) {
      const { pid = 0 } = stats().connections[kill % 3] ?? {};
      process.kill(pid, "SIGKILL");
      await vi.waitFor(() => expect(stats().restarts).toBe(kill + 1), SOON);
      await vi.waitFor(areUp, SOON);
    }
    over.abort();
    await Promise.all(load);
    expect([...codes.keys()].toSorted()).toEqual([
      "wait OUTCOME_UNKNOWN",
      "wait ok",
      "wait_again ok",
    ]);
    expect(events.map(({ type }) => type)).toEqual(["source.started"]);
    expect(await say(registry, "echo", {})).toEqual({});
  });
});
