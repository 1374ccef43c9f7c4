import { Tinypool } from "tinypool";
import { fileOf } from "../bench-file.ts";
import { answerEach } from "./answer-each.ts";
import type { Contender } from "./contender.ts";

const RUNTIMES = { thread: "worker_threads", process: "child_process" } as const;

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
      const pool = new Tinypool({
        runtime: RUNTIMES[place],
        filename: fileOf("peers/answer-call").href,
        name: "answerCall",
        minThreads: workers,
        maxThreads: workers,
        concurrentTasksPerWorker: perWorker,
      });
      return {
        answer: answerEach((call) => pool.run(call) as Promise<unknown>),
        close: () => pool.destroy(),
      };
    },
  };
}
