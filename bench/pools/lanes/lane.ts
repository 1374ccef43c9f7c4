import type { StartedPool } from "../../contenders/contender.ts";
import type { WorkTask } from "../../tools/work.ts";

/** A way to get work done: a pool, a bare channel, the event loop. */
export interface Lane {
  /** `piscina`, `toolyard thread`. */
  readonly title: string;
  readonly isOurs: boolean;
  /** Makes a fresh one, with nothing left over from another. */
  start(): Promise<StartedLane>;
}

/** A lane that is ready to take work; its workers need not be. */
export interface StartedLane extends StartedPool<WorkTask> {
  readonly run: (task: WorkTask) => Promise<unknown>;
  /** Runs tasks at once; the outputs in their order. */
  readonly answer: (tasks: readonly WorkTask[]) => Promise<readonly unknown[]>;
}

/** A lane of somebody else's pool. */
export function peerLane(title: string, start: () => StartedPool<WorkTask>): Lane {
  return {
    title,
    isOurs: false,
    start: async () => {
      const pool = start();
      return {
        run: async (task) => pool.run(task),
        answer: (tasks) => Promise.all(tasks.map((task) => pool.run(task))),
        close: () => pool.close(),
      };
    },
  };
}
