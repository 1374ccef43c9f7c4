import { fileURLToPath } from "node:url";
import workerpool from "workerpool";
import { fileOf } from "../bench-file.ts";
import type { PeerCall } from "../peers/answer-call.ts";
import { answerEach } from "./answer-each.ts";
import type { Contender, PoolShape, StartedPool } from "./contender.ts";

/** Starts a pool of workerpool's. It has one task at a time in a worker. */
export function startWorkerpool<Task>(
  place: "thread" | "process",
  { file, method, workers }: PoolShape,
): StartedPool<Task> {
  const pool = workerpool.pool(fileURLToPath(fileOf(file)), {
    workerType: place,
    minWorkers: workers,
    maxWorkers: workers,
  });
  return {
    run: (task) => pool.exec(method, [task]),
    close: () => pool.terminate(true),
  };
}

/** workerpool: threads or child processes. */
export function workerpoolWith(place: "thread" | "process", workers: number): Contender {
  return {
    name: "workerpool",
    variant: "",
    place,
    isPeer: true,
    start: async () => {
      const shape = { file: "peers/workerpool-worker", method: "answerCall", workers };
      const pool = startWorkerpool<PeerCall>(place, shape);
      return { answer: answerEach(pool.run), close: pool.close };
    },
  };
}
