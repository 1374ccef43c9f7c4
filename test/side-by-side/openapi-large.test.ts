/** Documents of large APIs: what is asked of the registry before the first call, and that every tool can be called. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { ToolRegistry } from "../../src/index.ts";
import { largeDocument } from "../fixtures/openapi-server/large-document.ts";
import { type TestServer, serveHttp } from "../fixtures/openapi-stage.ts";

let server: TestServer;

beforeAll(async () => {
  server = await serveHttp(
    (_, response) => void response.setHeader("content-type", "application/json").end('{"n":1}'),
  );
});

afterAll(() => server.close());

test("of 1,200 operations a model is told nothing until it searches, and calls those that it finds", async () => {
  await using registry = new ToolRegistry();
  const document = largeDocument(server.url, { operations: 1_200, schemas: 20 });
  await registry.registerOpenApi(document, { namespace: "large", deferred: true });
  expect(registry.stats().sources[0]).toMatchObject({ tools: 1_200, problems: [] });
  const told = registry.schemas("anthropic");
  expect(told.map(({ name }) => name)).toEqual(["search_tools", "call_tools"]);
  expect(JSON.stringify(told).length).toBeLessThan(4_096);
  const [found] = registry.search("delete thing 280", { limit: 3 });
  expect(found?.name).toBe("large.deleteThing280");
  const calls = [{ name: "large.deleteThing280", arguments: { id: "7" } }];
  const [result] = await registry.executeToolCalls([{ name: "call_tools", input: { calls } }]);
  expect(result?.status).toBe("ok");
  expect(server.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
    "DELETE /area0/things280/7",
  ]);
});

test.each(["async", "process"] as const)(
  "tools whose 600 definitions all lead to one another are checked and called (%s)",
  async (mode) => {
    await using registry = new ToolRegistry({ mode });
    const document = largeDocument(server.url, { operations: 8, schemas: 600 });
    await registry.registerOpenApi(document, { namespace: "large" });
    server.seen.length = 0;
    const body = { name: "a", parts: [{ name: "b", size: "3" }], choice: { name: "c" } };
    const [sent, refused] = await registry.executeToolCalls([
      { name: "large.putThing1", input: { id: "1", body } },
      { name: "large.putThing1", input: { id: "1", body: { ...body, next: { name: "" } } } },
    ]);
    expect(sent).toMatchObject({ status: "ok", output: { n: 1 } });
    expect(refused).toMatchObject({
      error: { code: "INPUT_INVALID", details: { issues: [{ path: "/body/next/name" }] } },
    });
    expect(
      server.seen.map(({ body: content }) => JSON.parse(content.toString()) as unknown),
    ).toEqual([{ name: "a", parts: [{ name: "b", size: 3 }], choice: { name: "c" } }]);
  },
);
