import type { Executor } from "../executor.ts";
import { LeveledPools } from "../pool/leveled-pools.ts";
import type { PoolSurroundings } from "../pool/worker-pool.ts";
import { type ThreadParts, ThreadTransport } from "./thread-transport.ts";

/**
 * The executor of mode `thread`: a pool of worker threads. A hung or out-of-memory thread is ended and
 * replaced. Native code that aborts takes the whole program along, and so does a single operation that goes far
 * over the memory cap (`Array.from({ length: 1e8 })`); mode `process` withstands both.
 */
export function createThreadExecutor(parts: ThreadParts & PoolSurroundings): Executor {
  const { options, clock, emit } = parts;
  return new LeveledPools({
    mode: "thread",
    options,
    clock,
    emit,
    open: (listener) => new ThreadTransport(parts, listener),
  });
}
