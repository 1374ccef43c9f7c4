/** The calculator as a server of the MCP SDK, version 2, which speaks both eras of the protocol. */
import { Server } from "@modelcontextprotocol/server";
import { ARITHMETIC_TOOLS, SERVER_INFO, callArithmetic } from "./arithmetic-tools.ts";

/** Makes one; the SDK wants one for each connection, and over HTTP one for each request. */
export function createCalculatorServer(): Server {
  const server = new Server(SERVER_INFO, { capabilities: { tools: {} } });
  server.setRequestHandler("tools/list", () => ({ tools: ARITHMETIC_TOOLS }));
  server.setRequestHandler("tools/call", ({ params }) =>
    callArithmetic(params.name, params.arguments),
  );
  return server;
}
