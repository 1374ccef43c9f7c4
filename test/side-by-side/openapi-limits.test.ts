/** OpenAPI tools in the pipeline: connections that are kept, limits that servers set, and what is tried again. */
import type { Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  type CallOptions,
  type OpenApiOptions,
  ToolRegistry,
  type ToolRegistryOptions,
  type ToolResult,
} from "../../src/index.ts";
import { type Answer, type TestServer, documentOf, serveHttp } from "../fixtures/openapi-stage.ts";

let server: TestServer;
let answer: Answer;
let sockets: Set<Socket>;
const registries: ToolRegistry[] = [];

beforeEach(async () => {
  sockets = new Set();
  server = await serveHttp((request, response) => {
    if (response.socket !== null) sockets.add(response.socket);
    answer(request, response);
  });
  answer = (_, response) => reply(response, 200);
});

afterEach(async () => {
  await Promise.all(registries.splice(0).map((registry) => registry.close()));
  await server.close();
});

function reply(
  response: Parameters<Answer>[1],
  status: number,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end('{"n":1}');
}

const responses = { 200: { description: "ok" } };
const parameters = [{ name: "n", in: "query", schema: { type: "integer" } }];
const PATHS = {
  "/pets": {
    get: { operationId: "list", parameters, responses },
    put: { operationId: "replace", parameters, responses },
    post: { operationId: "make", parameters, responses },
  },
};

async function open(
  options: OpenApiOptions = {},
  settings: ToolRegistryOptions = {},
): Promise<ToolRegistry> {
  const registry = new ToolRegistry(settings);
  registries.push(registry);
  const document = documentOf(server.url, PATHS);
  await registry.registerOpenApi(document, { namespace: "pets", ...options });
  return registry;
}

async function call(
  registry: ToolRegistry,
  name: string,
  count = 1,
  options: CallOptions = {},
): Promise<ToolResult[]> {
  const calls = Array.from({ length: count }, (_, n) => ({ id: `${n}`, name, input: { n } }));
  return registry.executeToolCalls(calls, options);
}

function codeOf(result: ToolResult | undefined): string | undefined {
  return result?.status === "error" ? result.error.code : result?.status;
}

/** A limit with a rate is closed by what servers say of theirs. */
const CLOSABLE = { concurrency: 1, rate: { limit: 1_000, per: "second" } } as const;
const quick = { initialIntervalMs: 1 } as const;

test.each(["async", "thread", "process"] as const)(
  "300 calls go over few connections, which later calls use again (%s)",
  async (mode) => {
    const pools = { thread: { max: 1 }, process: { max: 1 } };
    const registry = await open({ connections: 4 }, { mode, pools });
    const first = await call(registry, "pets.list", 300);
    expect(new Set(first.map(codeOf))).toEqual(new Set(["ok"]));
    expect(new Set(first.map(({ timing }) => timing.mode))).toEqual(new Set([mode]));
    expect(server.seen.length).toBe(300);
    expect(sockets.size).toBeLessThanOrEqual(4);
    const before = sockets.size;
    await call(registry, "pets.list", 100);
    await call(registry, "pets.make", 1);
    expect(sockets.size).toBeLessThanOrEqual(Math.max(4, before));
    expect(server.seen.length).toBe(401);
  },
);

test("429 with Retry-After closes the source's limit until then, and the calls go on in order", async () => {
  const at: { readonly n: string; readonly atMs: number }[] = [];
  answer = (request, response) => {
    at.push({ n: request.url.replace(/\D+/, ""), atMs: performance.now() });
    if (at.length === 3) reply(response, 429, { "retry-after": "1" });
    else reply(response, 200);
  };
  const limits = { "source:pets": CLOSABLE };
  const registry = await open({}, { limits });
  const results = await call(registry, "pets.list", 6);
  expect(results.map(codeOf)).toEqual(["ok", "ok", "RATE_LIMITED", "ok", "ok", "ok"]);
  expect(at.map(({ n }) => n)).toEqual(["0", "1", "2", "3", "4", "5"]);
  expect((at[3]?.atMs ?? 0) - (at[2]?.atMs ?? 0)).toBeGreaterThanOrEqual(995);
  const [, , third] = results;
  if (third?.status !== "error") throw new Error("It was refused.");
  expect(third.error).toMatchObject({ retryable: true, retryAfterMs: 1_000 });
});

test.each(["async", "process"] as const)(
  "with a retry policy the call that was refused goes on as well (%s)",
  async (mode) => {
    let asked = 0;
    answer = (_, response) => {
      asked += 1;
      if (asked === 2) reply(response, 429, { "retry-after": "1" });
      else reply(response, 200);
    };
    const retry = { maximumAttempts: 3 };
    const registry = await open({ retry, mode }, { limits: { "source:pets": CLOSABLE } });
    const results = await call(registry, "pets.list", 4);
    expect(results.map(codeOf)).toEqual(["ok", "ok", "ok", "ok"]);
    expect(asked).toBe(5);
    const attempts = results.map(({ timing }) => timing.attempts);
    expect(Math.max(...attempts)).toBe(2);
    expect(attempts.reduce((sum, one) => sum + one)).toBe(5);
  },
);

test.each<[string, number, string, number]>([
  ["pets.list", 500, "TOOL_FAILED", 3],
  ["pets.list", 503, "SOURCE_UNAVAILABLE", 3],
  ["pets.replace", 502, "SOURCE_UNAVAILABLE", 3],
  ["pets.list", 504, "DEADLINE_EXCEEDED", 3],
  ["pets.list", 501, "TOOL_FAILED", 1],
  ["pets.list", 400, "TOOL_FAILED", 1],
  ["pets.list", 401, "PERMISSION_DENIED", 1],
  ["pets.list", 404, "TOOL_FAILED", 1],
  ["pets.make", 500, "TOOL_FAILED", 1],
  ["pets.make", 503, "SOURCE_UNAVAILABLE", 1],
])("%s that is answered with %i is %s after %i attempts", async (name, status, code, attempts) => {
  answer = (_, response) => reply(response, status);
  const registry = await open({ retry: { maximumAttempts: 3, ...quick } });
  const [result] = await call(registry, name);
  expect([codeOf(result), server.seen.length]).toEqual([code, attempts]);
});

test("what fails twice and then succeeds is a success", async () => {
  answer = (_, response) => reply(response, server.seen.length < 3 ? 503 : 200);
  const registry = await open({ retry: { maximumAttempts: 3, ...quick } });
  const [result] = await call(registry, "pets.list");
  expect(codeOf(result)).toBe("ok");
  expect(server.seen.length).toBe(3);
});

interface Broken {
  readonly options: OpenApiOptions;
  readonly callOptions: CallOptions;
  readonly code: string;
  readonly attempts: number;
}

const promised = { annotations: { idempotent: true } };
const keyed = { idempotencyKey: "key-1" };

test.each<[string, Broken]>([
  ["pets.make", { options: {}, callOptions: {}, code: "OUTCOME_UNKNOWN", attempts: 1 }],
  ["pets.make", { options: {}, callOptions: keyed, code: "SOURCE_UNAVAILABLE", attempts: 2 }],
  ["pets.make", { options: promised, callOptions: {}, code: "SOURCE_UNAVAILABLE", attempts: 2 }],
  ["pets.replace", { options: {}, callOptions: {}, code: "SOURCE_UNAVAILABLE", attempts: 2 }],
  ["pets.list", { options: {}, callOptions: {}, code: "SOURCE_UNAVAILABLE", attempts: 2 }],
])(
  "%s whose connection breaks once the request was sent: %j",
  async (name, { options, callOptions, code, attempts }) => {
    answer = (_, response) => void response.socket?.destroy();
    const registry = await open({ retry: { maximumAttempts: 2, ...quick }, ...options });
    const [result] = await call(registry, name, 1, callOptions);
    expect(codeOf(result)).toBe(code);
    expect(server.seen.length).toBe(attempts);
    const keys = server.seen.map(({ headers }) => headers["idempotency-key"]);
    expect(new Set(keys)).toEqual(new Set([callOptions.idempotencyKey]));
  },
);

test("what an argument leaves out is not sent, whatever its default, unless it is required", async () => {
  const body = {
    type: "object",
    required: ["kind"],
    properties: { kind: { default: "pet" }, status: { default: "new" }, name: { type: "string" } },
  };
  const requestBody = { required: true, content: { "application/json": { schema: body } } };
  const query = [{ name: "page", in: "query", schema: { type: "integer", default: 1 } }];
  const patch = { operationId: "change", parameters: query, requestBody, responses };
  const registry = new ToolRegistry();
  registries.push(registry);
  await registry.registerOpenApi(documentOf(server.url, { "/pets": { patch } }));
  await registry.call("change", { body: { name: "Rex" } });
  expect(server.seen.map(({ url, body: sent }) => [url, JSON.parse(sent.toString())])).toEqual([
    ["/pets", { name: "Rex", kind: "pet" }],
  ]);
});

test("no more calls start than the server says are left", async () => {
  answer = (_, response) => {
    const left = Math.max(0, 3 - server.seen.length);
    reply(response, 200, { "x-ratelimit-remaining": String(left), "x-ratelimit-reset": "1" });
  };
  const registry = await open({}, { limits: { "source:pets": CLOSABLE } });
  const results = await call(registry, "pets.list", 4);
  expect(results.map(codeOf)).toEqual(["ok", "ok", "ok", "ok"]);
  expect(results[2]?.timing.queuedMs).toBeLessThan(500);
  expect(results[3]?.timing.queuedMs).toBeGreaterThan(500);
});
