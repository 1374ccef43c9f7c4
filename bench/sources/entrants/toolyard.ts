/** Toolyard: a registry with tools of one kind, and the whole of `executeToolCalls`. */
import { ToolRegistry, type ToolResult } from "../../../src/index.ts";
import { fileOf } from "../../bench-file.ts";
import type { Place } from "../../contenders/contender.ts";
import { type Entrant, entrantHere } from "../entrant.ts";
import { IN_FLIGHT, type SourceKind } from "../kinds.ts";
import type { CalculatorAddresses } from "../server-processes.ts";

/** What all its entrants need to know. */
export interface ToolyardShape {
  readonly addresses: CalculatorAddresses;
  /** Most workers of a pool. */
  readonly workers: number;
}

/** A registry that runs its calls in `mode`. */
export function toolyardIn(mode: Place, kind: SourceKind, shape: ToolyardShape): Entrant {
  return entrantHere(`toolyard ${mode}`, true, async () => {
    const registry = registryFor(kind, shape.workers);
    await registerTools(registry, kind, shape.addresses);
    return {
      answer: async (calls) => (await registry.executeToolCalls(calls, { mode })).map(outputOf),
      close: () => registry.close(),
    };
  });
}

/** Calls to a server are held to as many at once as the bare clients have. */
function registryFor(kind: SourceKind, workers: number): ToolRegistry {
  const pools = { thread: { max: workers }, process: { max: workers } };
  if (kind === "functions" || kind === "class") return new ToolRegistry({ pools });
  return new ToolRegistry({ pools, limits: { "*": { concurrency: IN_FLIGHT } } });
}

async function registerTools(
  registry: ToolRegistry,
  kind: SourceKind,
  addresses: CalculatorAddresses,
): Promise<void> {
  const annotations = { readOnly: true };
  switch (kind) {
    case "functions":
      await registry.registerModule(fileOf("tools/function-tools"), { annotations });
      return;
    case "class":
      await registry.registerModule(fileOf("tools/calculator"), { annotations });
      return;
    case "openapi":
      await registry.registerOpenApi(`${addresses.openapi}/openapi.json`);
      return;
    case "mcp-stdio":
      await registry.registerMcp(addresses.mcpStdio);
      return;
    case "mcp-http":
      await registry.registerMcp({ type: "http", url: addresses.mcpHttp });
      return;
    case "mcp-sse":
      await registry.registerMcp({ type: "sse", url: addresses.mcpSse });
  }
}

function outputOf(result: ToolResult): unknown {
  if (result.status === "error") throw result.error;
  return result.output;
}
