/** What a worker of a peer runs for one piece of work. piscina and tinypool take this file as it is. */
import { doWork, type WorkTask } from "../tools/work.ts";

/** Runs it. */
export function answerWork(task: WorkTask): unknown {
  return doWork(task);
}
