/** What a program does that has the MCP SDK's client and nothing else. */
import {
  Client,
  SSEClientTransport,
  StreamableHTTPClientTransport,
  type Transport,
} from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import type { OpenAiToolCall } from "../../workload.ts";
import { type Entrant, entrantHere } from "../entrant.ts";
import { answerInFlight } from "../in-flight.ts";
import { IN_FLIGHT } from "../kinds.ts";
import type { CalculatorAddresses } from "../server-processes.ts";

/** The kinds that it can reach. */
export type McpKind = "mcp-stdio" | "mcp-http" | "mcp-sse";

/** One client of the SDK, which lists the tools and calls them. It speaks the era that our sources choose by default. */
export function bareMcp(kind: McpKind, addresses: CalculatorAddresses): Entrant {
  return entrantHere("bare MCP SDK client", false, async () => {
    const mode = kind === "mcp-stdio" ? "legacy" : "auto";
    const client = new Client(
      { name: "bench", version: "1.0.0" },
      { versionNegotiation: { mode } },
    );
    await client.connect(transportTo(kind, addresses));
    await client.listTools();
    const call = async ({
      function: { name, arguments: text },
    }: OpenAiToolCall): Promise<unknown> => {
      const operands = JSON.parse(text) as Record<string, unknown>;
      return client.callTool({ name, arguments: operands });
    };
    return {
      answer: (calls) => answerInFlight(calls, IN_FLIGHT, call),
      close: () => client.close(),
    };
  });
}

function transportTo(kind: McpKind, { mcpStdio, mcpHttp, mcpSse }: CalculatorAddresses): Transport {
  if (kind === "mcp-http") return new StreamableHTTPClientTransport(new URL(mcpHttp));
  if (kind === "mcp-sse") return new SSEClientTransport(new URL(mcpSse));
  return new StdioClientTransport({ command: mcpStdio.command, args: [...mcpStdio.args] });
}
