import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import { fileOf } from "../bench-file.ts";
import type { PeerCall } from "../peers/answer-call.ts";
import { answerEach } from "./answer-each.ts";
import type { Contender, PoolShape, StartedPool } from "./contender.ts";

/** What only piscina is told. */
export interface PiscinaExtras {
  /** Threads at first. Default: `workers`, which is the most. */
  readonly minThreads?: number;
  /** Milliseconds until an idle thread above `minThreads` ends. Default: at once. */
  readonly idleTimeoutMs?: number;
}

/** Starts a pool of piscina's. */
export function startPiscina<Task>(
  { file, method, workers, perWorker = 1 }: PoolShape,
  { minThreads = workers, idleTimeoutMs = 0 }: PiscinaExtras = {},
): StartedPool<Task> & { readonly size: () => number } {
  const pool = new Piscina<Task>({
    filename: fileURLToPath(fileOf(file)),
    name: method,
    minThreads,
    maxThreads: workers,
    idleTimeout: idleTimeoutMs,
    concurrentTasksPerWorker: perWorker,
  });
  return {
    run: (task) => pool.run(task),
    size: () => pool.threads.length,
    close: () => pool.destroy(),
  };
}

/** piscina: threads. @param perWorker - `concurrentTasksPerWorker`; its default is 1. */
export function piscinaWith(workers: number, perWorker: number): Contender {
  return {
    name: "piscina",
    variant: `${perWorker} per worker`,
    place: "thread",
    isPeer: true,
    start: async () => {
      const shape = { file: "peers/answer-call", method: "answerCall", workers, perWorker };
      const pool = startPiscina<PeerCall>(shape);
      return { answer: answerEach(pool.run), close: pool.close };
    },
  };
}
