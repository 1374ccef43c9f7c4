/** Toolyard: a registry, and the whole of `executeToolCalls`. */
import { ToolRegistry, type ToolResult } from "../../src/index.ts";
import { fileOf } from "../bench-file.ts";
import type { Contender, Place, StartedContender } from "./contender.ts";

interface Kind {
  readonly variant: string;
  readonly module: string;
  /** The tools are pure and normally say so; unsaid, a worker sends each answer before it begins the next call. */
  readonly readOnly: boolean;
}

const KINDS: readonly Kind[] = [
  { variant: "functions", module: "tools/function-tools", readOnly: true },
  { variant: "class", module: "tools/calculator", readOnly: true },
  { variant: "functions, not annotated", module: "tools/function-tools", readOnly: false },
];

/** Toolyard in one mode, with each kind of tools. @param workers - Most workers of its pool. */
export function toolyardIn(place: Place, workers: number): Contender[] {
  return KINDS.map((kind) => ({
    name: "toolyard",
    variant: kind.variant,
    place,
    isPeer: false,
    start: () => startRegistry(place, workers, kind),
  }));
}

async function startRegistry(
  mode: Place,
  workers: number,
  { module, readOnly }: Kind,
): Promise<StartedContender> {
  const pool = { max: workers };
  const registry = new ToolRegistry({ mode, pools: { thread: pool, process: pool } });
  await registry.registerModule(fileOf(module), readOnly ? { annotations: { readOnly } } : {});
  return {
    answer: async (calls) => (await registry.executeToolCalls(calls)).map(outputOf),
    close: () => registry.close(),
  };
}

function outputOf(result: ToolResult): unknown {
  if (result.status === "error") throw result.error;
  return result.output;
}
