/** Links to real MCP servers: over stdio, Streamable HTTP and SSE, in both eras of the protocol. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import {
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
  createServer,
} from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { type NodeIncomingMessageLike, toNodeHandler } from "@modelcontextprotocol/node";
import { McpServer, createMcpHandler } from "@modelcontextprotocol/server";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";
import { ToolError } from "../../src/core/tool-error.ts";
import type { ToolProgress } from "../../src/core/tool.ts";
import type { SupervisedServer } from "../../src/sources/mcp/supervised-server.ts";
import { freePort, programOf, startEverything } from "../fixtures/mcp/everything.ts";
import { ask, hostile, isAlive, request, watchedServer } from "../fixtures/mcp/watched-server.ts";

const SOON = { timeout: 10_000, interval: 10 };
const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/mcp/${name}`, import.meta.url));

async function textOf(server: SupervisedServer, tool: string, input: object): Promise<string> {
  const { content } = await server.callTool(tool, { ...input }, request());
  const [first] = content;
  return first?.type === "text" ? first.text : "";
}

function writeJson(
  outgoing: ServerResponse,
  ...[status, body, headers = {}]: [status: number, body?: object, headers?: object]
): void {
  outgoing.writeHead(status, { "content-type": "application/json", ...headers });
  outgoing.end(body && JSON.stringify(body));
}

/** Serves on a free port until the test ends. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
}

async function expectEverything(server: SupervisedServer): Promise<void> {
  expect(server.serverName).toBe("mcp-servers/everything");
  expect((await server.listTools(request())).length).toBeGreaterThan(10);
  expect(await textOf(server, "echo", { message: "hi" })).toBe("Echo: hi");
  expect((await server.listPrompts(request())).length).toBeGreaterThan(2);
  const { resources, templates } = await server.listResources(request());
  expect(resources.length).toBeGreaterThan(2);
  expect(templates.length).toBeGreaterThan(0);
  const { contents } = await server.readResource(resources[0]?.uri ?? "", request());
  expect(contents.length).toBe(1);
  const { messages } = await server.getPrompt("simple-prompt", {}, request());
  expect(messages.length).toBeGreaterThan(0);
  const updates: ToolProgress[] = [];
  await server.callTool(
    "trigger-long-running-operation",
    { duration: 0.3, steps: 3 },
    request({ onProgress: (update) => updates.push(update) }),
  );
  expect(updates.slice(0, 2)).toEqual([
    { progress: 1, total: 3 },
    { progress: 2, total: 3 },
  ]);
  const many = Array.from({ length: 200 }, (_, index) =>
    textOf(server, "echo", { message: String(index) }),
  );
  expect(await Promise.all(many)).toEqual(many.map((_, index) => `Echo: ${index}`));
}

describe("the everything server", () => {
  test("over stdio does all that it offers", async () => {
    const { server, told } = watchedServer({
      command: process.execPath,
      args: [programOf("everything"), "stdio"],
    });
    await server.start();
    await expectEverything(server);
    expect(told).toMatchObject({ started: 1, lost: [], recovered: 0 });
  });

  test("over Streamable HTTP does all that it offers, and is found again when it was restarted", async () => {
    const port = await freePort();
    const child = await startEverything("streamableHttp", port);
    const { server, told } = watchedServer(
      { url: `http://127.0.0.1:${port}/mcp` },
      { restart: { initialIntervalMs: 50, maximumIntervalMs: 200 } },
    );
    await server.start();
    await expectEverything(server);
    child.kill("SIGKILL");
    await once(child, "exit");
    const outcome = await textOf(server, "echo", { message: "gone" }).catch((e: unknown) => e);
    expect(ToolError.is(outcome, "SOURCE_UNAVAILABLE")).toBe(true);
    await startEverything("streamableHttp", port);
    await vi.waitFor(() => expect(server.state).toBe("up"), SOON);
    await vi.waitFor(
      async () => expect(await textOf(server, "echo", { message: "back" })).toBe("Echo: back"),
      SOON,
    );
    expect(told.started).toBe(1);
    expect(server.restarts).toBeGreaterThan(0);
  });

  test("over SSE is found though nobody said that it is SSE, and found again", async () => {
    const port = await freePort();
    const child = await startEverything("sse", port);
    const { server, told } = watchedServer(
      { url: `http://127.0.0.1:${port}/sse` },
      { restart: { initialIntervalMs: 50, maximumIntervalMs: 200 } },
    );
    await server.start();
    await expectEverything(server);
    const hanging = server.callTool(
      "trigger-long-running-operation",
      { duration: 60, steps: 3 },
      request(),
    );
    const settled = hanging.catch((error: unknown) => error);
    await vi.waitFor(() => expect(server.connections()[0]?.running).toBe(1), SOON);
    child.kill("SIGKILL");
    expect(ToolError.is(await settled, "OUTCOME_UNKNOWN")).toBe(true);
    await startEverything("sse", port);
    await vi.waitFor(() => expect(told.recovered).toBe(1), SOON);
    expect(await textOf(server, "echo", { message: "back" })).toBe("Echo: back");
  });
});

test("the filesystem server reads a file, and the memory server remembers", async () => {
  const folder = await mkdtemp(join(tmpdir(), "toolyard-mcp-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "note.txt"), "written here");
  const files = watchedServer({
    command: process.execPath,
    args: [programOf("filesystem"), folder],
  }).server;
  const memory = watchedServer({
    command: process.execPath,
    args: [programOf("memory")],
    env: { MEMORY_FILE_PATH: join(folder, "memory.jsonl") },
  }).server;
  await Promise.all([files.start(), memory.start()]);
  expect(await textOf(files, "read_text_file", { path: join(folder, "note.txt") })).toBe(
    "written here",
  );
  const entity = { name: "Ada", entityType: "person", observations: ["counts"] };
  await memory.callTool("create_entities", { entities: [entity] }, request());
  expect(await textOf(memory, "search_nodes", { query: "Ada" })).toContain("counts");
});

describe("the new era", () => {
  test.each(["modern", "auto"] as const)("over stdio, asked for as %s", async (protocol) => {
    const config = { command: process.execPath, args: [fixture("modern-stdio-server.ts")] };
    const { server } = watchedServer(config, { protocol });
    await server.start();
    expect(server.serverName).toBe("modern");
    expect((await server.listTools(request())).map(({ name }) => name)).toEqual(["add"]);
    expect(await textOf(server, "add", { a: 1, b: 2 })).toBe("3");
  });

  test("asked for as auto, a server of the old era is spoken to in the old one", async () => {
    const { server } = watchedServer(hostile(), { protocol: "auto" });
    await server.start();
    expect(await ask(server, "echo", { a: 1 })).toEqual({ a: 1 });
  });

  test("over HTTP: headers are sent, changes are told, cancelling ends the request", async () => {
    const seen = new Set<unknown>();
    const aborted: string[] = [];
    const handler = createMcpHandler(() => {
      const server = new McpServer(
        { name: "modern-http", version: "1.0.0" },
        { capabilities: { tools: { listChanged: true } } },
      );
      server.registerTool(
        "wait",
        { description: "Waits.", inputSchema: z.object({ ms: z.number() }) },
        ({ ms }, { mcpReq }) =>
          new Promise((resolve) => {
            setTimeout(() => resolve({ content: [{ type: "text", text: "waited" }] }), ms).unref();
            mcpReq.signal.addEventListener("abort", () => aborted.push("wait"));
          }),
      );
      return server;
    });
    onTestFinished(() => handler.close());
    const node = toNodeHandler(handler);
    const url = await serve((incoming, outgoing) => {
      seen.add(incoming.headers["x-team"]);
      void node(incoming as NodeIncomingMessageLike, outgoing);
    });
    const { server, told } = watchedServer({ url, headers: { "X-Team": "blue" } });
    await server.start();
    expect(await textOf(server, "wait", { ms: 1 })).toBe("waited");
    expect([...seen]).toEqual(["blue"]);
    await vi.waitFor(() => {
      handler.notify.toolsChanged();
      expect(told.changed).toBeGreaterThan(0);
    }, SOON);
    const controller = new AbortController();
    const reason = new ToolError("CALL_CANCELLED", "enough");
    const waiting = server.callTool("wait", { ms: 60_000 }, request({ signal: controller.signal }));
    setTimeout(() => controller.abort(reason), 100);
    await expect(waiting).rejects.toBe(reason);
    await vi.waitFor(() => expect(aborted).toEqual(["wait"]), SOON);
  });
});

describe("over stdio", () => {
  test("a call that is cancelled is cancelled in the server, and others are not", async () => {
    const { server } = watchedServer(hostile());
    await server.start();
    const controller = new AbortController();
    const reason = new ToolError("CALL_CANCELLED", "enough");
    const beside = ask(server, "slow", { ms: 200 });
    const hanging = ask(server, "hang", {}, { signal: controller.signal });
    await vi.waitFor(() => expect(server.connections()[0]?.running).toBe(2), SOON);
    controller.abort(reason);
    await expect(hanging).rejects.toBe(reason);
    const state = (await ask(server, "asked")) as {
      asked: { id: number; name: string }[];
      cancelled: number[];
    };
    const { id } = state.asked.find(({ name }) => name === "hang") ?? {};
    expect(state.cancelled).toEqual([id]);
    expect(await beside).toBe("at last");
    await expect(ask(server, "echo", {}, { signal: controller.signal })).rejects.toBe(reason);
  });

  test("a progress token is sent when somebody listens, and only then", async () => {
    const { server } = watchedServer(hostile());
    await server.start();
    const updates: ToolProgress[] = [];
    const onProgress = (update: ToolProgress): void => void updates.push(update);
    expect(await ask(server, "progress", { steps: 3 }, { onProgress })).toEqual({ hadToken: true });
    expect(updates.map(({ progress }) => progress)).toEqual([1, 2, 3]);
    expect(await ask(server, "progress", { steps: 1 })).toEqual({ hadToken: false });
  });

  test("a changed list is told", async () => {
    const { server, told } = watchedServer(hostile());
    await server.start();
    expect((await server.listTools(request())).length).toBe(1);
    await ask(server, "change");
    await vi.waitFor(() => expect(told.changed).toBe(1), SOON);
    expect((await server.listTools(request())).length).toBe(2);
  });

  test.each([
    ["ends by itself", "leave"],
    ["is killed", "stay"],
  ])("a program that forgets to close and %s leaves no server behind", async (_how, mode) => {
    const { args = [] } = hostile() as { readonly args?: readonly string[] };
    const program = [fixture("forgetful-program.ts"), mode, ...args];
    const child = spawn(process.execPath, program, { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    const exited = once(child, "exit");
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const pid = Number(line.toString());
    if (mode === "stay") {
      expect(isAlive(pid)).toBe(true);
      child.kill("SIGKILL");
    }
    expect(await exited).toEqual(mode === "stay" ? [null, "SIGKILL"] : [0, null]);
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), SOON);
  });
});

describe("over HTTP, a server", () => {
  type Rpc = { readonly id?: number; readonly method: string; readonly params?: { name?: string } };

  /** A server of the old era with sessions, whose tools are answered by `onCall`. */
  async function sessions(
    onCall: (rpc: Rpc, answer: (body: object) => void, incoming: IncomingMessage) => void,
  ): Promise<{ url: string; made: string[]; valid: Set<string>; got: Rpc[] }> {
    const made: string[] = [];
    const valid = new Set<string>();
    const got: Rpc[] = [];
    const url = await serve((incoming, outgoing) => {
      void (async () => {
        const json = writeJson.bind(undefined, outgoing);
        if (incoming.method !== "POST") return json(405);
        const rpc = JSON.parse(await text(incoming)) as Rpc;
        got.push(rpc);
        if (rpc.method === "initialize") {
          const session = `session-${made.push("") - 1}`;
          made[made.length - 1] = session;
          valid.add(session);
          const serverInfo = { name: "sessions", version: "1" };
          const result = { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo };
          const header = { "mcp-session-id": session };
          return json(200, { jsonrpc: "2.0", id: rpc.id, result }, header);
        }
        if (!valid.has(String(incoming.headers["mcp-session-id"]))) return json(404);
        if (rpc.id === undefined) return json(202);
        if (rpc.method === "ping") return json(200, { jsonrpc: "2.0", id: rpc.id, result: {} });
        return onCall(rpc, (result) => json(200, { jsonrpc: "2.0", id: rpc.id, result }), incoming);
      })();
    });
    return { url, made, valid, got };
  }

  test("that has forgotten the session gets a new one, and the call, which was not done, again", async () => {
    const { url, made, valid } = await sessions((_rpc, answer) => answer({ content: [] }));
    const { server, told } = watchedServer({ url, type: "http" }, { protocol: "legacy" });
    await server.start();
    await server.callTool("any", {}, request());
    valid.clear();
    expect(await server.callTool("any", {}, request())).toEqual({ content: [] });
    expect(made).toEqual(["session-0", "session-1"]);
    expect(told).toMatchObject({ started: 1, recovered: 1 });
  });

  test("that closes the connection in a call leaves the outcome unknown; what may be repeated is", async () => {
    let broken = 0;
    const { url } = await sessions((rpc, answer, incoming) => {
      broken += 1;
      if (rpc.params?.name === "once" || broken % 2 === 1) incoming.socket.destroy();
      else answer({ content: [] });
    });
    const { server } = watchedServer({ url, type: "http" }, { protocol: "legacy" });
    await server.start();
    await expect(server.callTool("once", {}, request())).rejects.toMatchObject({
      code: "OUTCOME_UNKNOWN",
    });
    broken = 0;
    const again = request({ repeatable: true });
    expect(await server.callTool("twice", {}, again)).toEqual({ content: [] });
    expect(broken).toBe(2);
    expect(server.restarts).toBe(0);
  });

  test("that answers with too much is told apart from one that is silent", async () => {
    const big = { content: [{ type: "text", text: "x".repeat(200_000) }] };
    const { url } = await sessions((_rpc, answer) => answer(big));
    const options = { protocol: "legacy", maxMessageBytes: 100_000 } as const;
    const { server } = watchedServer({ url, type: "http" }, options);
    await server.start();
    await expect(server.callTool("big", {}, request())).rejects.toThrow("more than 100000 bytes");
  });

  test("of the old era is told when a call is cancelled, and its response is let go", async () => {
    let closed = 0;
    const { url, got } = await sessions((_rpc, _answer, { socket }) => {
      socket.once("close", () => (closed += 1));
    });
    const { server } = watchedServer({ url, type: "http" }, { protocol: "legacy" });
    await server.start();
    const controller = new AbortController();
    const reason = new ToolError("CALL_CANCELLED", "enough");
    const calling = server.callTool("hang", {}, request({ signal: controller.signal }));
    await vi.waitFor(() => expect(got.at(-1)?.method).toBe("tools/call"), SOON);
    controller.abort(reason);
    await expect(calling).rejects.toBe(reason);
    await vi.waitFor(() => expect(got.at(-1)?.method).toBe("notifications/cancelled"), SOON);
    await vi.waitFor(() => expect(closed).toBe(1), SOON);
  });

  test.each([401, 403])(
    "that wants credentials (%d) is told so, without a second try",
    async (status) => {
      let tries = 0;
      const url = await serve((_incoming, outgoing) => {
        tries += 1;
        outgoing.writeHead(status).end();
      });
      const { server } = watchedServer({ url }, { restart: { maximumAttempts: 0 } });
      await expect(server.start()).rejects.toMatchObject({
        code: "SOURCE_UNAVAILABLE",
        message: expect.stringMatching(new RegExp(`HTTP ${status}`, "u")) as string,
      });
      expect(tries).toBe(1);
    },
  );

  test("that is not there is told with its address", async () => {
    const port = await freePort();
    const { server } = watchedServer({ url: `http://127.0.0.1:${port}/mcp` });
    await expect(server.start()).rejects.toThrow("ECONNREFUSED");
    expect(server.state).toBe("down");
  });
});
