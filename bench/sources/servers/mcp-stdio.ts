/** An MCP calculator that is spoken to through its standard input and output. */
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { createCalculatorServer } from "./calculator-server.ts";

serveStdio(createCalculatorServer);
