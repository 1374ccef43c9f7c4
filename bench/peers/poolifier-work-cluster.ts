/** First file of a poolifier child process of the pool benchmark. */
import { ClusterWorker } from "poolifier";
import type { WorkTask } from "../tools/work.ts";
import { answerWork } from "./answer-work.ts";

export const worker: ClusterWorker<WorkTask> = new ClusterWorker((task?: WorkTask) =>
  answerWork(task as WorkTask),
);
