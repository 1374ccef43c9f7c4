/** OpenAPI operations over the wire: what a real server receives, and what becomes of its answers. */
import {
  brotliCompressSync,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ToolError } from "../../src/core/tool-error.ts";
import { ToolRegistry } from "../../src/index.ts";
import {
  type Answer,
  type StartedSource,
  type TestServer,
  documentOf,
  serveHttp,
  startSource,
} from "../fixtures/openapi-stage.ts";

let server: TestServer;
let answer: Answer;
const started: StartedSource[] = [];

beforeEach(async () => {
  answer = (_, response) => void response.setHeader("content-type", "application/json").end("{}");
  server = await serveHttp((request, response) => answer(request, response));
});

afterEach(async () => {
  await Promise.all(started.splice(0).map(({ source }) => source.close()));
  await server.close();
});

async function start(...given: Parameters<typeof startSource>): Promise<StartedSource> {
  const one = await startSource(...given);
  started.push(one);
  return one;
}

const ok = { responses: { 200: { description: "ok" } } };
const PATHS = {
  "/get": { get: { operationId: "get", ...ok }, head: { operationId: "head", ...ok } },
  "/post": {
    post: { operationId: "post", ...ok },
    put: { operationId: "put", ...ok },
    delete: { operationId: "remove", ...ok },
  },
};

async function failure(running: Promise<unknown>): Promise<ToolError> {
  const thrown: unknown = await running.then(
    (output) => new Error(`It did not fail: ${JSON.stringify(output)}`),
    (reason: unknown) => reason,
  );
  if (ToolError.is(thrown)) return thrown;
  throw thrown;
}

const schema = {};
const array = { type: "array", items: { type: "string" } };
const object = { type: "object" };

test.each<[string, object, unknown, string]>([
  ["path simple", { in: "path", schema: array }, ["a", "b/c"], "/p/a,b%2Fc"],
  [
    "path label",
    { in: "path", style: "label", explode: true, schema: array },
    ["a", "b"],
    "/p/.a.b",
  ],
  [
    "path matrix",
    { in: "path", style: "matrix", explode: true, schema: object },
    { x: 1, y: 2 },
    "/p/;x=1;y=2",
  ],
  ["query form", { in: "query", schema: array }, ["a&b", "c d"], "/p?v=a%26b&v=c%20d"],
  ["query form in one", { in: "query", explode: false, schema: array }, ["a", "b"], "/p?v=a,b"],
  [
    "query spaces",
    { in: "query", style: "spaceDelimited", explode: false, schema: array },
    ["a", "b"],
    "/p?v=a%20b",
  ],
  [
    "query pipes",
    { in: "query", style: "pipeDelimited", explode: false, schema: array },
    ["a", "b"],
    "/p?v=a%7Cb",
  ],
  [
    "query deep",
    { in: "query", style: "deepObject", explode: true, schema: object },
    { a: { b: 1 } },
    "/p?v%5Ba%5D%5Bb%5D=1",
  ],
  ["query reserved", { in: "query", allowReserved: true, schema }, "a/b:c", "/p?v=a/b:c"],
  [
    "query JSON",
    { in: "query", content: { "application/json": { schema } } },
    { a: 1 },
    "/p?v=%7B%22a%22%3A1%7D",
  ],
])("sends %s", async (_, parameter, value, target) => {
  const isPath = "in" in parameter && parameter.in === "path";
  const path = isPath ? "/p/{v}" : "/p";
  const operation = {
    operationId: "op",
    parameters: [{ name: "v", required: true, ...parameter }],
    ...ok,
  };
  const { call } = await start(documentOf(server.url, { [path]: { get: operation } }));
  await call("op", { v: value });
  expect(server.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([`GET ${target}`]);
});

test("sends headers, cookies and the key of the call, byte by byte", async () => {
  const parameters = [
    { name: "X-Ids", in: "header", schema: array },
    { name: "theme", in: "cookie", schema },
  ];
  const paths = { "/p": { post: { operationId: "op", parameters, ...ok } } };
  const { call } = await start(documentOf(server.url, paths), { headers: { "X-Fixed": "1" } });
  await call("op", { "X-Ids": ["1", "2"], theme: "dark mode" }, { idempotencyKey: "key-1" });
  const [seen] = server.seen;
  const own = seen?.rawHeaders.join("\n").toLowerCase();
  for (const line of [
    "x-ids\n1,2",
    "cookie\ntheme=dark%20mode",
    "idempotency-key\nkey-1",
    "x-fixed\n1",
    "user-agent\ntoolyard",
  ]) {
    expect(own).toContain(line);
  }
});

test("a name that an argument gives the program stands for ours, and is sent once", async () => {
  const parameters = [{ name: "User-Agent", in: "header", schema }];
  const paths = { "/p": { get: { operationId: "op", parameters, ...ok } } };
  const { call } = await start(documentOf(server.url, paths));
  await call("op", { "User-Agent": "mine" });
  await call("op");
  const names = server.seen.map(({ rawHeaders }) =>
    rawHeaders.filter((_, index) => rawHeaders[index - 1]?.toLowerCase() === "user-agent"),
  );
  expect(names).toEqual([["mine"], ["toolyard"]]);
});

test("an argument cannot set a cookie that the settings set", async () => {
  const parameters = [
    { name: "session", in: "cookie", schema },
    { name: "theme", in: "cookie", schema },
  ];
  const paths = { "/p": { get: { operationId: "op", parameters, ...ok } } };
  const headers = { Cookie: "lang=en; session=real" };
  const { call } = await start(documentOf(server.url, paths), { headers });
  await call("op", { session: "mine", theme: "dark" });
  expect(server.seen[0]?.headers.cookie).toBe("lang=en; session=real; theme=dark");
});

test.each<[string, unknown, string | RegExp, string]>([
  ["application/json", { a: "ü" }, "application/json", '{"a":"ü"}'],
  [
    "application/x-www-form-urlencoded",
    { a: "1 2", b: ["x", "y"] },
    "application/x-www-form-urlencoded",
    "a=1%202&b=x&b=y",
  ],
  ["text/plain", "hello", "text/plain", "hello"],
  [
    "multipart/form-data",
    { a: "1" },
    /^multipart\/form-data; boundary=/,
    'form-data; name="a"\r\n\r\n1\r\n',
  ],
])("sends a body of %s", async (type, body, contentType, content) => {
  const requestBody = {
    required: true,
    content: { [type]: { schema: type === "text/plain" ? { type: "string" } : object } },
  };
  const paths = { "/p": { post: { operationId: "op", requestBody, ...ok } } };
  const { call, tools } = await start(documentOf(server.url, paths));
  const input = tools[0]?.input as { readonly properties?: object } | undefined;
  const [field] = Object.keys(input?.properties ?? {});
  await call("op", field === "a" ? (body as object) : { [field ?? "body"]: body });
  const [seen] = server.seen;
  expect(seen?.headers["content-type"]).toMatch(contentType);
  expect(seen?.body.toString()).toContain(content);
});

test.each<[string, string | undefined, string | Buffer, unknown]>([
  ["JSON", "application/vnd.api+json; charset=utf-8", '\uFEFF{"a":1}', { a: 1 }],
  [
    "JSON",
    "application/json; charset=iso-8859-1",
    Buffer.from('{"a":"h\u00E9"}', "latin1"),
    { a: "hé" },
  ],
  ["text", "text/plain; charset=iso-8859-1", Buffer.from([0x68, 0xe9]), "hé"],
  [
    "an image",
    "image/png",
    Buffer.from([1, 2]),
    { content: [{ type: "image", data: "AQI=", mimeType: "image/png" }] },
  ],
  [
    "a sound",
    "audio/mpeg",
    Buffer.from([1]),
    { content: [{ type: "audio", data: "AQ==", mimeType: "audio/mpeg" }] },
  ],
  ["nothing", "application/json", "", null],
  ["JSON that does not say so", undefined, "[1]", [1]],
])("an answer with %s", async (_, type, body, output) => {
  answer = (__, response) => {
    if (type !== undefined) response.setHeader("content-type", type);
    response.end(body);
  };
  const { call } = await start(documentOf(server.url, PATHS));
  expect(await call("get")).toEqual(output);
});

test("a file is a resource, HEAD gives headers, and what was made gives its place", async () => {
  answer = (request, response) => {
    if (request.method === "POST") response.writeHead(201, { location: "/things/7" }).end();
    else
      response
        .setHeader("content-type", "application/pdf")
        .end(request.method === "HEAD" ? "" : "%PDF");
  };
  const { call } = await start(documentOf(server.url, PATHS));
  const resource = { uri: `${server.url}/get`, mimeType: "application/pdf", blob: "JVBERg==" };
  expect(await call("get")).toEqual({ content: [{ type: "resource", resource }] });
  expect(await call("head")).toMatchObject({
    status: 200,
    headers: { "content-type": "application/pdf" },
  });
  expect(await call("post")).toEqual({ location: "/things/7" });
});

test.each([
  ["gzip", gzipSync],
  ["deflate", deflateSync],
  ["deflate", deflateRawSync],
  ["br", brotliCompressSync],
  ["zstd", zstdCompressSync],
] as const)("an answer compressed with %s", async (encoding, compress) => {
  const value = { text: "x".repeat(300_000) };
  answer = (_, response) => {
    response.writeHead(200, { "content-type": "application/json", "content-encoding": encoding });
    response.end(compress(JSON.stringify(value)));
  };
  const { call } = await start(documentOf(server.url, PATHS));
  expect(await call("get")).toEqual(value);
});

test.each<[number, Record<string, string>, string, { retryable: boolean; retryAfterMs?: number }]>([
  [400, {}, "TOOL_FAILED", { retryable: false }],
  [401, {}, "PERMISSION_DENIED", { retryable: false }],
  [403, {}, "PERMISSION_DENIED", { retryable: false }],
  [
    403,
    { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "9" },
    "RATE_LIMITED",
    { retryable: true, retryAfterMs: 9_000 },
  ],
  [404, {}, "TOOL_FAILED", { retryable: false }],
  [408, {}, "DEADLINE_EXCEEDED", { retryable: true }],
  [409, {}, "TOOL_FAILED", { retryable: false }],
  [422, {}, "TOOL_FAILED", { retryable: false }],
  [429, {}, "RATE_LIMITED", { retryable: true }],
  [429, { "retry-after": "7" }, "RATE_LIMITED", { retryable: true, retryAfterMs: 7_000 }],
  [500, {}, "TOOL_FAILED", { retryable: true }],
  [501, {}, "TOOL_FAILED", { retryable: false }],
  [502, {}, "SOURCE_UNAVAILABLE", { retryable: true }],
  [503, { "retry-after": "3" }, "SOURCE_UNAVAILABLE", { retryable: true, retryAfterMs: 3_000 }],
  [504, {}, "DEADLINE_EXCEEDED", { retryable: true }],
])("status %i with %j is %s %j", async (status, headers, code, retrying) => {
  answer = (_, response) => {
    response.writeHead(status, { "content-type": "application/problem+json", ...headers });
    response.end('{"title":"Sorry","detail":"Not today"}');
  };
  const { call } = await start(documentOf(server.url, PATHS));
  const error = await failure(call("get"));
  expect(error).toMatchObject({ code, retryAfterMs: undefined, ...retrying });
  expect(error.message).toContain(`get: ${server.host} answered ${status}`);
  expect(error.message).toContain("Sorry: Not today");
  expect(error.details).toEqual({ status, host: server.host, operation: "GET /get" });
});

test("Retry-After may be a date, and what is left of a rate is reported", async () => {
  const date = new Date(Date.now() + 20_000).toUTCString();
  answer = (_, response) => response.writeHead(429, { "retry-after": date }).end();
  const { call, usage } = await start(documentOf(server.url, PATHS));
  const { retryAfterMs = 0 } = await failure(call("get"));
  expect(retryAfterMs).toBeGreaterThan(10_000);
  answer = (_, response) => response.setHeader("x-ratelimit-remaining", "3").end("{}");
  await call("get");
  expect(usage).toEqual([{ remaining: { requests: 3 } }]);
});

test("JSON that is none is OUTPUT_INVALID, and quotes nothing of it", async () => {
  answer = (_, response) =>
    response.setHeader("content-type", "application/json").end('{"private": oops');
  const { call } = await start(documentOf(server.url, PATHS));
  const error = await failure(call("get"));
  expect(error.code).toBe("OUTPUT_INVALID");
  expect(error.message).not.toContain("oops");
});

test("says of its tools what their methods promise", async () => {
  const { tools, source, events } = await start(documentOf(server.url, PATHS), { tags: ["net"] });
  const promises = Object.fromEntries(tools.map(({ name, annotations }) => [name, annotations]));
  expect(promises).toEqual({
    get: { readOnly: true, idempotent: true, openWorld: true },
    head: { readOnly: true, idempotent: true, openWorld: true },
    post: { idempotentWithKey: true, openWorld: true },
    put: { idempotent: true, openWorld: true },
    remove: { idempotent: true, destructive: true, openWorld: true },
  });
  expect(tools.every(({ tags }) => tags?.includes("net"))).toBe(true);
  expect(events.map(({ type }) => type)).toEqual(["source.started"]);
  expect(source.stats()).toMatchObject({
    source: "test",
    kind: "openapi",
    state: "up",
    restarts: 0,
  });
});

test("runs on the event loop, in threads and in processes, over connections that are kept", async () => {
  const ports = new Set<string>();
  answer = (request, response) => {
    ports.add(String(response.socket?.remotePort));
    response
      .setHeader("content-type", "application/json")
      .end(JSON.stringify({ url: request.url }));
  };
  const { tools } = await start(documentOf(server.url, PATHS), {
    auth: { default: { bearer: "a-secret-token" } },
  });
  const one = { min: 1, max: 1 };
  await using registry = new ToolRegistry({ pools: { thread: one, process: one } });
  registry.register(tools);
  for (const mode of ["async", "thread", "process"] as const) {
    ports.clear();
    for (let count = 0; count < 5; count += 1) {
      expect(await registry.call("get", {}, { mode })).toEqual({ url: "/get" });
    }
    expect(ports.size, mode).toBeLessThanOrEqual(2);
  }
  expect(
    server.seen.every(({ headers }) => headers.authorization === "Bearer a-secret-token"),
  ).toBe(true);
});

test("a credential that is a function keeps its tools here", async () => {
  const { tools, call } = await start(documentOf(server.url, PATHS), {
    auth: { default: { bearer: async () => "from-a-function" } },
  });
  await call("get");
  expect(server.seen[0]?.headers.authorization).toBe("Bearer from-a-function");
  await using registry = new ToolRegistry();
  registry.register(tools);
  const error = await failure(registry.call("get", {}, { mode: "thread" }));
  expect(error.code).toBe("NOT_PORTABLE");
  expect(error.message).toContain(
    "is let in by a function of this program, in its source's `auth`",
  );
  expect(error.message).not.toContain("registerModule");
});

test("a thousand calls at once: all answered, few connections, no warning", async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error): number => warnings.push(warning);
  process.on("warning", onWarning);
  const { call } = await start(documentOf(server.url, PATHS), { connections: 8 });
  const { signal } = new AbortController();
  const outputs = await Promise.all(
    Array.from({ length: 1_000 }, () => call("get", {}, { signal })),
  );
  process.off("warning", onWarning);
  expect(outputs.every((output) => JSON.stringify(output) === "{}")).toBe(true);
  expect(server.open.size).toBeLessThanOrEqual(8);
  expect(warnings).toEqual([]);
});

test("a server that says when to come again closes the limit until then", async () => {
  const times: number[] = [];
  answer = (_, response) => {
    times.push(performance.now());
    if (times.length === 1) response.writeHead(429, { "retry-after-ms": "300" }).end();
    else response.end("{}");
  };
  const { tools } = await start(documentOf(server.url, PATHS));
  await using registry = new ToolRegistry({
    mode: "async",
    limits: { get: { rate: [{ limit: 100, perMs: 1_000 }] } },
  });
  registry.register(tools);
  expect((await failure(registry.call("get"))).code).toBe("RATE_LIMITED");
  await registry.call("get");
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(290);
});
