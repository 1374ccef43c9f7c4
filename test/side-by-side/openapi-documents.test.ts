/** Documents as they are found: files, several files, addresses, all versions, JSON and YAML. */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ToolError } from "../../src/core/tool-error.ts";
import { compileValidator } from "../../src/schema/compile-validator.ts";
import type { OpenApiOptions } from "../../src/sources/openapi/openapi-options.ts";
import type { OpenApiDocument, Operation } from "../../src/sources/openapi/operation.ts";
import { DocumentFetcher } from "../../src/sources/openapi/fetch-document.ts";
import { readDocument } from "../../src/sources/openapi/read-document.ts";
import { type FetchText, TextReader } from "../../src/sources/openapi/text-reader.ts";

const FIXTURES = fileURLToPath(new URL("../fixtures/openapi", import.meta.url));
const SHARED = fileURLToPath(new URL("../../../shared/data/openapi", import.meta.url));
const EXAMPLES = existsSync(SHARED)
  ? readdirSync(SHARED).map((name) => join(SHARED, name))
  : ["petstore-excerpt.json", "tictactoe-excerpt.json"].map((name) => join(FIXTURES, name));

const noNetwork: FetchText = () => Promise.reject(new Error("nothing may be fetched"));

/** Fetches from the local server of these tests alone. */
const fetchLocally: FetchText = async (url) => {
  if (url.hostname !== "127.0.0.1") throw new Error(`${url.host} is not allowed`);
  const response = await fetch(url);
  if (!response.ok) throw new Error(`status ${response.status}`);
  return { text: await response.text(), url: new URL(response.url) };
};

function readFixture(name: string, options: OpenApiOptions = {}): Promise<OpenApiDocument> {
  return readDocument(join(FIXTURES, name), options, noNetwork);
}

function find(document: OpenApiDocument, name: string): Operation {
  const found = document.operations.find((operation) => operation.name === name);
  if (found === undefined) throw new Error(`no ${name}: ${document.problems.join("; ")}`);
  return found;
}

function parse(operation: Operation, input: unknown): unknown {
  return compileValidator(operation.input).parse(input);
}

test("every example document is read whole, and every input schema compiles and survives JSON", async () => {
  expect(EXAMPLES.length).toBeGreaterThan(1);
  for (const path of EXAMPLES) {
    const document = await readDocument(path, { server: "https://api.example.com" }, noNetwork);
    expect(document.problems, path).toEqual([]);
    expect(document.operations.length, path).toBeGreaterThan(0);
    for (const operation of document.operations) {
      expect(operation.name).toMatch(/^[\w-]{1,64}$/);
      await compileValidator(operation.input).parse({});
      expect(JSON.parse(JSON.stringify(operation))).toEqual(operation);
    }
  }
});

test("OpenAPI 3.2: $self, QUERY, additional operations, querystring", async () => {
  const document = await readFixture("archive-3.2.yaml", { serverVariables: { region: "us" } });
  expect(document.problems).toEqual([]);
  expect(document.operations.map(({ name, plan }) => [name, plan.method])).toEqual([
    ["findDocuments", "QUERY"],
    ["copyDocuments", "COPY"],
    ["get_documents_id_pages_id_page", "GET"],
    ["replacePage", "PUT"],
    ["search", "GET"],
  ]);
  const found = find(document, "findDocuments");
  expect(found.plan).toMatchObject({
    baseUrl: "https://us.archive.example.com/live",
    body: { field: "body", contentType: "application/json", kind: "json" },
    security: [["token"]],
  });
  expect(Object.keys(found.input["$defs"] as object)).toEqual(["Id", "Search"]);
  expect(parse(found, { body: { text: "a", not: { text: "b", id: "x" } } })).toMatchObject({
    ok: true,
  });
  expect(parse(found, { body: { text: "a", not: { id: "X" } } })).toMatchObject({ ok: false });
  expect(find(document, "search").plan.parameters).toMatchObject([
    { field: "where", in: "querystring", contentType: "application/x-www-form-urlencoded" },
  ]);
});

test("an operation's own servers, security, and fields of the same name", async () => {
  const document = await readFixture("archive-3.2.yaml");
  const page = find(document, "get_documents_id_pages_id_page");
  expect(page.description).toBe("Reads a page.");
  expect(page.plan).toMatchObject({
    baseUrl: "https://pages.archive.example.com",
    security: [],
    accept: "application/pdf, text/plain",
  });
  expect(page.plan.parameters.map(({ field, in: place }) => [field, place])).toEqual([
    ["id", "path"],
    ["id_page", "path"],
    ["id_query", "query"],
    ["body", "cookie"],
  ]);
  expect(page.input["properties"]).toMatchObject({
    id: { description: "Which document" },
    id_query: { deprecated: true },
  });
  const picture = find(document, "replacePage");
  expect(picture.plan.body).toEqual({ field: "body", contentType: "image/png", kind: "binary" });
  expect(picture.input["properties"]).toMatchObject({
    body: {
      type: "string",
      contentEncoding: "base64",
      description: expect.stringContaining("base64") as string,
    },
  });
});

test("Swagger 2.0: shared parameters, collections, forms, files and flows", async () => {
  const document = await readFixture("classic-2.0.yaml");
  expect(document).toMatchObject({ title: "Classic", version: "2" });
  expect(document.problems).toEqual([expect.stringContaining("broken (GET /broken)") as string]);
  const list = find(document, "listItems");
  expect(list.plan.baseUrl).toBe("https://classic.example.com/v2");
  expect(list.plan.accept).toBe("text/csv");
  expect(list.plan.parameters.map(({ name, style, explode }) => [name, style, explode])).toEqual([
    ["page", "form", false],
    ["ids", "form", false],
    ["sizes", "pipeDelimited", false],
    ["colours", "form", true],
    ["marks", "form", false],
  ]);
  expect(list.input["properties"]).toMatchObject({
    page: { type: "integer", default: 1, exclusiveMinimum: 0 },
    marks: { type: "string", description: "Marks. Several values, with a tab between them." },
  });
  const make = find(document, "makeItem");
  expect(make.plan).toMatchObject({
    body: { kind: "json", contentType: "application/json" },
    accept: "application/json",
    security: [["plain"]],
  });
  expect(make.input).toMatchObject({
    required: ["body"],
    properties: { body: { $ref: "#/$defs/Item", description: "What to make" } },
  });
  expect(parse(make, { body: { name: null, parent: { name: "x" } } })).toMatchObject({ ok: true });
  expect(parse(make, { body: {} })).toMatchObject({ ok: false });
  expect(find(document, "addPicture").plan.body).toEqual({
    field: "body",
    contentType: "multipart/form-data",
    kind: "multipart",
    encoding: { file: { binary: true }, tags: { style: "form", explode: false } },
  });
  expect(find(document, "login").plan).toMatchObject({
    body: { kind: "form" },
    security: [["app"], []],
  });
  expect(document.securitySchemes).toEqual({
    app: {
      kind: "clientCredentials",
      tokenUrl: "https://login.example.com/token",
      scopes: ["read"],
    },
    plain: { kind: "basic" },
  });
});

test("a document spread over files, with circles between them", async () => {
  const document = await readFixture("spread/api.yaml");
  expect(document.problems).toEqual([
    expect.stringMatching(/^path \/lost: .*missing\.yaml.*cannot be read/) as string,
  ]);
  const plant = find(document, "plantTree");
  expect(plant.input["properties"]).toMatchObject({ dry: { type: "boolean", default: false } });
  const names = Object.keys(plant.input["$defs"] as object);
  expect(names.map((name) => name.replace(/_[\da-f]{8}$/, ""))).toEqual(["Name", "Tree", "leaf"]);
  const body = { name: "oak", leaves: [{ tree: { name: "elm" }, next: { next: {} } }] };
  expect(parse(plant, { body })).toMatchObject({ ok: true });
  expect(
    parse(plant, {
      body: { leaves: [{ next: { tree: { name: "longer than twenty letters" } } }] },
    }),
  ).toMatchObject({ ok: false });
});

const pages = new Map<string, string>();
const server = createServer((request, response) => {
  const page = pages.get(request.url ?? "");
  const target = page?.startsWith("-> ") === true ? page.slice(3) : undefined;
  if (target !== undefined) response.writeHead(302, { location: target }).end();
  else response.writeHead(page === undefined ? 404 : 200).end(page);
});
let origin = "";
const folder = mkdtempSync(join(tmpdir(), "openapi-documents-"));

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

function apiWith(schema: object, extra: object = {}): string {
  const post = {
    operationId: "make",
    requestBody: { content: { "application/json": { schema } } },
  };
  return JSON.stringify({ openapi: "3.1.0", info: {}, paths: { "/a": { post } }, ...extra });
}

test("a document from the network: what it refers to is relative to where it came from in the end", async () => {
  pages.set("/old", "-> /v1/api.json");
  pages.set("/v1/api.json", apiWith({ $ref: "parts.yaml#/A" }, { servers: [{ url: "api/" }] }));
  pages.set(
    "/v1/parts.yaml",
    "A:\n  type: object\n  properties:\n    back: {$ref: 'api.json#/paths/~1a/post/requestBody/content/application~1json/schema'}\n",
  );
  const document = await readDocument(`${origin}/old`, {}, fetchLocally);
  expect(document.problems).toEqual([]);
  expect(document.label).toBe(`${origin}/v1/api.json`);
  expect(find(document, "make").plan.baseUrl).toBe(`${origin}/v1/api`);
  expect(parse(find(document, "make"), { body: { back: { back: {} } } })).toMatchObject({
    ok: true,
  });
});

test("a document from the network may not refer to files, nor to hosts that are not allowed", async () => {
  const secret = join(folder, "secret.json");
  writeFileSync(secret, '{"type":"object"}');
  pages.set("/spy.json", apiWith({ $ref: `file://${secret}` }));
  pages.set("/far.json", apiWith({ $ref: "https://elsewhere.example.com/x.json?key=secret" }));
  const options = { server: "https://api.example.com" };
  const spy = await readDocument(new URL(`${origin}/spy.json`), options, fetchLocally);
  expect(spy.operations).toEqual([]);
  expect(spy.problems[0]).toContain("a document from the network may not");
  const far = await readDocument(`${origin}/far.json`, options, fetchLocally);
  expect(far.problems[0]).toContain("elsewhere.example.com is not allowed");
  expect(far.problems[0]).not.toContain("key=secret");
});

test("only a hundred documents are loaded", async () => {
  let fetched = 0;
  const endless: FetchText = (url) => {
    fetched += 1;
    const next = Number(url.searchParams.get("n") ?? 0) + 1;
    const text = fetched === 1 ? apiWith({ $ref: "?n=1" }) : `{"allOf":[{"$ref":"?n=${next}"}]}`;
    return Promise.resolve({ text, url });
  };
  const document = await readDocument("http://127.0.0.1:9/api.json", {}, endless);
  expect(fetched).toBe(100);
  expect(document.problems).toEqual([
    expect.stringContaining(
      "make (POST /a) is left out: http://127.0.0.1:9/api.json is not loaded: ",
    ) as string,
  ]);
});

test("documents have so many bytes together and no more, wherever they lie and however they come", async () => {
  const fetcher = new DocumentFetcher({
    entry: new URL(origin),
    policy: {},
    headers: {},
    secrets: [],
    signal: new AbortController().signal,
  });
  const text = JSON.stringify({ description: "x".repeat(60_000) });
  pages.set("/one.json", text);
  pages.set("/two.json", text);
  const files = ["one.json", "two.json"].map((name) => join(folder, name));
  for (const file of files) writeFileSync(file, text);
  try {
    for (const places of [[`${origin}/one.json`, `${origin}/two.json`], files]) {
      const reader = new TextReader(fetcher.fetchText, 100_000);
      const urls = places.map((place) => URL.parse(place) ?? pathToFileURL(place));
      const both = await Promise.allSettled(urls.map((url) => reader.read(url)));
      const refused = both.flatMap((one, index) =>
        one.status === "rejected" ? [[places[index], String(one.reason)]] : [],
      );
      expect(refused).toHaveLength(1);
      const [[place = "", reason] = []] = refused;
      expect(reason).toContain(place);
      expect(reason).toContain("a document with all that it refers to may have 100000");
    }
  } finally {
    await fetcher.close();
  }
});

test("documents that only operations need which were left out are not fetched", async () => {
  pages.set(
    "/two.json",
    JSON.stringify({
      openapi: "3.0.0",
      info: {},
      paths: {
        "/a": { get: { operationId: "a", responses: {} } },
        "/b": { get: { operationId: "b", parameters: [{ $ref: "never.json" }], responses: {} } },
      },
    }),
  );
  const asked: string[] = [];
  const watched: FetchText = (url, allowance) => {
    asked.push(url.pathname);
    return fetchLocally(url, allowance);
  };
  await readDocument(`${origin}/two.json`, { include: { operationIds: ["a"] } }, watched);
  expect(asked).toEqual(["/two.json"]);
});

test.each([
  ["", "it is empty"],
  ["<!DOCTYPE html><html></html>", "an HTML page: give the address of the document itself"],
  ['<?xml version="1.0"?><wsdl:definitions xmlns:wsdl="x"/>', "a WSDL description"],
  ['{"openapi": "3.0.0",', "it is no JSON: wrong"],
  ["openapi: 3.0.0\n bad: [}\n", "it is no YAML"],
  [
    '{"info":{"_postman_id":"1","schema":"https://schema.getpostman.com/x"},"item":[]}',
    "a Postman collection",
  ],
  ['{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object"}', "a JSON Schema"],
  ["openapi: 3.1.0\nx: &x {y: *x}\n", "an alias stands within what it stands for"],
  ["type Query {\n  pets: [Pet]\n}\n", "a GraphQL schema"],
  ['{"data":{"__schema":{}}}', "a GraphQL schema"],
  ["asyncapi: 3.0.0\ninfo: {}\n", "an AsyncAPI document"],
  ['{"mcpServers":{}}', "registerMcp"],
  ['{"openapi":"4.0.0"}', "of version 4.0.0"],
  ["[1]", "a list"],
  ['{"secret":"hunter2"}', "without a field `openapi` or `swagger`; it has secret"],
])("%j is no OpenAPI document, and the error says what it is", async (text, what) => {
  const file = join(folder, "document");
  writeFileSync(file, text);
  await expect(readDocument(file, {}, noNetwork)).rejects.toThrow(what);
  await expect(readDocument(file, {}, noNetwork)).rejects.toThrow(TypeError);
  pages.set("/document", text);
  const thrown: unknown = await readDocument(`${origin}/document`, {}, fetchLocally).catch(
    (error: unknown) => error,
  );
  expect(ToolError.is(thrown, "SOURCE_UNAVAILABLE")).toBe(true);
  expect((thrown as ToolError).message).toContain(what);
  expect((thrown as ToolError).message).not.toContain("hunter2");
  expect((thrown as ToolError).retryable).toBe(false);
});

test("a path that leads nowhere, a folder and a wrong protocol say so", async () => {
  await expect(readDocument(join(folder, "none.yaml"), {}, noNetwork)).rejects.toThrow(
    "There is no file",
  );
  await expect(readDocument(folder, {}, noNetwork)).rejects.toThrow("is not a file");
  await expect(readDocument("ftp://127.0.0.1/a", {}, noNetwork)).rejects.toThrow("ftp:");
  await expect(readDocument("openapi: 3.0.0\n", {}, noNetwork)).rejects.toThrow("is the text of");
});
