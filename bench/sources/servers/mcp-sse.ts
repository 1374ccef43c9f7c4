/** An MCP calculator over SSE, by version 1 of the SDK: version 2 has no server for it. */
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { SSEServerTransport } from "@modelcontextprotocol/sdk/server/sse.js";
import { CallToolRequestSchema, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { ARITHMETIC_TOOLS, SERVER_INFO, callArithmetic } from "./arithmetic-tools.ts";
import { serveUntilTold } from "./serve-until-told.ts";

const sessions = new Map<string, SSEServerTransport>();

serveUntilTold(createServer((request, response) => void answer(request, response)));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
  if (request.method === "GET" && pathname === "/sse") return openSession(response);
  const session = sessions.get(searchParams.get("sessionId") ?? "");
  if (session === undefined) return void response.writeHead(404).end();
  return session.handlePostMessage(request, response);
}

async function openSession(response: ServerResponse): Promise<void> {
  const transport = new SSEServerTransport("/message", response);
  sessions.set(transport.sessionId, transport);
  response.once("close", () => sessions.delete(transport.sessionId));
  const server = new Server(SERVER_INFO, { capabilities: { tools: {} } });
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: ARITHMETIC_TOOLS }));
  server.setRequestHandler(CallToolRequestSchema, ({ params }) =>
    callArithmetic(params.name, params.arguments),
  );
  await server.connect(transport);
}
