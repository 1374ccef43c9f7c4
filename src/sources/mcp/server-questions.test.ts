import * as sdk from "@modelcontextprotocol/client";
import { Server } from "@modelcontextprotocol/server";
import { expect, onTestFinished, test } from "vitest";
import { VirtualClock } from "../../testing/virtual-clock.ts";
import { HiddenTexts } from "../hidden-texts.ts";
import type { McpOptions } from "./mcp-options.ts";
import type { McpQuestionContext, McpSampleAnswer } from "./question-options.ts";
import { FailureReader } from "./request-failure.ts";
import { makeClient } from "./server-questions.ts";

/** A server of the old era, which asks when a test has it ask, and its client. */
async function connect(options: McpOptions): Promise<{
  readonly server: Server;
  readonly clock: VirtualClock;
  readonly close: () => void;
}> {
  const clock = new VirtualClock();
  const parts = { name: "files", options, clock, secrets: new HiddenTexts(["s3cret"]) };
  const { client, questions } = await makeClient(sdk, parts, "legacy");
  const server = new Server({ name: "asking", version: "1.0.0" }, { capabilities: {} });
  const [near, far] = sdk.InMemoryTransport.createLinkedPair();
  onTestFinished(() => client.close());
  await Promise.all([server.connect(far), client.connect(near)]);
  return { server, clock, close: () => questions?.close() };
}

const form = { message: "Who?", requestedSchema: { type: "object" as const, properties: {} } };

const saysHi = (): McpSampleAnswer => ({
  model: "m",
  role: "assistant",
  content: { type: "text", text: "hi" },
});

/** What a server is told with these options. */
async function declared(options: McpOptions): Promise<unknown> {
  return (await connect(options)).server.getClientCapabilities();
}

test("a server is told of what there is somebody to answer for, and of nothing else", async () => {
  expect(await declared({})).toEqual({});
  expect(await declared({ elicit: () => ({ action: "cancel" }) })).toEqual({
    elicitation: { form: { applyDefaults: true }, url: {} },
  });
  expect(await declared({ roots: [] })).toEqual({ roots: {} });
  expect(await declared({ sample: saysHi })).toEqual({ sampling: {} });
});

test("a question outside any call has the time of a connection, and the server hears of it", async () => {
  const contexts: McpQuestionContext[] = [];
  const { server, clock } = await connect({
    connectTimeoutMs: 500,
    elicit: (_request, context) => {
      contexts.push(context);
      return new Promise(() => {});
    },
  });
  const asked = expect(server.elicitInput(form)).rejects.toThrow("500 ms (`connectTimeoutMs`)");
  await clock.advance(499);
  expect(contexts).toMatchObject([
    { source: "files", call: undefined, signal: { aborted: false } },
  ]);
  await clock.advance(1);
  await asked;
  expect(contexts[0]?.signal.aborted).toBe(true);
  expect(clock.pendingTimers).toBe(0);
});

test("a question that the server takes back is asked no longer", async () => {
  let signal: AbortSignal | undefined;
  const { server, clock } = await connect({
    elicit: (_request, context) => {
      signal = context.signal;
      return new Promise(() => {});
    },
  });
  const controller = new AbortController();
  const asked = expect(server.elicitInput(form, { signal: controller.signal })).rejects.toThrow();
  await clock.advance(0);
  controller.abort();
  await asked;
  await clock.advance(0);
  expect(signal?.aborted).toBe(true);
});

test("roots are asked for each time, and checked", async () => {
  const given = [[{ uri: "file:///a" }], [{ uri: "/b" }]];
  const { server } = await connect({ roots: async () => given.shift() ?? [] });
  expect(await server.listRoots()).toEqual({ roots: [{ uri: "file:///a" }] });
  await expect(server.listRoots()).rejects.toThrow("begins with file://");
});

test("tools are not sampled, for nobody was told that they may be", async () => {
  const { server } = await connect({ sample: saysHi });
  const params = {
    messages: [{ role: "user" as const, content: { type: "text" as const, text: "?" } }],
    maxTokens: 1,
  };
  const method = "sampling/createMessage";
  expect(await server.request({ method, params })).toMatchObject({ content: { text: "hi" } });
  await expect(
    server.request({ method, params: { ...params, toolChoice: { mode: "auto" } } }),
  ).rejects.toThrow("samples no tools");
});

test("what a handler throws is told to the server without secrets", async () => {
  const { server } = await connect({
    elicit: () => {
      throw new Error("no screen for s3cret");
    },
  });
  await expect(server.elicitInput(form)).rejects.toThrow(
    "The MCP server files asked back (elicitation/create), and there was no answer: no screen for ***",
  );
});

test("nobody is asked any longer when the connection is gone", async () => {
  let signal: AbortSignal | undefined;
  const { server, clock, close } = await connect({
    elicit: (_request, context) => {
      signal = context.signal;
      return new Promise(() => {});
    },
  });
  const asked = expect(server.elicitInput(form)).rejects.toThrow();
  await clock.advance(0);
  close();
  await asked;
  expect(signal?.aborted).toBe(true);
});

/** What a server of the new era answers that asks whoever calls a tool, whatever it was told. */
const ASKS_ALL_THE_SAME: Readonly<Record<string, object>> = {
  "server/discover": { supportedVersions: ["2026-07-28"], capabilities: { tools: {} } },
  "tools/call": {
    resultType: "input_required",
    inputRequests: { only: { method: "elicitation/create", params: form } },
  },
};

test("a call whose server asks although nobody is there to answer fails, and says so", async () => {
  const parts = { name: "files", options: {}, clock: new VirtualClock() };
  const secrets = new HiddenTexts([]);
  const { client } = await makeClient(sdk, { ...parts, secrets }, { pin: "2026-07-28" });
  const [near, far] = sdk.InMemoryTransport.createLinkedPair();
  onTestFinished(() => client.close());
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK has properties, no events
  far.onmessage = (message) => {
    if (!("method" in message) || !("id" in message)) return;
    const told = { resultType: "complete", ttlMs: 0, cacheScope: "private" };
    const result = { ...told, ...ASKS_ALL_THE_SAME[message.method] };
    void far.send({ jsonrpc: "2.0", id: message.id, result });
  };
  await Promise.all([far.start(), client.connect(near)]);
  const thrown: unknown = await client.callTool({ name: "a" }).catch((error: unknown) => error);
  const failure = new FailureReader(sdk, "files", (text) => text).read(thrown);
  expect(failure).toMatchObject({
    kind: "answered",
    error: {
      code: "TOOL_FAILED",
      retryable: false,
      message:
        "The MCP server files asks back (elicitation/create), and nobody is there to answer: give its source an `elicit`, `sample` or `roots`. In workers nobody is asked.",
    },
  });
});
