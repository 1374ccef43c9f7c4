import { fileURLToPath } from "node:url";
import { FixedClusterPool, FixedThreadPool, type WorkerChoiceStrategy } from "poolifier";
import { fileOf } from "../bench-file.ts";
import type { PeerCall } from "../peers/answer-call.ts";
import { answerEach } from "./answer-each.ts";
import type { Contender, PoolShape, StartedPool } from "./contender.ts";

const POOLS = { thread: FixedThreadPool, process: FixedClusterPool } as const;

/** Starts a pool of poolifier's; its workers' file says what they run. */
export function startPoolifier<Task>(
  place: keyof typeof POOLS,
  { file, workers }: Pick<PoolShape, "file" | "workers">,
  strategy: WorkerChoiceStrategy = "LEAST_USED",
): StartedPool<Task> {
  const exits = countExits(workers);
  const pool = new POOLS[place]<Task, unknown>(workers, fileURLToPath(fileOf(file)), {
    workerChoiceStrategy: strategy,
    enableEvents: false,
    exitHandler: () => exits.onExit(),
  });
  return {
    run: (task) => pool.execute(task),
    close: () => staysAlive(Promise.race([pool.destroy(), exits.all])),
  };
}

const CALL_WORKERS = { thread: "peers/poolifier-thread", process: "peers/poolifier-cluster" };

/** poolifier: threads, or child processes of `node:cluster`. */
export function poolifierWith(
  place: keyof typeof POOLS,
  workers: number,
  strategy: WorkerChoiceStrategy,
): Contender {
  return {
    name: "poolifier",
    variant: strategy.toLowerCase().replaceAll("_", " "),
    place,
    isPeer: true,
    start: async () => {
      const shape = { file: CALL_WORKERS[place], workers };
      const pool = startPoolifier<PeerCall>(place, shape, strategy);
      return { answer: answerEach(pool.run), close: pool.close };
    },
  };
}

/** `destroy` never settles when a thread has ended before poolifier 5.3.2 listens for its end. */
function countExits(workers: number): { readonly all: Promise<void>; onExit(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let exits = 0;
  const onExit = (): void => {
    exits += 1;
    if (exits === workers) resolve();
  };
  return { all: promise, onExit };
}

/** poolifier lets go of its threads before they have ended; without a timer the program would end first. */
async function staysAlive(work: Promise<void>): Promise<void> {
  const timer = setInterval(() => {}, 1_000);
  await work.finally(() => clearInterval(timer));
}
