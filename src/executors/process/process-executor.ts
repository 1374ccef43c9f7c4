import type { Clock } from "../../time/clock.ts";
import type { Executor } from "../executor.ts";
import { WorkerPool } from "../pool/worker-pool.ts";
import { type ProcessParts, ProcessTransport } from "./process-transport.ts";

/**
 * The executor of mode `process`: a pool of child processes. A crash, an abort, running out of memory
 * or a loop without end costs one call, never the program.
 */
export function createProcessExecutor(parts: ProcessParts & { readonly clock: Clock }): Executor {
  const { options, clock } = parts;
  return new WorkerPool({
    mode: "process",
    options,
    clock,
    open: (listener) => new ProcessTransport(parts, listener),
  });
}
