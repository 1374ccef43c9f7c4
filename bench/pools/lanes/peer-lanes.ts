/** The pools that Toolyard's are compared with, each doing the work of the pool benchmark. */
import type { PoolShape } from "../../contenders/contender.ts";
import { startPiscina } from "../../contenders/piscina.ts";
import { startPoolifier } from "../../contenders/poolifier.ts";
import { startTinypool } from "../../contenders/tinypool.ts";
import { startWorkerpool } from "../../contenders/workerpool.ts";
import { doWork, type WorkTask } from "../../tools/work.ts";
import type { PoolPlace } from "./executor-lane.ts";
import { type Lane, peerLane } from "./lane.ts";

/** The packages they come in. */
export const PEERS: readonly string[] = ["piscina", "tinypool", "workerpool", "poolifier"];

/** Tasks at once in a worker: what a pool does unasked, and what makes it fastest on small tasks. */
export type PerWorker = 1 | 64;

/** piscina, in threads. */
export function piscinaLane(workers: number, perWorker: PerWorker): Lane {
  const title = titleWith("piscina", perWorker);
  return peerLane(title, () => startPiscina<WorkTask>(shapeOf(workers, perWorker)));
}

/**
 * tinypool.
 *
 * @param serialization - How child processes are written to: its default, or what typed arrays need.
 */
export function tinypoolLane(
  place: PoolPlace,
  shape: { readonly workers: number; readonly perWorker: PerWorker },
  serialization: "json" | "advanced" = "json",
): Lane {
  const { workers, perWorker } = shape;
  const kind = place === "thread" ? "threads" : "child_process";
  return peerLane(titleWith(`tinypool ${kind}`, perWorker), () =>
    startTinypool<WorkTask>(place, shapeOf(workers, perWorker), serialization),
  );
}

/** workerpool, in threads or processes. */
export function workerpoolLane(place: PoolPlace, workers: number): Lane {
  const shape: PoolShape = { file: "peers/workerpool-work", method: "answerWork", workers };
  return peerLane(`workerpool ${place}`, () => startWorkerpool<WorkTask>(place, shape));
}

/** poolifier's fixed pools of threads or of `node:cluster` processes. */
export function poolifierLane(place: PoolPlace, workers: number): Lane {
  const kind = place === "thread" ? "thread" : "cluster";
  const file = `peers/poolifier-work-${kind}`;
  return peerLane(`poolifier fixed ${kind}`, () =>
    startPoolifier<WorkTask>(place, { file, workers }),
  );
}

/** No pool at all: async functions of this thread. */
export function eventLoopLane(): Lane {
  return peerLane("bare async functions", () => ({
    run: async (task) => doWork(task),
    close: async () => {},
  }));
}

function shapeOf(workers: number, perWorker: PerWorker): PoolShape {
  return { file: "peers/answer-work", method: "answerWork", workers, perWorker };
}

function titleWith(name: string, perWorker: PerWorker): string {
  return perWorker === 1 ? name : `${name} (${perWorker} per worker)`;
}
