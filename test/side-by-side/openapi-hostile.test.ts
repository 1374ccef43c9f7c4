/** OpenAPI tools against servers that break, hang, flood and lie; and nothing of a secret in what comes out. */
import { once } from "node:events";
import { inspect } from "node:util";
import { gzipSync } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import { ToolError } from "../../src/core/tool-error.ts";
import type { OpenApiOptions } from "../../src/sources/openapi/openapi-options.ts";
import {
  type Answer,
  type StartedSource,
  type TestServer,
  documentOf,
  serveHttp,
  serveRaw,
  startSource,
} from "../fixtures/openapi-stage.ts";

const closing: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of closing.splice(0).toReversed()) await one.close();
});

async function serve(answer: Answer): Promise<TestServer> {
  const server = await serveHttp(answer);
  closing.push(server);
  return server;
}

async function serveBytes(...given: Parameters<typeof serveRaw>): Promise<TestServer> {
  const server = await serveRaw(...given);
  closing.push(server);
  return server;
}

const ok = { responses: { 200: { description: "ok" } } };
const PATHS = {
  "/x": { get: { operationId: "get", ...ok }, post: { operationId: "post", ...ok } },
};

async function sourceOf(
  server: TestServer,
  options: OpenApiOptions = {},
  more: object = {},
): Promise<StartedSource> {
  const started = await startSource(documentOf(server.url, PATHS, more), options);
  closing.push(started.source);
  return started;
}

async function failure(running: Promise<unknown>): Promise<ToolError> {
  const thrown: unknown = await running.then(
    (output) => new Error(`It did not fail: ${JSON.stringify(output)}`),
    (reason: unknown) => reason,
  );
  if (ToolError.is(thrown)) return thrown;
  throw thrown;
}

test("nobody listens: SOURCE_UNAVAILABLE, also for what is not repeatable", async () => {
  const server = await serve(() => {});
  const { call } = await sourceOf(server);
  await server.close();
  closing.splice(closing.indexOf(server), 1);
  for (const name of ["get", "post"]) {
    const error = await failure(call(name));
    expect(error).toMatchObject({ code: "SOURCE_UNAVAILABLE", retryable: true });
    expect(error.message).toBe(
      `${name}: ${server.host} cannot be reached: the connection was refused.`,
    );
  }
});

test.each([
  ["nothing", ""],
  ["half a head", "HTTP/1.1 200 OK\r\nconte"],
  ["half a body", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"],
  ["half a chunk", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n20\r\nhalf"],
  ["no HTTP", "SSH-2.0-OpenSSH_9.6\r\n"],
])("a server that answers %s and hangs up", async (_, bytes) => {
  const server = await serveBytes((socket) => void socket.end(bytes));
  const { call } = await sourceOf(server);
  expect(await failure(call("get"))).toMatchObject({ code: "SOURCE_UNAVAILABLE", retryable: true });
  expect(await failure(call("post"))).toMatchObject({ code: "OUTCOME_UNKNOWN", retryable: false });
  const keyed = await failure(call("post", {}, { idempotencyKey: "k" }));
  expect(keyed).toMatchObject({ code: "SOURCE_UNAVAILABLE", retryable: true });
});

test("headers that come twice count once", async () => {
  const twice = [
    "content-type: application/json\r\ncontent-type: text/plain",
    "content-encoding: identity\r\ncontent-encoding: identity\r\ncontent-type: application/json",
    "location: /a\r\nlocation: /b\r\ncontent-type: application/json",
  ];
  for (const head of twice) {
    let status = "200 OK";
    const server = await serveBytes((socket) => {
      socket.end(`HTTP/1.1 ${status}\r\n${head}\r\ncontent-length: 12\r\n\r\n{"detail":7}`);
    });
    const { call } = await sourceOf(server);
    expect(await call("get")).toEqual({ detail: 7 });
    status = "400 Bad Request";
    expect((await failure(call("get"))).message).toContain('400 Bad Request: {"detail":7}');
  }
});

test("a call that is aborted ends at once, and its connection with it", async () => {
  const server = await serve(() => {});
  const { call } = await sourceOf(server);
  const controller = new AbortController();
  const reason = new ToolError("CALL_CANCELLED", "enough");
  const running = call("get", {}, { signal: controller.signal });
  while (server.seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const [socket] = server.open;
  const closed = socket && once(socket, "close");
  controller.abort(reason);
  expect(await failure(running)).toBe(reason);
  await closed;
  expect(await failure(call("get", {}, { signal: controller.signal }))).toBe(reason);
  expect(server.seen).toHaveLength(1);
});

test("closing the source ends what runs, twice if need be", async () => {
  const server = await serve(() => {});
  const { call, source } = await sourceOf(server);
  const running = failure(call("get"));
  while (server.seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(source.stats().connections).toMatchObject([{ state: "up", running: 1 }]);
  await source.close();
  await source.close();
  expect((await running).code).toBe("CALL_CANCELLED");
  expect((await failure(call("get"))).code).toBe("CALL_CANCELLED");
  expect(source.stats().state).toBe("closed");
});

test("an endless body is cut off at the cap, and so is one that announces itself", async () => {
  let written = 0;
  const server = await serve((request, response) => {
    if (request.method === "POST") {
      response.writeHead(200, { "content-length": 1e9 });
      response.flushHeaders();
      return;
    }
    const chunk = Buffer.alloc(64 * 1024, "x");
    const more = (): void => {
      while (!response.destroyed && response.write(chunk)) written += chunk.length;
      written += chunk.length;
      if (!response.destroyed) response.once("drain", more);
    };
    more();
  });
  const { call } = await sourceOf(server, { maxResponseBytes: 1_000_000 });
  const error = await failure(call("get"));
  expect(error).toMatchObject({
    code: "OUTPUT_TOO_LARGE",
    details: { maxResponseBytes: 1_000_000 },
  });
  expect(written).toBeLessThan(50e6);
  expect((await failure(call("post"))).code).toBe("OUTPUT_TOO_LARGE");
});

test("a bomb of gzip is cut off after decompression, within bounded memory", async () => {
  const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024));
  const server = await serve((_, response) => {
    response.writeHead(200, { "content-encoding": "gzip", "content-type": "application/json" });
    response.end(bomb);
  });
  const { call } = await sourceOf(server, { maxResponseBytes: 1_000_000 });
  const before = process.memoryUsage().rss;
  const errors = await Promise.all(Array.from({ length: 20 }, () => failure(call("get"))));
  expect(errors.every(({ code }) => code === "OUTPUT_TOO_LARGE")).toBe(true);
  expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
});

test("what calls itself compressed and is not is OUTPUT_INVALID", async () => {
  let encoding = "gzip";
  const server = await serve((_, response) => {
    response.writeHead(200, { "content-encoding": encoding }).end("not at all");
  });
  const { call } = await sourceOf(server);
  for (encoding of ["gzip", "br", "zstd", "lzma"]) {
    expect((await failure(call("get"))).code, encoding).toBe("OUTPUT_INVALID");
  }
});

test("of a huge error only the beginning is read and shown", async () => {
  const server = await serve((_, response) => {
    response.writeHead(500, { "content-type": "text/plain" });
    response.write("x".repeat(1_000_000)); // And never ends.
  });
  const { call } = await sourceOf(server);
  const error = await failure(call("get"));
  expect(error.code).toBe("TOOL_FAILED");
  expect(error.message.length).toBeLessThan(2_500);
});

test("redirects are followed for reading, as often as allowed", async () => {
  const server = await serve((request, response) => {
    const hop = Number(new URL(request.url, "http://x").searchParams.get("hop"));
    if (hop < 3) response.writeHead(302, { location: `/x?hop=${hop + 1}` }).end();
    else response.setHeader("content-type", "application/json").end('"there"');
  });
  const { call } = await sourceOf(server);
  expect(await call("get")).toBe("there");
  const few = await sourceOf(server, { maxRedirects: 2 });
  const error = await failure(few.call("get"));
  expect(error).toMatchObject({ code: "TOOL_FAILED", retryable: false });
  expect(error.message).toContain("maxRedirects");
  expect((await failure(call("post"))).message).toContain("for GET and HEAD alone");
});

test("a redirect to another origin is followed only where it is allowed, and without what lets in", async () => {
  const other = await serve((_, response) => void response.end('"other"'));
  const server = await serve((request, response) => {
    const key = new URL(request.url, "http://x").searchParams.get("api_key");
    response.writeHead(307, { location: `${other.url}/y?api_key=${key}&q=1` }).end();
  });
  const schemes = {
    key: { type: "apiKey", in: "query", name: "api_key" },
    sid: { type: "apiKey", in: "cookie", name: "sid" },
  };
  const more = { components: { securitySchemes: schemes }, security: [{ key: [], sid: [] }] };
  const options = {
    auth: { key: { apiKey: "qu3ry-key" }, sid: { apiKey: "c00kie-key" } },
    headers: { authorization: "Bearer h3ader-key", "x-api": "h3ader-two" },
  };
  const strict = await sourceOf(server, options, more);
  const refused = await failure(strict.call("get"));
  expect(refused).toMatchObject({ code: "PERMISSION_DENIED", details: { host: other.host } });
  expect(other.seen).toHaveLength(0);

  const allowHosts = [server.host, other.host];
  const { call } = await sourceOf(server, { ...options, allowHosts }, more);
  expect(await call("get")).toBe("other");
  expect(server.seen.at(-1)?.url).toBe("/x?api_key=qu3ry-key");
  expect(server.seen.at(-1)?.headers).toMatchObject({
    cookie: "sid=c00kie-key",
    authorization: "Bearer h3ader-key",
  });
  const sent = JSON.stringify({ ...other.seen[0], body: "" });
  expect(sent).not.toMatch(/-key|h3ader/);
  expect(other.seen[0]?.url).toBe("/y?q=1");
});

test("no secret comes out, whatever a server sends back and however a request fails", async () => {
  const secrets = [
    "b3arer-s3cret",
    'p@ss w"rd',
    "qu3ry/s3cret",
    "h3ader-s3cret",
    "cl1ent-s3cret",
    "t0ken-s3cret",
    "funct1on-s3cret",
  ];
  const server = await serve((request, response) => {
    if (request.url.startsWith("/token")) {
      response.setHeader("content-type", "application/json").end('{"access_token":"t0ken-s3cret"}');
      return;
    }
    const basic = Buffer.from(
      String(request.headers.authorization).replace("Basic ", ""),
      "base64",
    );
    const echoed = {
      message: inspect(request),
      basic: basic.toString(),
      decoded: decodeURIComponent(request.url),
    };
    response.writeHead(request.method === "POST" ? 302 : 403, {
      "content-type": "application/json",
      location: `http://${secrets[0]}.test/${encodeURIComponent(secrets[2] ?? "")}`,
    });
    response.end(JSON.stringify({ ...echoed, errors: [echoed] }));
  });
  const schemes = {
    bearer: { type: "http", scheme: "bearer" },
    basic: { type: "http", scheme: "basic" },
    key: { type: "apiKey", in: "query", name: "k" },
    oauth: {
      type: "oauth2",
      flows: { clientCredentials: { tokenUrl: `${server.url}/token`, scopes: {} } },
    },
  };
  const credentials = {
    bearer: { bearer: "b3arer-s3cret" },
    basic: { username: "someone", password: 'p@ss w"rd' },
    key: { apiKey: "qu3ry/s3cret" },
    oauth: { clientId: "client", clientSecret: "cl1ent-s3cret" },
  };
  const out: string[] = [];
  const runs = [...Object.keys(schemes), "function"].map(async (name) => {
    const scheme = name === "function" ? "bearer" : name;
    const auth =
      name === "function"
        ? { bearer: { bearer: () => "funct1on-s3cret" } }
        : { [name]: credentials[name as keyof typeof credentials] };
    const more = { components: { securitySchemes: schemes }, security: [{ [scheme]: [] }] };
    const headers = { "x-token": "h3ader-s3cret" };
    const { call, events, source, tools } = await sourceOf(server, { auth, headers }, more);
    for (const operation of ["get", "post"]) {
      const error = await failure(call(operation));
      out.push(
        inspect(error, { depth: 20 }),
        JSON.stringify(error),
        String(error.cause),
        error.stack ?? "",
      );
    }
    out.push(inspect([events, source.stats()], { depth: 20 }));
    out.push(
      inspect(tools.map(({ origin }) => (origin?.kind === "source" ? origin.label : origin))),
    );
  });
  await Promise.all(runs);
  expect(server.seen.length).toBeGreaterThan(10);
  const forms = secrets.flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
  ]);
  forms.push(Buffer.from('someone:p@ss w"rd').toString("base64"));
  expect(forms.filter((form) => out.some((text) => text.includes(form)))).toEqual([]);
});

test("a name and a password that functions give are hidden as they are sent", async () => {
  const server = await serve((request, response) => {
    response.writeHead(400, { "content-type": "text/plain" }).end(request.headers.authorization);
  });
  const more = {
    components: { securitySchemes: { basic: { type: "http", scheme: "basic" } } },
    security: [{ basic: [] }],
  };
  const auth = { basic: { username: () => "someone", password: "passw0rd" } };
  const { call } = await sourceOf(server, { auth }, more);
  expect((await failure(call("get"))).message).toContain("400 Bad Request: Basic ***");
});

test("a call that was aborted before it began leaves no rejection that nobody hears", async () => {
  const server = await serve((_, response) => void response.end());
  const more = {
    components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
    security: [{ token: [] }],
  };
  const unheard: unknown[] = [];
  const hear = (reason: unknown): number => unheard.push(reason);
  process.on("unhandledRejection", hear);
  try {
    const auth = { token: { bearer: () => Promise.reject(new Error("no token")) } };
    const { call } = await sourceOf(server, { auth }, more);
    const signal = AbortSignal.abort(new ToolError("CALL_CANCELLED", "stopped"));
    expect((await failure(call("get", {}, { signal }))).code).toBe("CALL_CANCELLED");
    await new Promise((resolve) => void setImmediate(resolve));
    expect(unheard).toEqual([]);
  } finally {
    process.off("unhandledRejection", hear);
  }
});

test("who is not let in hears what to set", async () => {
  const server = await serve((_, response) => void response.writeHead(401).end());
  const more = {
    components: { securitySchemes: { petAuth: { type: "http", scheme: "bearer" } } },
    security: [{ petAuth: [] }],
  };
  const without = await sourceOf(server, {}, more);
  expect((await failure(without.call("get"))).message).toContain(
    'Set `auth: { "petAuth": { bearer: "…" } }`.',
  );
  const wrong = await sourceOf(server, { auth: { petAuth: { bearer: "wrong-one" } } }, more);
  expect((await failure(wrong.call("get"))).message).toContain(
    '"petAuth" was sent, and is not accepted',
  );
  await expect(sourceOf(server, { auth: { other: { bearer: "x" } } }, more)).rejects.toThrow(
    /petAuth/,
  );
  await expect(sourceOf(server, { auth: { petAuth: { apiKey: "x" } } }, more)).rejects.toThrow(
    /bearer/,
  );
  // eslint-disable-next-line no-template-curly-in-string -- it is filled in by the source
  const unset = { auth: { petAuth: { bearer: "${TOOLYARD_TEST_NOT_SET}" } } };
  await expect(sourceOf(server, unset, more)).rejects.toThrow(/TOOLYARD_TEST_NOT_SET/);
});

test("a token that ran out is replaced once, by one request for all who wait", async () => {
  let orders = 0;
  const server = await serve((request, response) => {
    response.setHeader("content-type", "application/json");
    if (request.url === "/token") {
      orders += 1;
      response.end(JSON.stringify({ access_token: `token-${orders}`, expires_in: 3600 }));
    } else if (request.headers.authorization === "Bearer token-2") response.end('"in"');
    else response.writeHead(401).end("{}");
  });
  const flows = { clientCredentials: { tokenUrl: `${server.url}/token`, scopes: {} } };
  const more = {
    components: { securitySchemes: { oauth: { type: "oauth2", flows } } },
    security: [{ oauth: [] }],
  };
  const auth = { oauth: { clientId: "me", clientSecret: "a-secret" } };
  const { call } = await sourceOf(server, { auth }, more);
  const outputs = await Promise.all(Array.from({ length: 20 }, () => call("get")));
  expect(new Set(outputs)).toEqual(new Set(["in"]));
  expect(orders).toBe(2);
});

test("a document is fetched, may lie behind headers, and its redirects obey the policy", async () => {
  const elsewhere = await serve(
    (_, response) => void response.end(JSON.stringify(documentOf("/", PATHS))),
  );
  const server = await serve((request, response) => {
    response.setHeader("content-type", "application/json");
    if (request.url === "/away") response.writeHead(302, { location: elsewhere.url }).end();
    else if (request.url === "/x") response.end('"called"');
    else if (request.headers["x-token"] === "the-t0ken")
      response.end(JSON.stringify(documentOf("/", PATHS)));
    else response.writeHead(403).end('{"message":"no"}');
  });
  const started = await startSource(`${server.url}/openapi.json?key=qu3ry-key`, {
    headers: { "x-token": "the-t0ken" },
  });
  closing.push(started.source);
  expect(await started.call("get")).toBe("called");
  expect(JSON.stringify(started.source.stats())).not.toContain("qu3ry-key");
  expect(server.seen[0]?.headers["x-token"]).toBeUndefined();
  const refused = await failure(startSource(`${server.url}/openapi.json?key=qu3ry-key`));
  expect(refused.code).toBe("SOURCE_UNAVAILABLE");
  expect(refused.message).toContain("403");
  expect(inspect(refused)).not.toContain("qu3ry-key");
  expect((await failure(startSource(`${server.url}/away`))).code).toBe("PERMISSION_DENIED");
  expect(elsewhere.seen).toHaveLength(0);
});

test("a name and a password in a document's address are sent as they are where they are not encoded", async () => {
  const server = await serve((request, response) => {
    const isIn = request.headers.authorization === `Basic ${btoa("50%:pa ss%word")}`;
    response.writeHead(isIn ? 200 : 401, { "content-type": "application/json" });
    response.end(JSON.stringify(documentOf("/", PATHS)));
  });
  const address = server.url.replace("//", "//50%:pa%20ss%25word@");
  const started = await startSource(`${address}/openapi.json`);
  closing.push(started.source);
  expect(started.tools).toHaveLength(2);
});

test("a document whose path begins with two slashes lies where it was asked for", async () => {
  const server = await serve((request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(request.url === "/v1/x" ? '"called"' : JSON.stringify(documentOf("/v1", PATHS)));
  });
  const started = await startSource(`${server.url}//openapi.json`);
  closing.push(started.source);
  expect(await started.call("get")).toBe("called");
});

test("a name that stands for a private address is refused when it is looked up", async () => {
  const server = await serve((_, response) => void response.end('"in"'));
  const named = documentOf(server.url.replace("127.0.0.1", "localhost"), PATHS);
  const refusing = await startSource(named, { allowPrivateAddresses: false });
  closing.push(refusing.source);
  const error = await failure(refusing.call("get"));
  expect(error).toMatchObject({ code: "PERMISSION_DENIED", retryable: false });
  expect(error.message).toContain("private address");
  expect(server.seen).toHaveLength(0);
  const trusting = await startSource(named);
  closing.push(trusting.source);
  expect(await trusting.call("get")).toBe("in");
  const literal = await startSource(documentOf(server.url, PATHS), {
    allowPrivateAddresses: false,
  });
  closing.push(literal.source);
  expect(literal.tools).toEqual([]);
  expect(literal.problems.join()).toContain("private address");
});
