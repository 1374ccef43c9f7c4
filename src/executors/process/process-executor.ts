import type { Executor } from "../executor.ts";
import { type PoolSurroundings, WorkerPool } from "../pool/worker-pool.ts";
import { type ProcessParts, ProcessTransport } from "./process-transport.ts";

/**
 * The executor of mode `process`: a pool of child processes. A crash, an abort, running out of memory
 * or a loop without end costs one call, never the program.
 */
export function createProcessExecutor(parts: ProcessParts & PoolSurroundings): Executor {
  const { options, clock, emit } = parts;
  return new WorkerPool({
    mode: "process",
    options,
    clock,
    emit,
    open: (listener) => new ProcessTransport(parts, listener),
  });
}
