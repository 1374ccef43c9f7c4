/** The operations of an OpenAPI document as tools, against a server that this program starts itself. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { formatToolResults, ToolRegistry } from "../src/index.ts";

const pets = new Map([[1, { id: 1, name: "Rex", kind: "dog" }]]);

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  const answer = (status: number, value: unknown): void => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
  };
  if (request.headers.authorization !== "Bearer s3cret") return answer(401, { message: "Who?" });
  if (pathname === "/pets") {
    const kind = searchParams.get("kind");
    return answer(
      200,
      [...pets.values()].filter((pet) => kind === null || pet.kind === kind),
    );
  }
  const pet = pets.get(Number(pathname.slice("/pets/".length)));
  return pet === undefined ? answer(404, { message: "There is no such pet." }) : answer(200, pet);
});
server.listen(0, "127.0.0.1");
await once(server, "listening");

const document = {
  openapi: "3.1.0",
  info: { title: "Pets", version: "1" },
  servers: [{ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }],
  security: [{ token: [] }],
  paths: {
    "/pets": {
      get: {
        operationId: "listPets",
        summary: "Lists pets",
        parameters: [{ name: "kind", in: "query", schema: { enum: ["cat", "dog"] } }],
      },
    },
    "/pets/{id}": {
      get: {
        operationId: "getPet",
        summary: "One pet",
        parameters: [{ name: "id", in: "path", required: true, schema: { type: "integer" } }],
      },
    },
  },
  components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
};

process.env["PETS_TOKEN"] ??= "s3cret";
{
  await using registry = new ToolRegistry({ limits: { "source:pets": { concurrency: 8 } } });
  await registry.registerOpenApi(document, {
    namespace: "pets",
    auth: { token: { bearer: "${PETS_TOKEN}" } },
    retry: { maximumAttempts: 3 },
  });
  console.log(registry.list().map(({ name, description }) => `${name}: ${description}`));

  const results = await registry.executeToolCalls([
    { id: "1", type: "function", function: { name: "pets_listPets", arguments: '{"kind":"dog"}' } },
    { id: "2", type: "function", function: { name: "pets_getPet", arguments: '{"id":1}' } },
    { id: "3", type: "function", function: { name: "pets_getPet", arguments: '{"id":7}' } },
    { id: "4", type: "function", function: { name: "pets_getPet", arguments: '{"id":"Rex"}' } },
  ]);
  for (const message of formatToolResults(results, "openai-chat")) console.log(message);
}
server.close();
