/** Toolyard's executors themselves: attempts in, outcomes out; no validation, limits or events. */
import type { Tool } from "../../../src/core/tool.ts";
import { AsyncExecutor } from "../../../src/executors/async/async-executor.ts";
import type { Attempt, AttemptOutcome, Executor } from "../../../src/executors/executor.ts";
import { type PoolOptions, resolvePoolOptions } from "../../../src/executors/pool/pool-options.ts";
import { createProcessExecutor } from "../../../src/executors/process/process-executor.ts";
import { createThreadExecutor } from "../../../src/executors/thread/thread-executor.ts";
import { moduleTools } from "../../../src/sources/modules/module-tools.ts";
import { SystemClock } from "../../../src/time/clock.ts";
import { Deadline } from "../../../src/time/deadline.ts";
import { fileOf } from "../../bench-file.ts";
import type { WorkTask } from "../../tools/work.ts";
import type { Lane, StartedLane } from "./lane.ts";

/** Where an executor's pool has its workers. */
export type PoolPlace = "thread" | "process";

/** How an executor is made. */
export interface ExecutorSettings {
  readonly pool: PoolOptions;
  /** Whether the tools promise that they may be run twice. They are pure and normally say so. Default true. */
  readonly readOnly?: boolean;
}

/** An executor with tools to run. */
export interface StartedExecutor extends StartedLane {
  readonly executor: Executor;
}

/** As many workers as `workers`, neither more nor fewer. */
export function fixedPool(workers: number): PoolOptions {
  return { min: workers, max: workers };
}

/** The executor of a mode as a lane. @param variant - Goes into the title, after the mode. */
export function executorLane(
  place: PoolPlace,
  settings: ExecutorSettings,
  variant: string = "",
): Lane {
  const title = variant === "" ? `toolyard ${place}` : `toolyard ${place} (${variant})`;
  return { title, isOurs: true, start: () => startExecutor(place, settings) };
}

/** The executor of mode `async` as a lane. */
export function asyncExecutorLane(): Lane {
  return {
    title: "toolyard async",
    isOurs: true,
    start: async () => laneOver(new AsyncExecutor(new SystemClock()), await workTools(true)),
  };
}

/** Makes an executor and gives it the tools. Its workers start when it sees fit. */
export async function startExecutor(
  place: PoolPlace,
  { pool, readOnly = true }: ExecutorSettings,
): Promise<StartedExecutor> {
  return laneOver(makeExecutor(place, pool), await workTools(readOnly));
}

/** Loads the tools once, so that the first who needs them is like the others. */
export async function workTools(readOnly: boolean): Promise<ReadonlyMap<string, Tool>> {
  const url = fileOf("tools/work-tools");
  const tools = await moduleTools(url, readOnly ? { annotations: { readOnly } } : {});
  return new Map(tools.map((tool) => [tool.name, tool]));
}

/** An executor over tools that are there already. */
export function makeExecutor(place: PoolPlace, pool: PoolOptions): Executor {
  const create = place === "thread" ? createThreadExecutor : createProcessExecutor;
  return create({
    clock: new SystemClock(),
    workerOutput: ({ text }) => process.stderr.write(text),
    options: resolvePoolOptions(place, pool),
  });
}

/** A lane that makes an attempt of each task, all under one deadline that never ends. */
export function laneOver(executor: Executor, tools: ReadonlyMap<string, Tool>): StartedExecutor {
  const deadline = new Deadline(new SystemClock());
  let attempts = 0;
  const attemptOf = ({ name, input }: WorkTask): Attempt => {
    const attemptId = `attempt-${(attempts += 1)}`;
    const tool = tools.get(name);
    if (tool === undefined) throw new Error(`There is no tool ${name}.`);
    return {
      attemptId,
      callId: attemptId,
      tool,
      input,
      attempt: 1,
      deadline,
      tenant: undefined,
      idempotencyKey: undefined,
      context: undefined,
      level: 0,
      call: () => Promise.reject(new Error("There are no other tools here.")),
      onStart: ignore,
      onProgress: ignore,
    };
  };
  return {
    executor,
    run: async (task) => outputOf(await executor.execute(attemptOf(task))),
    answer: async (tasks) => {
      const outcomes = tasks.map((task) => executor.execute(attemptOf(task)));
      // oxlint-disable-next-line typescript/await-thenable -- an outcome may be there at once
      return (await Promise.all(outcomes)).map(outputOf);
    },
    close: () => executor.close(),
  };
}

function outputOf(outcome: AttemptOutcome): unknown {
  if (outcome.status === "error") throw outcome.error;
  return outcome.output;
}

function ignore(): void {}
