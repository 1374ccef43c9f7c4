import type { OpenAiToolCall } from "../workload.ts";

/** The kinds of place that are compared with their like. */
export const PLACES = ["async", "thread", "process"] as const;

/** Where a contender runs its calls. */
export type Place = (typeof PLACES)[number];

/** Somebody who answers batches of tool calls. */
export interface Contender {
  /** `toolyard`, or the name of the package. */
  readonly name: string;
  /** What tells it from others of its name: `class`, `64 per worker`. */
  readonly variant: string;
  readonly place: Place;
  /** Whether it is what Toolyard is compared with. */
  readonly isPeer: boolean;
  /** Makes a fresh pool or registry, with nothing left over from another. */
  start(): Promise<StartedContender>;
}

/** A contender that is ready to take calls; its workers need not be. */
export interface StartedContender {
  /** Answers a batch, in call order. */
  answer(calls: readonly OpenAiToolCall[]): Promise<readonly unknown[]>;
  /** Ends every worker. */
  close(): Promise<void>;
}

/** How results and errors call it: `piscina (64 per worker)`. */
export function titleOf({ name, variant }: Pick<Contender, "name" | "variant">): string {
  return variant === "" ? name : `${name} (${variant})`;
}

/** A pool that takes one task at a time. */
export interface StartedPool<Task> {
  /** Runs a task and answers what its worker returned. */
  readonly run: (task: Task) => PromiseLike<unknown>;
  /** Ends every worker. */
  readonly close: () => Promise<void>;
}

/** Which file a peer's workers run, how many there are, and how many tasks one has at a time. */
export interface PoolShape {
  /** Below `bench/`, without its extension. */
  readonly file: string;
  /** The function of that file. */
  readonly method: string;
  readonly workers: number;
  /** `concurrentTasksPerWorker`, where the pool has that. Default 1. */
  readonly perWorker?: number;
}
