/** Toolyard as users have it: a registry and the whole of `executeToolCalls`. */
import { ToolRegistry, type ToolResult } from "../../../src/index.ts";
import { fileOf } from "../../bench-file.ts";
import type { Place } from "../../contenders/contender.ts";
import { fixedPool } from "./executor-lane.ts";
import type { Racer } from "./racer.ts";

/** A registry in one mode: shapes are recognised, arguments parsed and validated, limits and deadlines held. */
export function registryRacer(mode: Place, workers: number): Racer {
  return {
    title: `executeToolCalls ${mode}`,
    isOurs: true,
    start: async () => {
      const pool = fixedPool(workers);
      const registry = new ToolRegistry({ mode, pools: { thread: pool, process: pool } });
      await registry.registerModule(fileOf("tools/work-tools"), {
        annotations: { readOnly: true },
      });
      return {
        answer: async ({ calls }) => (await registry.executeToolCalls(calls)).map(outputOf),
        close: () => registry.close(),
      };
    },
  };
}

function outputOf(result: ToolResult): unknown {
  if (result.status === "error") throw result.error;
  return result.output;
}
