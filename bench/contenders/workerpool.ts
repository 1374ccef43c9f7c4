import { fileURLToPath } from "node:url";
import workerpool from "workerpool";
import { fileOf } from "../bench-file.ts";
import { answerEach } from "./answer-each.ts";
import type { Contender } from "./contender.ts";

/** workerpool: threads or child processes. It has one call at a time in a worker. */
export function workerpoolWith(place: "thread" | "process", workers: number): Contender {
  return {
    name: "workerpool",
    variant: "",
    place,
    isPeer: true,
    start: async () => {
      const pool = workerpool.pool(fileURLToPath(fileOf("peers/workerpool-worker")), {
        workerType: place,
        minWorkers: workers,
        maxWorkers: workers,
      });
      return {
        answer: answerEach((call) => pool.exec("answerCall", [call])),
        close: () => pool.terminate(true),
      };
    },
  };
}
