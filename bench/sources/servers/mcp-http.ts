/** An MCP calculator over Streamable HTTP, without sessions, in both eras. */
import { createServer } from "node:http";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler } from "@modelcontextprotocol/server";
import { createCalculatorServer } from "./calculator-server.ts";
import { serveUntilTold } from "./serve-until-told.ts";

const handle = toNodeHandler(createMcpHandler(createCalculatorServer));

/** The adapter's types forget that a request may lack its method and URL. */
type AdapterRequest = Parameters<typeof handle>[0];

serveUntilTold(
  createServer((request, response) => void handle(request as AdapterRequest, response)),
);
