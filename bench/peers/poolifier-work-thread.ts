/** First file of a poolifier thread of the pool benchmark. */
import { ThreadWorker } from "poolifier";
import type { WorkTask } from "../tools/work.ts";
import { answerWork } from "./answer-work.ts";

export const worker: ThreadWorker<WorkTask> = new ThreadWorker((task?: WorkTask) =>
  answerWork(task as WorkTask),
);
