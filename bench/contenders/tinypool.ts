import { Tinypool } from "tinypool";
import { fileOf } from "../bench-file.ts";
import type { PeerCall } from "../peers/answer-call.ts";
import { answerEach } from "./answer-each.ts";
import type { Contender, PoolShape, StartedPool } from "./contender.ts";

const RUNTIMES = { thread: "worker_threads", process: "child_process" } as const;

/**
 * Starts a pool of tinypool's.
 *
 * @param serialization - How child processes are written to. `json` is the default; `advanced` also holds
 *   typed arrays.
 */
export function startTinypool<Task>(
  place: keyof typeof RUNTIMES,
  { file, method, workers, perWorker = 1 }: PoolShape,
  serialization: "json" | "advanced" = "json",
): StartedPool<Task> {
  const pool = new Tinypool({
    runtime: RUNTIMES[place],
    filename: fileOf(file).href,
    name: method,
    minThreads: workers,
    maxThreads: workers,
    concurrentTasksPerWorker: perWorker,
    serialization,
  });
  return {
    run: (task) => pool.run(task) as Promise<unknown>,
    close: () => pool.destroy(),
  };
}

/** tinypool: threads or child processes. @param perWorker - `concurrentTasksPerWorker`; its default is 1. */
export function tinypoolWith(
  place: keyof typeof RUNTIMES,
  workers: number,
  perWorker: number,
): Contender {
  return {
    name: "tinypool",
    variant: `${perWorker} per worker`,
    place,
    isPeer: true,
    start: async () => {
      const shape = { file: "peers/answer-call", method: "answerCall", workers, perWorker };
      const pool = startTinypool<PeerCall>(place, shape);
      return { answer: answerEach(pool.run), close: pool.close };
    },
  };
}
