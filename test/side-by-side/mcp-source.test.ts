/** MCP servers that nobody here wrote, as sources of tools: over stdio and HTTP, on the event loop and in workers. */
import { type ChildProcess, spawn } from "node:child_process";
import {
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { SourceEvent } from "../../src/core/source-event.ts";
import { type ConcreteMode, ToolRegistry } from "../../src/index.ts";
import { readMcpServers } from "../../src/sources/mcp/mcp-config.ts";
import type { McpServerConfig } from "../../src/sources/mcp/mcp-options.ts";
import { McpSource, type McpSourceOptions } from "../../src/sources/mcp/mcp-source.ts";
import { SystemClock } from "../../src/time/clock.ts";
import { hostile } from "../fixtures/mcp/watched-server.ts";

const MODES = ["async", "thread", "process"] as const;

const folder = realpathSync(mkdtempSync(join(tmpdir(), "mcp-source-")));
afterAll(() => rmSync(folder, { recursive: true }));

const programOf = (server: string): string =>
  fileURLToPath(import.meta.resolve(`@modelcontextprotocol/server-${server}/dist/index.js`));

const serverOf = (server: string, ...args: readonly string[]): McpServerConfig => ({
  command: process.execPath,
  args: [programOf(server), ...args],
});

const listingServer = (kind: string): McpServerConfig => ({
  command: process.execPath,
  args: [fileURLToPath(new URL("../fixtures/mcp/listing-server.ts", import.meta.url)), kind],
});

interface Started {
  readonly registry: ToolRegistry;
  readonly source: McpSource;
  readonly events: readonly SourceEvent[];
  readonly problems: () => readonly string[];
}

/** A registry with what a source offers, both gone after the test. */
async function start(
  config: McpServerConfig,
  options: Partial<McpSourceOptions> & { readonly mode?: ConcreteMode } = {},
): Promise<Started> {
  const pools = { thread: { max: 1 }, process: { max: 1 } };
  const registry = new ToolRegistry({ pools, workerOutput: () => {} });
  const [read] = readMcpServers(config, process.env);
  if (read === undefined) throw new Error("There is no server.");
  const source = new McpSource(read.config, { name: "server", required: true, ...options });
  onTestFinished(async () => {
    await registry.destroy();
    await source.close();
  });
  const events: SourceEvent[] = [];
  let problems: readonly string[] = [];
  await source.start({
    clock: new SystemClock(),
    emit: (event) => void events.push(event),
    offer: (tools, told = []) => {
      problems = told;
      for (const { name } of registry.list()) registry.unregister(name);
      registry.register(tools);
    },
  });
  return { registry, source, events, problems: () => problems };
}

const textOf = (output: unknown): string =>
  (output as { readonly content: readonly { readonly text: string }[] }).content[0]?.text ?? "";

async function until(holds: () => boolean, what: string): Promise<void> {
  for (let tries = 0; !holds(); tries += 1) {
    if (tries > 500) throw new Error(`Not within 5 s: ${what}`);
    await sleep(10);
  }
}

/** Whether a process still runs; a zombie has ended. */
function runs(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

describe.each(MODES)("in mode %s", (mode) => {
  test("a server over stdio gives every kind of content", async () => {
    const { registry } = await start(serverOf("everything"), { mode });
    expect(await registry.call("echo", { message: "hello" })).toEqual({
      content: [{ type: "text", text: "Echo: hello" }],
    });
    expect(textOf(await registry.call("get-sum", { a: "2", b: 3 }))).toContain("5");
    expect(await registry.call("get-structured-content", { location: "Chicago" })).toMatchObject({
      structuredContent: { temperature: expect.any(Number) },
    });
    const kinds = async (name: string, input: object): Promise<readonly string[]> => {
      const { content } = (await registry.call(name, input)) as {
        readonly content: readonly { readonly type: string }[];
      };
      return [...new Set(content.map(({ type }) => type))];
    };
    expect(await kinds("get-tiny-image", {})).toEqual(["text", "image"]);
    expect(await kinds("get-resource-links", { count: 2 })).toEqual(["text", "resource_link"]);
    const reference = { resourceType: "Text", resourceId: 1 };
    expect(await kinds("get-resource-reference", reference)).toContain("resource");
  });

  test("progress comes through, and inputs are checked before anything is sent", async () => {
    const { registry } = await start(serverOf("everything"), { mode });
    const progress: number[] = [];
    registry.on("tool.progress", (event) => void progress.push(event.progress));
    await registry.call("trigger-long-running-operation", { duration: 0.3, steps: 3 });
    // The SDK drops what comes in one go with the answer.
    expect(progress.slice(0, 2)).toEqual([1, 2]);
    await expect(registry.call("get-sum", { a: "zz", b: 3 })).rejects.toMatchObject({
      code: "INPUT_INVALID",
    });
  });

  test("a call that is cancelled ends, and the server goes on", async () => {
    const { registry } = await start(serverOf("everything"), { mode });
    await registry.call("echo", { message: "warm" });
    const abort = new AbortController();
    const long = registry.call(
      "trigger-long-running-operation",
      { duration: 60, steps: 60 },
      { signal: abort.signal },
    );
    const cancelled = expect(long).rejects.toMatchObject({ code: "CALL_CANCELLED" });
    await sleep(100);
    abort.abort();
    await cancelled;
    expect(textOf(await registry.call("echo", { message: "on" }))).toBe("Echo: on");
  });

  test("resources and prompts are tools", async () => {
    const { registry } = await start(serverOf("everything"), {
      mode,
      include: [],
      resources: true,
      prompts: true,
    });
    expect(registry.list()).toHaveLength(4);
    const listed = (await registry.call("list_resources")) as {
      readonly resources: readonly { readonly uri: string }[];
      readonly templates: readonly unknown[];
    };
    expect(listed.templates.length).toBeGreaterThan(0);
    const { uri } = listed.resources[0] ?? { uri: "" };
    expect(await registry.call("read_resource", { uri })).toMatchObject({
      content: [{ type: "resource", resource: { uri } }],
    });
    expect(await registry.call("list_prompts")).toMatchObject({
      prompts: expect.arrayContaining([expect.objectContaining({ name: "args-prompt" })]),
    });
    const prompt = { name: "args-prompt", arguments: { city: "Oslo" } };
    expect(JSON.stringify(await registry.call("get_prompt", prompt))).toContain("Oslo");
  });

  test("the file server reads and writes in its folder, and says why it does not elsewhere", async () => {
    const { registry } = await start(serverOf("filesystem", folder), { mode });
    const path = join(folder, `${mode}.txt`);
    await registry.call("write_file", { path, content: "written" });
    expect(readFileSync(path, "utf8")).toBe("written");
    expect(textOf(await registry.call("read_text_file", { path }))).toBe("written");
    await expect(registry.call("read_text_file", { path: "/etc/hostname" })).rejects.toMatchObject({
      code: "TOOL_FAILED",
      retryable: false,
      message: expect.stringMatching(/Access denied/),
    });
    expect(registry.get("write_file")?.annotations).toMatchObject({ idempotent: true });
  });

  test("the memory server gets its environment and keeps what it is told", async () => {
    const file = join(folder, `${mode}.jsonl`);
    const config = { ...serverOf("memory"), env: { MEMORY_FILE_PATH: file } };
    const { registry } = await start(config, { mode });
    const entities = [{ name: "Ada", entityType: "person", observations: ["writes programs"] }];
    await registry.call("create_entities", { entities });
    expect(await registry.call("search_nodes", { query: "Ada" })).toMatchObject({
      structuredContent: { entities },
    });
    expect(readFileSync(file, "utf8")).toContain("Ada");
  });

  test("two hundred calls at once have their own answers, over one connection", async () => {
    const marker = `toolyard-${process.pid}-${mode}-many`;
    const config = { ...serverOf("everything"), env: { MARKER: marker } };
    const { registry } = await start(config, { mode });
    const numbers = Array.from({ length: 200 }, (_, number) => String(number));
    const answers = await Promise.all(numbers.map((message) => registry.call("echo", { message })));
    expect(answers.map(textOf)).toEqual(numbers.map((message) => `Echo: ${message}`));
    if (process.platform !== "linux") return;
    // That of the source, which lists the tools, and in other modes that of the one worker.
    expect(livingWith(marker)).toHaveLength(mode === "async" ? 1 : 2);
  });
});

describe("over Streamable HTTP", () => {
  let server: ChildProcess;
  let url = "";

  beforeAll(async () => {
    const port = await freePort();
    server = spawn(process.execPath, [programOf("everything"), "streamableHttp"], {
      env: { ...process.env, PORT: String(port) },
      stdio: ["ignore", "ignore", "pipe"],
    });
    await new Promise<void>((resolve, reject) => {
      server.stderr?.on("data", (text) => String(text).includes("listening") && resolve());
      server.once("exit", () => reject(new Error("The server ended.")));
    });
    url = `http://127.0.0.1:${port}/mcp`;
  });
  afterAll(() => void server.kill("SIGKILL"));

  test.each(MODES)("a server answers in mode %s", async (mode) => {
    const { registry, source } = await start({ url, headers: { "X-Test": "1" } }, { mode });
    const numbers = Array.from({ length: 20 }, (_, number) => String(number));
    const answers = await Promise.all(numbers.map((message) => registry.call("echo", { message })));
    expect(answers.map(textOf)).toEqual(numbers.map((message) => `Echo: ${message}`));
    const progress: number[] = [];
    registry.on("tool.progress", (event) => void progress.push(event.progress));
    await registry.call("trigger-long-running-operation", { duration: 0.2, steps: 2 });
    expect(progress[0]).toBe(1);
    expect(source.stats()).toMatchObject({
      state: "up",
      label: url,
      connections: [{ state: "up" }],
    });
  });
});

describe("a server's list", () => {
  test("is followed when it changes, and a tool that is gone says so", async () => {
    const { registry } = await start(listingServer("changes"));
    const names = (): string =>
      registry
        .list()
        .map(({ name }) => name)
        .join();
    expect(names()).toBe("change,slow,old");
    await registry.call("change");
    await until(() => names() === "change,slow,new", "the new list is registered");
    expect(textOf(await registry.call("new"))).toBe("new");
    await expect(registry.call("old")).rejects.toMatchObject({ code: "TOOL_NOT_FOUND" });
  });

  test("may have ten thousand tools", async () => {
    const { registry, source } = await start(listingServer("many"));
    expect(registry.list()).toHaveLength(10_000);
    expect(textOf(await registry.call("tool_9999"))).toBe("tool_9999");
    expect(source.stats().state).toBe("up");
  });

  test("may lie: what can be used is there, the rest is said", async () => {
    const { registry, problems } = await start(listingServer("lies"));
    const names = registry.list().map(({ name }) => name);
    expect(names).toEqual(["fine", "odd näme/with.$igns", "long", "liar"]);
    expect(problems()).toEqual([
      expect.stringMatching(/^"fine" is listed twice/),
      expect.stringMatching(/^"broken" is left out: its input schema cannot be used/),
      expect.stringMatching(/^"long": its description of 1000000 characters is cut/),
    ]);
    expect(textOf(await registry.call("odd näme/with.$igns"))).toBe("odd näme/with.$igns");
    await expect(registry.call("liar")).rejects.toMatchObject({
      code: "OUTPUT_INVALID",
      details: { issues: [{ path: "/structuredContent/n" }] },
    });
  });
});

describe("a server that is not there", () => {
  const missing: McpServerConfig = { command: join(folder, "no-such-program") };

  test("has a start that needs it reject", async () => {
    await expect(start(missing, { connectTimeoutMs: 5_000 })).rejects.toMatchObject({
      code: "SOURCE_UNAVAILABLE",
    });
  });

  test("has its tools come when it is there, where it may be late", async () => {
    const program = join(folder, "late.mjs");
    const config = { command: process.execPath, args: [program] };
    const restart = { initialIntervalMs: 50, maximumIntervalMs: 50 };
    const { registry, events, source } = await start(config, { required: false, restart });
    expect(registry.list()).toEqual([]);
    expect(events[0]).toMatchObject({ type: "source.lost", retryInMs: expect.any(Number) });
    expect(source.stats().state).toBe("down");
    writeFileSync(program, `import ${JSON.stringify(programOf("everything"))};`);
    await until(() => registry.list().length > 0, "the tools are there");
    expect(textOf(await registry.call("echo", { message: "late" }))).toBe("Echo: late");
    expect(events.at(-1)?.type).toBe("source.started");
  });
});

test.skipIf(process.platform !== "linux").each(["thread", "process"] as const)(
  "no server of a worker in mode %s outlives its registry",
  async (mode) => {
    const marker = `toolyard-${process.pid}-${mode}`;
    const config = { ...serverOf("everything"), env: { MARKER: marker } };
    const { registry, source } = await start(config, { mode });
    await registry.call("echo", { message: "hello" });
    await source.close();
    const pids = livingWith(marker);
    expect(pids).toHaveLength(1);
    await registry.close();
    await until(() => pids.every((pid) => !runs(pid)), "the worker's server has ended");
  },
);

/** Processes that have a variable of this value. */
function livingWith(marker: string): readonly number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && runs(pid) && environmentOf(pid).includes(`MARKER=${marker}\0`));
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1");
  } catch {
    return "";
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => void probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as { readonly port: number };
  await new Promise((resolve) => void probe.close(resolve));
  return port;
}

test("a server is asked for progress by calls that begin when somebody listens, and by no others", async () => {
  const { registry } = await start(hostile("open"), { mode: "async" });
  const wasAsked = async (): Promise<unknown> => {
    const output = await registry.call("progress", { steps: 1 });
    return JSON.parse(textOf(output)) as unknown;
  };
  expect(await wasAsked()).toEqual({ hadToken: false });
  const stop = registry.on("tool.progress", () => {});
  expect(await wasAsked()).toEqual({ hadToken: true });
  stop();
  expect(await wasAsked()).toEqual({ hadToken: false });
});

test("and by those whose time begins anew with it, though nobody listens", async () => {
  const { registry } = await start(hostile("open"), {
    mode: "async",
    resetTimeoutOnProgress: true,
  });
  const output = await registry.call("progress", { steps: 1 });
  expect(JSON.parse(textOf(output))).toEqual({ hadToken: true });
});
