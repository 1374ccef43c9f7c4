/** The conformance suite, run for every mode with real threads and child processes, and what is promised of pools alone. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { ToolError } from "../../src/core/tool-error.ts";
import type { Tool } from "../../src/core/tool.ts";
import { AsyncExecutor } from "../../src/executors/async/async-executor.ts";
import type { Executor } from "../../src/executors/executor.ts";
import { type PoolOptions, resolvePoolOptions } from "../../src/executors/pool/pool-options.ts";
import { createProcessExecutor } from "../../src/executors/process/process-executor.ts";
import { createThreadExecutor } from "../../src/executors/thread/thread-executor.ts";
import { testExecutor } from "../../src/testing/executor-suite.ts";
import {
  cancelReason,
  expiringDeadline,
  failureOf,
  outputOf,
  portable,
  watchedAttempt,
} from "../../src/testing/watched-attempt.ts";
import { SystemClock } from "../../src/time/clock.ts";
import { Deadline } from "../../src/time/deadline.ts";
import { hostile } from "../fixtures/executors/hostile-tools.ts";

type WorkerMode = "thread" | "process";

const workerOutput = (): void => {};
const clock = new SystemClock();
const folder = mkdtempSync(join(tmpdir(), "executors-"));
afterAll(() => rmSync(folder, { recursive: true }));

const MAKERS = { thread: createThreadExecutor, process: createProcessExecutor };

function makePool(mode: WorkerMode, options: PoolOptions): Executor {
  return MAKERS[mode]({ clock, workerOutput, options: resolvePoolOptions(mode, options) });
}

/** A pool for one test, gone after it. */
function pool(mode: WorkerMode, options: PoolOptions = { max: 2 }): Executor {
  const executor = makePool(mode, options);
  onTestFinished(() => executor.destroy());
  return executor;
}

const HOSTILE = new URL("../fixtures/executors/hostile-tools.ts", import.meta.url).href;

function toolNamed(name: string, settings: Partial<Tool> = {}): Tool {
  return portable({ ...(hostile[name] as Tool), ...settings }, HOSTILE, "hostile");
}

testExecutor("async", () => new AsyncExecutor(clock));
testExecutor("thread", () => makePool("thread", { max: 2 }));
testExecutor("process", () => makePool("process", { max: 2 }));

describe.each(["thread", "process"] as const)("a pool of one %s", (mode) => {
  test("forgets a call that is cancelled while it waits for the worker", async () => {
    const executor = pool(mode, { max: 1 });
    const file = join(folder, `waiting-${mode}`);
    const first = watchedAttempt(toolNamed("hold"), {});
    const holding = executor.execute(first);
    await first.progressed;
    const second = watchedAttempt(toolNamed("act"), { file, line: "begun" });
    const waiting = executor.execute(second);
    const reason = cancelReason("no longer wanted");
    second.deadline.end(reason);
    expect(failureOf(await waiting)).toMatchObject({ error: reason, began: false, runMs: 0 });
    expect(second.starts).toEqual([]);
    first.deadline.end(cancelReason("enough"));
    await failureOf(await holding).lingering;
    expect(outputOf(await executor.execute(watchedAttempt(toolNamed("ok"), 1)))).toEqual({
      got: 1,
    });
    expect(existsSync(file)).toBe(false);
    await executor.close();
  });

  test("stays in order when most of a long line is cancelled", async () => {
    const executor = pool(mode, { max: 1 });
    const file = join(folder, `line-${mode}`);
    const act = toolNamed("act");
    const shared = new Deadline(clock);
    const attempts = Array.from({ length: 1_000 }, (_, place) =>
      watchedAttempt(
        act,
        { file, line: `${place}` },
        place % 10 === 0 ? {} : { deadline: new Deadline(clock, shared) },
      ),
    );
    const outcomes = Promise.all(attempts.map(async (attempt) => executor.execute(attempt)));
    shared.end(cancelReason("most of you"));
    const kept = (await outcomes).filter(({ status }) => status === "ok").map(outputOf);
    expect(kept).toEqual(Array.from({ length: 100 }, (_, place) => `${place * 10}`));
    expect(readFileSync(file, "utf8").trim().split("\n")).toEqual(kept);
    await executor.close();
  });

  test("ends the work of a call that a blocked worker never began", async () => {
    const executor = pool(mode, { max: 1 });
    const harm = watchedAttempt(toolNamed("harm"), { how: "spin-after-return" });
    expect(outputOf(await executor.execute(harm))).toBe("returned");
    const stuck = watchedAttempt(toolNamed("ok"), 1, { deadline: expiringDeadline(100) });
    const failure = failureOf(await executor.execute(stuck));
    expect(failure.error.code).toBe("DEADLINE_EXCEEDED");
    // Its permit is kept until then.
    await failure.lingering;
    expect(outputOf(await executor.execute(watchedAttempt(toolNamed("ok"), 2)))).toEqual({
      got: 2,
    });
  });

  test("begins as many waiting calls at once as it is allowed to", async () => {
    const executor = pool(mode, { max: 1, maxConcurrencyPerWorker: 2_000 });
    const file = join(folder, `many-${mode}`);
    const act = toolNamed("act");
    const run = async (line: number): Promise<unknown> => {
      const attempt = watchedAttempt(act, { file, line: `${line}`, waitMs: 20 });
      return outputOf(await executor.execute(attempt));
    };
    await run(0);
    const lines = Array.from({ length: 2_000 }, (_, place) => `${place}`);
    expect(await Promise.all(lines.map((line) => run(Number(line))))).toEqual(lines);
  });

  test("gives calls one at a time to a worker when asked to", async () => {
    const executor = pool(mode, { max: 1, maxConcurrencyPerWorker: 1 });
    const file = join(folder, `one-${mode}`);
    const act = toolNamed("act");
    const attempts = Array.from({ length: 6 }, (_, place) =>
      watchedAttempt(act, { file, line: `${place}`, waitMs: 10 }),
    );
    const before = performance.now();
    await Promise.all(attempts.map(async (attempt) => executor.execute(attempt)));
    expect(performance.now() - before).toBeGreaterThan(58);
  });
});

describe.each(["thread", "process"] as const)("a %s", (mode) => {
  test("sees the variables it is meant to see", async () => {
    const env = { ADDED_FOR_WORKERS: "yes", TAKEN_FROM_WORKERS: undefined, HOME: undefined };
    process.env["SECRET_OF_THE_PARENT"] = "hush";
    process.env["TAKEN_FROM_WORKERS"] = "still there";
    onTestFinished(() => {
      delete process.env["SECRET_OF_THE_PARENT"];
      delete process.env["TAKEN_FROM_WORKERS"];
    });
    const names = [...Object.keys(env), "SECRET_OF_THE_PARENT", "PATH"];
    const attempt = watchedAttempt(toolNamed("variables"), { names });
    const seen = outputOf(await pool(mode, { max: 1, env }).execute(attempt));
    expect(seen).toEqual({
      ADDED_FOR_WORKERS: "yes",
      TAKEN_FROM_WORKERS: null,
      HOME: null,
      SECRET_OF_THE_PARENT: mode === "thread" ? "hush" : null,
      PATH: process.env["PATH"],
    });
  });

  test("that cannot be started fails the calls that wait for it, and says why", async () => {
    const executor = pool(mode, { max: 2, execArgv: ["--no-such-flag"] });
    for (let time = 1; time <= 2; time += 1) {
      const attempts = Array.from({ length: 3 }, () => watchedAttempt(toolNamed("ok"), 1));
      const outcomes = await Promise.all(
        attempts.map(async (attempt) => executor.execute(attempt)),
      );
      for (const outcome of outcomes) {
        const { error, began } = failureOf(outcome);
        expect(error.code).toBe("WORKER_CRASHED");
        expect(error.message).toContain(`No ${mode} worker can be started`);
        expect(error.message).toContain("--no-such-flag");
        expect(began).toBe(false);
      }
    }
    await executor.close();
  });

  test("refuses a closure, and says what to do", () => {
    const executor = pool(mode);
    const closure = { ...toolNamed("ok"), origin: undefined };
    const refusal = executor.refuses(closure);
    expect(ToolError.is(refusal, "NOT_PORTABLE")).toBe(true);
    expect(refusal?.message).toMatch(/registerModule.*mode async/);
    expect(executor.refuses(toolNamed("ok"))).toBeUndefined();
  });
});
