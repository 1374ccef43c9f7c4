/** An HTTP calculator (`GET /add?a=1&b=2` answers `{"result":3}`) that serves its OpenAPI document itself. */
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import { OPERATIONS, type OperationName } from "../../tools/arithmetic.ts";
import { serveUntilTold } from "./serve-until-told.ts";

const JSON_TYPE = { "content-type": "application/json" };

serveUntilTold(createServer(answer));

function answer({ url = "/", headers }: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(url, "http://127.0.0.1");
  const name = pathname.slice(1);
  if (name === "openapi.json") return send(response, documentFor(headers.host ?? "127.0.0.1"));
  if (!Object.hasOwn(OPERATIONS, name)) return void response.writeHead(404).end();
  const operation = OPERATIONS[name as OperationName];
  send(response, {
    result: operation(Number(searchParams.get("a")), Number(searchParams.get("b"))),
  });
}

function send(response: ServerResponse, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(200, { ...JSON_TYPE, "content-length": Buffer.byteLength(text) }).end(text);
}

function documentFor(host: string): object {
  const paths = Object.keys(OPERATIONS).map((name) => [`/${name}`, { get: operationFor(name) }]);
  return {
    openapi: "3.0.3",
    info: { title: "calculator", version: "1.0.0" },
    servers: [{ url: `http://${host}` }],
    paths: Object.fromEntries(paths) as object,
  };
}

function operationFor(name: string): object {
  const result = { type: "object", properties: { result: { type: "number" } } };
  return {
    operationId: name,
    summary: `${name} two numbers`,
    parameters: ["a", "b"].map((parameter) => ({
      name: parameter,
      in: "query",
      required: true,
      schema: { type: "number" },
    })),
    responses: {
      200: { description: "The result", content: { "application/json": { schema: result } } },
    },
  };
}
