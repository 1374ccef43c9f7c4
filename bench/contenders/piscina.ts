import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import { fileOf } from "../bench-file.ts";
import { answerEach } from "./answer-each.ts";
import type { Contender } from "./contender.ts";

/** piscina: threads. @param perWorker - `concurrentTasksPerWorker`; its default is 1. */
export function piscinaWith(workers: number, perWorker: number): Contender {
  return {
    name: "piscina",
    variant: `${perWorker} per worker`,
    place: "thread",
    isPeer: true,
    start: async () => {
      const pool = new Piscina({
        filename: fileURLToPath(fileOf("peers/answer-call")),
        name: "answerCall",
        minThreads: workers,
        maxThreads: workers,
        concurrentTasksPerWorker: perWorker,
      });
      return {
        answer: answerEach((call) => pool.run(call)),
        close: () => pool.destroy(),
      };
    },
  };
}
