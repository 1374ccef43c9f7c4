import type { Tool as ListedTool } from "@modelcontextprotocol/client";
import * as fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import type { SourceEvent } from "../../core/source-event.ts";
import { ToolError } from "../../core/tool-error.ts";
import type { Tool, ToolContext, ToolProgress } from "../../core/tool.ts";
import { type LinkScript, ScriptedLink, listedTool } from "../../testing/scripted-link.ts";
import { VirtualClock } from "../../testing/virtual-clock.ts";
import type { LinkFactory } from "./mcp-link-factory.ts";
import type { McpServerConfig } from "./mcp-options.ts";
import { McpSource, type McpSourceOptions } from "./mcp-source.ts";
import type { McpElicitAnswer } from "./question-options.ts";

const CONFIG: McpServerConfig = {
  command: "serve",
  args: ["--token", "s3cret"],
  env: { K: "s3cret" },
};

const DOWN = new ToolError("SOURCE_UNAVAILABLE", "It does not start.");

const open = new Set<McpSource>();
afterEach(async () => {
  await Promise.all([...open].map((source) => source.close()));
  open.clear();
});

/** A source with a scripted server, in what may pass for a registry. */
function setUp(script: LinkScript = {}, options: Partial<McpSourceOptions> = {}) {
  const clock = new VirtualClock();
  const events: SourceEvent[] = [];
  const offers: { readonly tools: readonly Tool[]; readonly problems: readonly string[] }[] = [];
  const links: ScriptedLink[] = [];
  const makeLink: LinkFactory = (_config, _options, { listener }) => {
    const made = new ScriptedLink(script, listener);
    links.push(made);
    return made;
  };
  const source = new McpSource(CONFIG, { name: "files", ...options }, makeLink);
  open.add(source);
  const host = {
    clock,
    emit: (event: SourceEvent) => void events.push(event),
    offer: (tools: readonly Tool[], problems: readonly string[] = []) => {
      offers.push({ tools, problems });
    },
  };
  return {
    clock,
    events,
    offers,
    source,
    start: () => source.start(host),
    link: () => links[0] as ScriptedLink,
    types: () => events.map(({ type }) => type),
    names: () => offers.at(-1)?.tools.map(({ name }) => name),
    tool: (name: string) => offers.at(-1)?.tools.find((tool) => tool.name === name) as Tool,
  };
}

const declines = (): McpElicitAnswer => ({ action: "decline" });

function contextFor(more: Partial<ToolContext> = {}): ToolContext {
  const { signal } = new AbortController();
  return { toolName: "files.read", signal, progress: () => {}, ...more } as ToolContext;
}

const run = async (tool: Tool, input: unknown = {}, context = contextFor()): Promise<unknown> =>
  tool.execute(input as never, context);

describe("a start", () => {
  test("connects, offers the tools, and then says so", async () => {
    const { start, events, names, source, link, types } = setUp({ tools: () => [listedTool("a")] });
    expect(source.stats()).toMatchObject({ state: "starting", connections: [], restarts: 0 });
    await start();
    expect(names()).toEqual(["a"]);
    expect(types()).toEqual(["source.started"]);
    expect(events[0]).toMatchObject({ source: "files", at: 0, tookMs: 0 });
    expect(link().asked).toEqual(["tools/list"]);
    expect(source.stats()).toMatchObject({ source: "files", kind: "mcp", state: "up" });
  });

  test("of a server that must be there rejects with why it is not, and closes it", async () => {
    const { start, link, source } = setUp(
      { start: () => Promise.reject(DOWN) },
      { required: true },
    );
    await expect(start()).rejects.toBe(DOWN);
    expect(link().closed).toBe(1);
    expect(source.stats().state).toBe("closed");
  });

  test("of a server that must be there and cannot list its tools rejects as well", async () => {
    const script: LinkScript = { tools: () => Promise.reject(new Error("No list.")) };
    const { start, link } = setUp(script, { required: true });
    await expect(start()).rejects.toMatchObject({ code: "SOURCE_UNAVAILABLE" });
    expect(link().closed).toBe(1);
  });

  test("of a server that hangs when asked for its tools rejects after the time there is", async () => {
    const script: LinkScript = { tools: () => new Promise(() => {}) };
    const { start, clock } = setUp(script, { required: true, connectTimeoutMs: 500 });
    const starting = expect(start()).rejects.toThrow(/did not list its tools within 500 ms/);
    await clock.advance(500);
    await starting;
  });

  test("of a server that may come later resolves, and the tools come with it", async () => {
    const script: LinkScript = {
      start: () => Promise.reject(DOWN),
      tools: () => [listedTool("a")],
    };
    const { start, source, clock, link, types, offers, names } = setUp(script);
    await start();
    expect(types()).toEqual(["source.lost"]);
    expect(offers).toEqual([]);
    expect(source.stats()).toMatchObject({ state: "down", lastError: "It does not start." });
    link().comeUp();
    await clock.advance(0);
    expect(names()).toEqual(["a"]);
    expect(types()).toEqual(["source.lost", "source.started"]);
    expect(source.stats().state).toBe("up");
  });

  test("of a server whose list comes later resolves, and says when it is asked for again", async () => {
    const script: LinkScript = { tools: () => Promise.reject(new Error("No list.")) };
    const { start, source, clock, events, types, names } = setUp(script);
    await start();
    expect(events).toMatchObject([{ type: "source.lost", retryInMs: 1_000 }]);
    expect(source.stats()).toMatchObject({
      state: "down",
      lastError: expect.stringMatching(/No list/),
    });
    script.tools = () => [listedTool("a")];
    await clock.advance(1_000);
    expect(names()).toEqual(["a"]);
    expect(types()).toEqual(["source.lost", "source.started"]);
    expect(source.stats().lastError).toBeUndefined();
  });
});

describe("a server that", () => {
  test("changes its list is asked for it, and the new one is offered", async () => {
    const script: LinkScript = { tools: () => [listedTool("a")] };
    const { start, clock, link, names } = setUp(script);
    await start();
    script.tools = () => [listedTool("b"), listedTool("c")];
    link().listener.onToolsChanged();
    await clock.advance(100);
    expect(names()).toEqual(["b", "c"]);
  });

  test("is lost keeps its tools, and is asked for them again when it is back", async () => {
    const script: LinkScript = { tools: () => [listedTool("a")] };
    const { start, source, clock, link, types, offers, names } = setUp(script);
    await start();
    link().lose();
    await clock.advance(1_000);
    expect([offers.length, source.stats().state]).toEqual([1, "down"]);
    script.tools = () => [listedTool("b")];
    link().comeUp();
    await clock.advance(100);
    expect(names()).toEqual(["b"]);
    expect(types()).toEqual(["source.started", "source.lost", "source.recovered"]);
  });

  test("cannot list its tools any more keeps those it had, and that is a problem", async () => {
    const script: LinkScript = { tools: () => [listedTool("a")] };
    const { start, clock, link, types, offers, names } = setUp(script, { problems: ["Noted."] });
    await start();
    script.tools = () => Promise.reject(new Error("No list."));
    link().listener.onToolsChanged();
    await clock.advance(100);
    expect(names()).toEqual(["a"]);
    expect(offers.map(({ problems }) => problems)).toEqual([
      ["Noted."],
      ["Noted.", expect.stringMatching(/No list/)],
    ]);
    script.tools = () => [listedTool("a")];
    await clock.advance(1_000);
    expect(offers.at(-1)?.problems).toEqual(["Noted."]);
    expect(types()).toEqual(["source.started"]);
  });
});

describe("a call", () => {
  test("is sent with its input, its signal and its progress", async () => {
    const updates: ToolProgress[] = [];
    const { start, tool, link } = setUp({
      tools: () => [listedTool("read")],
      call: (name, input, request) => {
        request.onProgress?.({ progress: 1 });
        return { content: [], structuredContent: { name, input } };
      },
    });
    await start();
    const context = contextFor({ progress: (update) => void updates.push(update) });
    expect(await run(tool("read"), { path: "a" }, context)).toEqual({
      content: [],
      structuredContent: { name: "read", input: { path: "a" } },
    });
    expect(updates).toEqual([{ progress: 1 }]);
    expect(link().requests.at(-1)).toMatchObject({ signal: context.signal, repeatable: false });
  });

  test("without an input has an empty one, and one that is no object is refused", async () => {
    const { start, tool } = setUp({
      tools: () => [listedTool("read")],
      call: (_name, input) => ({ content: [input] }),
    });
    await start();
    expect(await run(tool("read"), undefined)).toEqual({ content: [{}] });
    await expect(run(tool("read"), "a")).rejects.toMatchObject({ code: "INPUT_INVALID" });
  });

  test("may be repeated where the tool, as it is registered, says so", async () => {
    const annotations = { readOnlyHint: true };
    const tools = () => [listedTool("safe", { annotations }), listedTool("unsafe")];
    const { start, tool, link } = setUp({ tools });
    await start();
    await run(tool("safe"));
    await run(tool("unsafe"));
    expect(
      link()
        .requests.slice(-2)
        .map(({ repeatable }) => repeatable),
    ).toEqual([true, false]);
  });

  test("of a tool that is no longer there fails and says so", async () => {
    const script: LinkScript = { tools: () => [listedTool("a"), listedTool("b")] };
    const { start, tool, clock, link } = setUp(script);
    await start();
    const [a, b] = [tool("a"), tool("b")];
    script.tools = () => [listedTool("b")];
    link().listener.onToolsChanged();
    await clock.advance(100);
    await expect(run(a)).rejects.toMatchObject({
      code: "TOOL_NOT_FOUND",
      message: 'files.read: serve --token *** has no tool "a" any more.',
    });
    expect(await run(b)).toMatchObject({ content: [{ text: "done" }] });
  });

  test("of a resource or a prompt is what it says", async () => {
    const { start, tool, link } = setUp({}, { resources: true, prompts: true });
    await start();
    expect(await run(tool("list_resources"))).toMatchObject({ resources: [{ uri: "file:///a" }] });
    expect(await run(tool("read_resource"), { uri: "file:///b" })).toEqual({
      content: [{ type: "resource", resource: { uri: "file:///b", text: "hello" } }],
    });
    expect(await run(tool("list_prompts"))).toEqual({ prompts: [{ name: "greet" }] });
    const prompt = { name: "greet", arguments: { who: "Ada" } };
    expect(await run(tool("get_prompt"), prompt)).toMatchObject({
      messages: [{ content: { text: '{"who":"Ada"}' } }],
    });
    expect(await run(tool("get_prompt"), { name: "greet" })).toMatchObject({
      messages: [{ content: { text: "{}" } }],
    });
    expect(link().requests.every(({ repeatable }) => repeatable)).toBe(true);
  });
});

describe("once closed", () => {
  test("running calls fail, later ones too, and nothing is told or offered", async () => {
    const script: LinkScript = {
      tools: () => [listedTool("a")],
      call: () => new Promise(() => {}),
    };
    const { start, source, tool, clock, link, types, offers } = setUp(script);
    await start();
    const running = expect(run(tool("a"))).rejects.toMatchObject({ code: "CALL_CANCELLED" });
    await Promise.all([source.close(), source.close()]);
    await running;
    await expect(run(tool("a"))).rejects.toMatchObject({ code: "SOURCE_UNAVAILABLE" });
    link().lose();
    link().listener.onToolsChanged();
    await clock.advance(10_000);
    expect([types(), offers.length]).toEqual([["source.started"], 1]);
    expect(source.stats().state).toBe("closed");
  });

  test("before it was started, or while it starts, nothing is left", async () => {
    const { source, start, clock, offers } = setUp({ tools: () => new Promise(() => {}) });
    const starting = start();
    await clock.advance(0);
    await source.close();
    await starting;
    expect(offers).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
    await setUp().source.close();
  });
});

describe("a tool's origin", () => {
  test("says how a worker makes it, and shows no secret", async () => {
    const options = { pool: 2, restart: { maximumAttempts: Infinity }, timeoutMs: 5 };
    const { start, tool, source } = setUp({ tools: () => [listedTool("a")] }, options);
    await start();
    const { origin } = tool("a");
    expect(origin).toMatchObject({
      kind: "source",
      label: "serve --token ***",
      loader: expect.stringMatching(/^file:.*mcp-loader\.[jt]s$/),
      spec: {
        server: {
          name: "files",
          config: CONFIG,
          options: { pool: 2, restart: { maximumAttempts: "Infinity" } },
        },
        request: { kind: "tool", name: "a", repeatable: false },
      },
    });
    expect(JSON.parse(JSON.stringify(origin))).toEqual(origin);
    expect(JSON.stringify(source.stats())).not.toContain("s3cret");
  });

  test("leaves behind who answers questions, and says so where workers would need them", async () => {
    const roots = [{ uri: "file:///home" }];
    const script = { tools: () => [listedTool("a")] };
    const { start, tool, offers } = setUp(script, { elicit: declines, roots, mode: "thread" });
    await start();
    expect(tool("a").origin).toMatchObject({ spec: { server: { options: { roots } } } });
    expect(JSON.stringify(tool("a").origin)).not.toContain("elicit");
    expect(offers.at(-1)?.problems).toEqual([
      expect.stringContaining("`elicit` is not used in mode thread"),
    ]);
    const here = setUp(script, { elicit: declines });
    await here.start();
    expect(here.offers.at(-1)?.problems).toEqual([]);
  });

  test("is a closure where somebody has to be asked to let us in", async () => {
    const authProvider = {} as NonNullable<McpSourceOptions["authProvider"]>;
    const { start, tool } = setUp({ tools: () => [listedTool("a")] }, { authProvider });
    await start();
    expect(tool("a").origin).toMatchObject({
      kind: "closure",
      because: { what: expect.any(String), remedy: expect.any(String) },
    });
  });
});

test.each([
  [{ include: "a" }, "`include`"],
  [{ rename: { a: "" } }, "`rename`"],
  [{ pool: 0 }, "`pool`"],
  [{ whileDown: "hope" }, "`whileDown`"],
  [{ restart: { maximumAttempts: 0.5 } }, "`restart.maximumAttempts`"],
  [{ restart: { maxAttempts: 3 } }, "`maxAttempts` is unknown."],
  [{ restart: { constructor: 1 } }, "`constructor` is unknown."],
  [{ protocol: "new" }, "`protocol`"],
  [{ connectTimeoutMs: -1 }, "`connectTimeoutMs`"],
  [{ permissions: {} }, "`permissions`"],
  [{ elicit: true }, "`elicit`"],
  [{ sample: {} }, "`sample`"],
  [{ roots: [{ uri: "/home" }] }, "`roots`"],
  [{ roots: [{ uri: "file:///home", path: "/home" }] }, "`roots`"],
])("the options %j are a mistake that is named", (options, named) => {
  expect(() => setUp({}, options as Partial<McpSourceOptions>)).toThrow(TypeError);
  expect(() => setUp({}, options as Partial<McpSourceOptions>)).toThrow(named);
});

test("however the list changes, the last one is what is offered in the end", async () => {
  const list = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"));
  const step = fc.record({
    list,
    fails: fc.boolean(),
    takesMs: fc.nat(200),
    dies: fc.boolean(),
    pauseMs: fc.nat(300),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
      const script: LinkScript = { tools: () => [] };
      const { start, clock, link, names, types } = setUp(script);
      await start();
      let last: readonly string[] = [];
      for (const { list: listed, fails, takesMs, dies, pauseMs } of steps) {
        last = listed;
        const tools: readonly ListedTool[] = listed.map((name) => listedTool(name));
        script.tools = async () => {
          await new Promise<void>((resolve) => void clock.setTimer(takesMs, resolve));
          if (fails) throw new Error("No list.");
          return tools;
        };
        if (dies) {
          link().lose();
          link().comeUp();
        } else link().listener.onToolsChanged();
        await clock.advance(pauseMs);
      }
      const final = last.map((name) => listedTool(name));
      script.tools = () => final;
      link().listener.onToolsChanged();
      await clock.advance(70_000);
      expect(names()).toEqual(last);
      expect(types().filter((type) => type === "source.started")).toHaveLength(1);
    }),
    { numRuns: 50 },
  );
});
