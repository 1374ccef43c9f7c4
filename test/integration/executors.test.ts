/** The conformance suite, run for every mode with real threads and child processes. */
import { AsyncExecutor } from "../../src/executors/async/async-executor.ts";
import { resolvePoolOptions } from "../../src/executors/pool/pool-options.ts";
import { createProcessExecutor } from "../../src/executors/process/process-executor.ts";
import { createThreadExecutor } from "../../src/executors/thread/thread-executor.ts";
import { testExecutor } from "../../src/testing/executor-suite.ts";
import { SystemClock } from "../../src/time/clock.ts";

const workerOutput = (): void => {};
const clock = new SystemClock();

testExecutor("async", () => new AsyncExecutor(clock));
testExecutor("thread", () =>
  createThreadExecutor({ clock, workerOutput, options: resolvePoolOptions("thread", { max: 2 }) }),
);
testExecutor("process", () =>
  createProcessExecutor({
    clock,
    workerOutput,
    options: resolvePoolOptions("process", { max: 2 }),
  }),
);
