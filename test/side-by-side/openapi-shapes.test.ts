/**
 * What no mock server checks, byte by byte, through the registry and in every mode: an OpenAPI 3.2 document in YAML, spread
 * over two servers, whose API is a third.
 */
import { afterEach, beforeEach, expect, test } from "vitest";
import { ToolRegistry, type ToolResult } from "../../src/index.ts";
import { type SeenRequest, type TestServer, serveHttp } from "../fixtures/openapi-stage.ts";

const MODES = ["async", "thread", "process"] as const;
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0xff, 0x0d, 0x0a]);

let api: TestServer;
let documents: TestServer;
let parts: TestServer;

beforeEach(async () => {
  api = await serveHttp((request, response) => {
    const type = request.url.includes("picture") ? "image/png" : "application/json";
    response.writeHead(200, { "content-type": type });
    response.end(type === "image/png" ? PNG : '{"done":true}');
  });
  parts = await serveHttp((_, response) => void response.end(PARTS));
  documents = await serveHttp((_, response) => void response.end(documentText()));
});

afterEach(async () => {
  await Promise.all([api, parts, documents].map((server) => server.close()));
});

function documentText(): string {
  return `
openapi: 3.2.0
info: { title: Shapes, version: 2 }
servers:
  - url: "http://127.0.0.1:{port}/{stage}"
    variables: { port: { default: "9" }, stage: { default: v1, enum: [v1, v2] } }
security: [{ token: [], cookie: [] }, { key: [] }]
paths:
  /find:
    query:
      operationId: find
      parameters: [{ $ref: "${parts.url}/parts.yaml#/parameters/session" }]
      requestBody: { required: true, content: { application/json: { schema: { $ref: "${parts.url}/parts.yaml#/schemas/Tree" } } } }
      responses: { "200": { description: ok } }
  /raw:
    get:
      operationId: raw
      security: []
      parameters:
        - { name: q, in: querystring, content: { application/x-www-form-urlencoded: { schema: { type: object } } } }
      responses: { "200": { description: ok } }
  /matrix/{point}/{.ids}:
    get:
      operationId: matrix
      security: [{ key: [] }]
      parameters:
        - { name: point, in: path, required: true, style: matrix, schema: { type: object } }
        - { name: .ids, in: path, required: true, style: label, schema: { type: array, items: { type: integer } } }
        - { name: area, in: query, style: deepObject, schema: { type: object } }
        - { name: kinds, in: query, style: pipeDelimited, explode: false, schema: { type: array, items: { type: string } } }
        - { name: path, in: query, allowReserved: true, schema: { type: string } }
      responses: { "200": { description: ok } }
  /upload:
    post:
      operationId: upload
      security: []
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema:
              type: object
              properties: { note: { type: string }, meta: { type: object }, file: { contentMediaType: image/png } }
            encoding: { file: { contentType: image/png } }
      responses: { "200": { description: ok } }
  /picture:
    put:
      operationId: picture
      security: []
      requestBody: { required: true, content: { image/png: {} } }
      responses: { "200": { description: ok, content: { image/png: {} } } }
components:
  securitySchemes:
    token: { type: http, scheme: bearer }
    cookie: { type: apiKey, in: cookie, name: sid }
    key: { type: apiKey, in: query, name: key }
`;
}

const PARTS = `
parameters:
  session: { name: theme, in: cookie, style: cookie, schema: { type: string } }
schemas:
  Tree:
    type: object
    required: [name]
    properties:
      name: { type: string }
      children: { type: array, items: { $ref: "#/schemas/Tree" } }
`;

const CALLS = [
  { name: "shapes.find", input: { theme: "dark", body: { name: "é", children: [{ name: "b" }] } } },
  { name: "shapes.raw", input: { q: { a: "1 & 2", b: ["x", "y"] } } },
  {
    name: "shapes.matrix",
    input: {
      point: { x: 1, y: "a b" },
      ".ids": [3, 4],
      area: { from: { lat: 1 } },
      kinds: ["a", "b|c"],
      path: "/a/b?c",
    },
  },
  {
    name: "shapes.upload",
    input: { body: { note: "ü", meta: { n: 1 }, file: PNG.toString("base64") } },
  },
  { name: "shapes.picture", input: { body: PNG.toString("base64") } },
];

async function open(auth: object): Promise<ToolRegistry> {
  // One after the other: what the server saw is in the order of the calls.
  const registry = new ToolRegistry({ limits: { "*": { concurrency: 1 } } });
  try {
    await registry.registerOpenApi(`${documents.url}/api.yaml`, {
      namespace: "shapes",
      serverVariables: { port: new URL(api.url).port, stage: "v2" },
      allowHosts: [api.host, parts.host],
      auth: auth as never,
    });
  } catch (thrown) {
    await registry.close();
    throw thrown;
  }
  return registry;
}

function lineOf({ method, url }: SeenRequest): string {
  return `${method} ${url}`;
}

function outputOf(result: ToolResult): unknown {
  return result.status === "ok" ? result.output : result.error;
}

test("each mode sends the same bytes", async () => {
  await using registry = await open({
    token: { bearer: "t1" },
    cookie: { apiKey: "c 1" },
    key: { apiKey: "k&1" },
  });
  expect(registry.stats().sources[0]).toMatchObject({ tools: 5, problems: [] });
  expect(parts.seen.length).toBe(1);
  for (const mode of MODES) {
    api.seen.length = 0;
    const results = await registry.executeToolCalls(CALLS, { mode });
    const picture = { type: "image", data: PNG.toString("base64"), mimeType: "image/png" };
    const done = { done: true };
    expect(results.map(outputOf)).toEqual([done, done, done, done, { content: [picture] }]);
    expect(api.seen.map(lineOf)).toEqual([
      "QUERY /v2/find",
      "GET /v2/raw?a=1%20%26%202&b=x&b=y",
      "GET /v2/matrix/;point=x,1,y,a%20b/.3,4?area%5Bfrom%5D%5Blat%5D=1&kinds=a%7Cb%7Cc&path=/a/b?c&key=k%261",
      "POST /v2/upload",
      "PUT /v2/picture",
    ]);
    const [find, raw, , upload, put] = api.seen;
    expect(find?.headers).toMatchObject({
      authorization: "Bearer t1",
      cookie: "sid=c%201; theme=dark",
      "content-type": "application/json",
    });
    expect(find?.body.toString()).toBe('{"name":"é","children":[{"name":"b"}]}');
    expect(raw?.headers.authorization).toBeUndefined();
    expect(partsOf(upload)).toEqual([
      'Content-Disposition: form-data; name="note"\r\n\r\nü',
      'Content-Disposition: form-data; name="meta"\r\nContent-Type: application/json\r\n\r\n{"n":1}',
      `Content-Disposition: form-data; name="file"; filename="file"\r\nContent-Type: image/png\r\n\r\n${PNG.toString("latin1")}`,
    ]);
    expect(put?.headers["content-type"]).toBe("image/png");
    expect(put?.body).toEqual(PNG);
  }
});

test("of two ways in the one is taken that there are credentials for", async () => {
  await using registry = await open({ key: { apiKey: "k1" }, cookie: { apiKey: "c1" } });
  const [found] = await registry.executeToolCalls(CALLS.slice(0, 1));
  expect(found?.status).toBe("ok");
  expect(api.seen.map(lineOf)).toEqual(["QUERY /v2/find?key=k1"]);
  expect(api.seen[0]?.headers).not.toHaveProperty("authorization");
  expect(api.seen[0]?.headers.cookie).toBe("theme=dark");
});

/** The parts as they were sent: Latin-1 keeps every byte, and texts are made anew of theirs. */
function partsOf(request: SeenRequest | undefined): readonly string[] {
  const [, boundary = ""] = /boundary=(.+)$/.exec(request?.headers["content-type"] ?? "") ?? [];
  const pieces = request?.body.toString("latin1").split(`--${boundary}`) ?? [];
  expect(pieces.at(-1)).toBe("--\r\n");
  return pieces.slice(1, -1).map((piece) => {
    const text = piece.slice(2, -2);
    return text.includes("filename") ? text : Buffer.from(text, "latin1").toString();
  });
}
