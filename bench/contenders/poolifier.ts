import { fileURLToPath } from "node:url";
import { FixedClusterPool, FixedThreadPool, type WorkerChoiceStrategy } from "poolifier";
import { fileOf } from "../bench-file.ts";
import type { PeerCall } from "../peers/answer-call.ts";
import { answerEach } from "./answer-each.ts";
import type { Contender } from "./contender.ts";

const POOLS = {
  thread: { Pool: FixedThreadPool<PeerCall, number>, worker: "peers/poolifier-thread" },
  process: { Pool: FixedClusterPool<PeerCall, number>, worker: "peers/poolifier-cluster" },
} as const;

/** poolifier: threads, or child processes of `node:cluster`. */
export function poolifierWith(
  place: keyof typeof POOLS,
  workers: number,
  strategy: WorkerChoiceStrategy,
): Contender {
  const { Pool, worker } = POOLS[place];
  return {
    name: "poolifier",
    variant: strategy.toLowerCase().replaceAll("_", " "),
    place,
    isPeer: true,
    start: async () => {
      const exits = countExits(workers);
      const pool = new Pool(workers, fileURLToPath(fileOf(worker)), {
        workerChoiceStrategy: strategy,
        enableEvents: false,
        exitHandler: () => exits.onExit(),
      });
      return {
        answer: answerEach((call) => pool.execute(call)),
        close: () => staysAlive(Promise.race([pool.destroy(), exits.all])),
      };
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
