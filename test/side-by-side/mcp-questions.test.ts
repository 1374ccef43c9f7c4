/** Servers that ask back in the midst of a call: over stdio and HTTP, in both eras of the protocol. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { type NodeIncomingMessageLike, toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler } from "@modelcontextprotocol/server";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import {
  type McpElicitRequest,
  type McpOptions,
  type McpQuestionContext,
  type McpServerConfig,
  ToolError,
  ToolRegistry,
} from "../../src/index.ts";
import { openHttpFetch } from "../../src/sources/mcp/http-fetch.ts";
import { askingServer } from "../fixtures/mcp/asking-server.ts";
import { freePort, programOf, startEverything } from "../fixtures/mcp/everything.ts";

const SOON = { timeout: 10_000, interval: 5 };
const ERAS = ["legacy", "modern"] as const;
const SECRET = "s3cret-token";

const asking: McpServerConfig = {
  command: process.execPath,
  args: [fileURLToPath(new URL("../fixtures/mcp/asking-server.ts", import.meta.url))],
  env: { TOKEN: SECRET },
};

/** A registry with one server, gone after the test. */
async function open(config: McpServerConfig, options: McpOptions): Promise<ToolRegistry> {
  const registry = new ToolRegistry({ pools: { thread: { max: 1 } } });
  onTestFinished(() => registry.destroy());
  await registry.registerMcp(config, { namespace: "s", ...options });
  return registry;
}

async function textOf(call: Promise<unknown>): Promise<string> {
  const { content } = (await call) as { readonly content: readonly { readonly text: string }[] };
  return content.map((part) => part.text).join("\n");
}

const answersOf = async (call: Promise<unknown>): Promise<unknown> =>
  JSON.parse(await textOf(call)) as unknown;

/** The server of the new era alone, over HTTP. */
async function serveModern(): Promise<McpServerConfig> {
  const handler = createMcpHandler(() => askingServer());
  const node = toNodeHandler(handler);
  const server = createServer((incoming, outgoing) => {
    void node(incoming as NodeIncomingMessageLike, outgoing);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await handler.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp` };
}

/** Takes answers, and never answers a request. */
async function serveSlowly(): Promise<URL> {
  const server = createServer((incoming, outgoing) => {
    void text(incoming).then((body) => {
      if (!body.includes("method")) outgoing.writeHead(202).end();
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
}

/** What the server is told when somebody has given this name. */
const accepted = (name: string): object => ({ action: "accept", content: { name, age: 30 } });

/** A handler that answers nothing, and keeps what it was asked. */
function silent(): { readonly elicit: () => Promise<never>; readonly asked: McpQuestionContext[] } {
  const asked: McpQuestionContext[] = [];
  const elicit = (_request?: McpElicitRequest, context?: McpQuestionContext): Promise<never> => {
    if (context !== undefined) asked.push(context);
    return new Promise(() => {});
  };
  return { elicit, asked };
}

describe.each(ERAS)("in the %s era", (protocol) => {
  test("people, models and roots are asked, and the answers reach the server", async () => {
    const seen: [McpElicitRequest, McpQuestionContext][] = [];
    const registry = await open(asking, {
      protocol,
      elicit: (request, context) => {
        seen.push([request, context]);
        return { action: "accept", content: { name: request.message } };
      },
      sample: async ({ maxTokens }) => ({
        model: "small",
        role: "assistant",
        content: { type: "text", text: `${maxTokens}` },
      }),
      roots: () => [{ uri: "file:///home", name: "home" }],
    });
    const options = { tenant: "red", context: { user: 1 } };
    expect(await answersOf(registry.call("s.form", {}, options))).toEqual({
      only: accepted("Who are you?"),
    });
    expect(seen[0]?.[0]).toMatchObject({ mode: "form", requestedSchema: { type: "object" } });
    expect(seen[0]?.[1]).toMatchObject({
      source: "s",
      call: { toolName: "s.form", callId: expect.any(String), ...options },
    });
    expect(await answersOf(registry.call("s.forms"))).toEqual({
      first: accepted("One?"),
      second: accepted("Two?"),
    });
    expect(await answersOf(registry.call("s.link"))).toEqual({ only: { action: "accept" } });
    expect(seen.at(-1)?.[0]).toMatchObject({ mode: "url", url: "http://127.0.0.1/login" });
    expect(await answersOf(registry.call("s.model"))).toMatchObject({
      only: { model: "small", content: { text: "5" } },
    });
    expect(await answersOf(registry.call("s.folders"))).toEqual({
      only: { roots: [{ uri: "file:///home", name: "home" }] },
    });
  });

  test("without somebody to answer no server asks", async () => {
    const registry = await open(asking, { protocol });
    for (const tool of ["s.form", "s.link", "s.model", "s.folders"])
      await expect(registry.call(tool)).rejects.toThrow(/not declare the required capability/u);
  });

  test("what a handler throws fails the call alone, and shows no secret", async () => {
    const registry = await open(asking, {
      protocol,
      elicit: ({ message }) => {
        if (message === "Who are you?") throw new Error(`No terminal for ${SECRET}.`);
        return { action: "accept", content: { name: "A" } };
      },
    });
    const error = await registry.call("s.form").catch((thrown: unknown) => thrown);
    expect(ToolError.is(error, "TOOL_FAILED") && error.message).toContain("No terminal for ***.");
    expect(String(error)).toContain("elicitation/create");
    const unfit = await registry.call("s.forms").catch((thrown: unknown) => thrown);
    expect(String(unfit)).toContain("does not fit the form: /name");
    const roots = await registry.call("s.folders").catch((thrown: unknown) => thrown);
    expect(ToolError.is(roots, "TOOL_FAILED") && roots.message).toMatch(/roots\/list.*declare/u);
  });

  test("a question that is never answered ends with its call, and the server goes on", async () => {
    const { elicit, asked } = silent();
    const registry = await open(asking, { protocol, elicit, roots: [] });
    const controller = new AbortController();
    const [result] = await Promise.all([
      registry.executeToolCalls([{ id: "1", name: "s.form", input: {} }], {
        signal: controller.signal,
      }),
      vi.waitFor(() => expect(asked).toHaveLength(1), SOON).then(() => controller.abort()),
    ]);
    expect(result).toMatchObject([{ error: { code: "CALL_CANCELLED" } }]);
    expect(asked[0]?.signal.aborted).toBe(true);
    expect(await answersOf(registry.call("s.folders"))).toEqual({ only: { roots: [] } });
  });

  test("a question of a server that dies ends at once", async () => {
    const { elicit, asked } = silent();
    const registry = await open(asking, { protocol, elicit });
    const outcome = expect(registry.call("s.form")).rejects.toMatchObject({
      code: "OUTCOME_UNKNOWN",
    });
    await vi.waitFor(() => expect(asked).toHaveLength(1), SOON);
    process.kill(registry.stats().sources[0]?.connections[0]?.pid ?? 0, "SIGKILL");
    await outcome;
    expect(asked[0]?.signal.aborted).toBe(true);
  });

  test("in a worker servers know of roots, and nobody else is asked", async () => {
    const { elicit, asked } = silent();
    const roots = [{ uri: "file:///home" }];
    const registry = await open(asking, { protocol, elicit, roots, mode: "thread" });
    expect(await answersOf(registry.call("s.folders"))).toEqual({ only: { roots } });
    await expect(registry.call("s.form")).rejects.toMatchObject({ code: "TOOL_FAILED" });
    expect(asked).toEqual([]);
    expect(registry.stats().sources[0]?.problems).toEqual([
      expect.stringContaining("`elicit` is not used in mode thread"),
    ]);
  });
});

test("in the new era each of many questions is told whose it is, over stdio and HTTP", async () => {
  for (const config of [asking, await serveModern()]) {
    const registry = await open(config, {
      protocol: "modern",
      elicit: async (_request, { call }) => {
        await new Promise((resolve) => setImmediate(resolve));
        return { action: "accept", content: { name: `call ${call?.callId}` } };
      },
    });
    const calls = Array.from({ length: 30 }, (_, index) => ({
      id: `${index}`,
      name: "s.forms",
      input: { note: `note ${index}` },
    }));
    const results = await registry.executeToolCalls(calls);
    const told = results.map((result) => result.status === "ok" && JSON.stringify(result.output));
    for (const [index, said] of told.entries())
      expect(said).toContain(`\\"name\\":\\"call ${index}\\"`);
    await registry.destroy();
  }
});

const everything = async (): Promise<readonly McpServerConfig[]> => {
  const port = await freePort();
  await startEverything("streamableHttp", port);
  const url = `http://127.0.0.1:${port}/mcp`;
  return [{ command: process.execPath, args: [programOf("everything")] }, { url }];
};

test("a server that nobody here wrote asks, over stdio and HTTP", async () => {
  for (const config of await everything()) {
    const registry = await open(config, {
      elicit: (request) =>
        request.mode === "url"
          ? { action: "decline" }
          : { action: "accept", content: { name: "Ada Lovelace", check: true } },
      sample: ({ messages }) => ({
        model: "small",
        role: "assistant",
        content: { type: "text", text: `heard ${JSON.stringify(messages)}` },
      }),
      roots: [{ uri: "file:///home/ada", name: "Ada's" }],
    });
    await vi.waitFor(
      () => expect(registry.list().map(({ name }) => name)).toContain("s.get-roots-list"),
      SOON,
    );
    const form = await textOf(registry.call("s.trigger-elicitation-request"));
    expect(form).toContain("- Name: Ada Lovelace");
    expect(form).toContain("- Favorite Integer: 42");
    expect(form).toContain('"titledMultipleSelectEnum": [\n      "fish-1"\n    ]');
    expect(
      await textOf(registry.call("s.trigger-sampling-request", { prompt: "Sing." })),
    ).toContain("Sing.");
    expect(
      await textOf(registry.call("s.trigger-url-elicitation", { url: "http://127.0.0.1/x" })),
    ).toMatch(/declined/iu);
    const first = { url: "http://127.0.0.1/x", errorPath: true };
    await expect(registry.call("s.trigger-url-elicitation", first)).rejects.toMatchObject({
      code: "TOOL_FAILED",
      details: { rpcCode: -32_042, rpcData: { elicitations: [{ mode: "url" }] } },
    });
    expect(await textOf(registry.call("s.get-roots-list"))).toContain("file:///home/ada");
    await registry.destroy();
  }
});

test("an answer over HTTP is not taken for the request that happens to have the server's number", async () => {
  const url = await serveSlowly();
  const http = await openHttpFetch({
    url,
    headers: {},
    maxMessageBytes: 1e6,
    connectTimeoutMs: 5e3,
  });
  onTestFinished(() => http.destroy());
  const post = (body: string): Promise<{ readonly status: number }> =>
    http.fetch(url, { method: "POST", redirect: "manual", body });
  const waiting = post('{"method":"tools/call","params":{},"jsonrpc":"2.0","id":7}');
  expect((await post('{"result":{},"jsonrpc":"2.0","id":7}')).status).toBe(202);
  http.cancel(7);
  await expect(waiting).rejects.toThrow("cancelled");
});
