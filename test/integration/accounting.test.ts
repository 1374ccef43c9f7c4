/** What pools tell of themselves and of their calls: times, workers, queues, windows, bytes. */
import { describe, expect, test } from "vitest";
import type { WorkerStats } from "../../src/core/registry-stats.ts";
import type { AttemptOutcome } from "../../src/executors/executor.ts";
import { cancelReason, outputOf, watchedAttempt } from "../../src/testing/watched-attempt.ts";
import {
  MODES,
  type WatchedPool,
  loadTool,
  times,
  verdict,
  watchedPool,
} from "../fixtures/executors/watched-pool.ts";

const MIB = 1024 * 1024;
const SOON = { timeout: 15_000, interval: 5 };

const cpuOf = ({ cpuMs = Number.NaN }: AttemptOutcome): number => cpuMs;
const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN;

function onlyWorker(pool: WatchedPool): WorkerStats {
  const [worker, ...others] = pool.stats.workers;
  expect(others).toEqual([]);
  if (worker === undefined) throw new Error("There is no worker.");
  return worker;
}

describe.each(MODES)("a call in a %s", (mode) => {
  test("that computes is told to have used as much CPU time", async () => {
    const pool = watchedPool(mode, { max: 1 });
    const outcomes: AttemptOutcome[] = [];
    for (let count = 0; count < 8; count += 1) outcomes.push(await pool.run("spin", { ms: 20 }));
    for (const outcome of outcomes) {
      expect(outcome.runMs).toBeGreaterThanOrEqual(20);
      expect(cpuOf(outcome)).toBeLessThanOrEqual(outcome.runMs);
    }
    // Others on this machine may take its core for a while, but hardly all the time.
    expect(Math.max(...outcomes.map((outcome) => cpuOf(outcome) / outcome.runMs))).toBeGreaterThan(
      0.2,
    );
    expect(Math.max(...outcomes.map(cpuOf))).toBeGreaterThan(5);
  });

  test("that blocks without computing is told to have used little", async () => {
    const pool = watchedPool(mode, { max: 1 });
    const outcomes: AttemptOutcome[] = [];
    for (let count = 0; count < 9; count += 1) outcomes.push(await pool.run("block", { ms: 20 }));
    for (const { runMs } of outcomes) expect(runMs).toBeGreaterThanOrEqual(19);
    expect(median(outcomes.map(cpuOf))).toBeLessThan(5);
  });

  test("among others shares the CPU time of their worker with them", async () => {
    const pool = watchedPool(mode, { max: 1 });
    await pool.run("mixed", { spinMs: 1, waitMs: 20 });
    const before = onlyWorker(pool).cpuMs;
    const outcomes = await pool.runAll("mixed", times(60, { spinMs: 2, waitMs: 30 }));
    expect(outcomes.map(verdict)).toEqual(times(60, "ok"));
    // The worker tells what it has used with an answer now and then.
    const untold = onlyWorker(pool).cpuMs;
    const told = async (): Promise<number> => {
      await pool.run("echo");
      return onlyWorker(pool).cpuMs;
    };
    await expect.poll(told, SOON).toBeGreaterThan(untold);
    const usedMs = onlyWorker(pool).cpuMs - before;
    const sum = outcomes.map(cpuOf).reduce((total, ms) => total + ms, 0);
    expect(sum).toBeGreaterThan(30);
    // Each is told in thousandths of a millisecond.
    expect(sum).toBeLessThanOrEqual(usedMs + 1);
  });

  test("is told what its values took to cross", async () => {
    const pool = watchedPool(mode, { max: 1 });
    await pool.run("echo");
    let transferMs = 0;
    // On a busy machine a call may be seen to have run for all of its time.
    for (let time = 0; time < 5; time += 1) {
      const before = performance.now();
      const outcome = await pool.run("echo", new Uint8Array(8 * MIB));
      const tookMs = performance.now() - before;
      expect((outcome.transferMs ?? 0) + outcome.runMs).toBeLessThanOrEqual(tookMs);
      transferMs += outcome.transferMs ?? 0;
    }
    expect(transferMs).toBeGreaterThan(0);
  });
});

describe.each(MODES)("the statistics of a pool of %s workers", (mode) => {
  test("are none before its first worker", () => {
    expect(watchedPool(mode).executor.stats()).toEqual([]);
  });

  test("show a worker, and the call it runs while it does", async () => {
    const pool = watchedPool(mode, { max: 1 });
    const held = watchedAttempt(loadTool("hold"), {});
    const holding = pool.executor.execute(held);
    // Whoever calls at the same time is served at the same time: a worker is started once they all have.
    await Promise.resolve();
    expect(onlyWorker(pool).state).toBe("starting");
    await held.progressed;
    const [{ progress } = { progress: 0 }] = held.updates;
    const busy = onlyWorker(pool);
    expect(busy).toMatchObject({
      workerId: held.starts[0],
      state: "busy",
      window: 1,
      callsDone: 0,
      running: [{ callId: held.callId, attemptId: held.attemptId, toolName: "hold" }],
    });
    expect(busy.pid).toBe(mode === "process" ? progress : undefined);
    expect(typeof busy.threadId).toBe(mode === "thread" ? "number" : "undefined");
    expect(busy.running[0]?.runningMs).toBeGreaterThanOrEqual(0);
    expect(busy.running[0]?.runningMs).toBeLessThanOrEqual(busy.ageMs);
    expect(busy.memoryBytes).toBeGreaterThan(MIB);

    held.deadline.end(cancelReason("enough"));
    await holding;
    await expect.poll(() => onlyWorker(pool).state, SOON).toBe("idle");
    expect(onlyWorker(pool)).toMatchObject({ running: [], window: 0, callsDone: 1 });
  });

  test("count the calls that wait, and how long the first has", async () => {
    const pool = watchedPool(mode, { max: 1 });
    const held = watchedAttempt(loadTool("hold"), {});
    void pool.executor.execute(held);
    await held.progressed;
    const waiting = pool.runAll("echo", times(5, 1));
    expect(pool.stats.queue.length).toBe(5);
    await expect.poll(() => pool.stats.queue.oldestWaitMs, SOON).toBeGreaterThan(30);
    const dropped = watchedAttempt(loadTool("echo"), 1);
    void pool.executor.execute(dropped);
    expect(pool.stats.queue.length).toBe(6);
    dropped.deadline.end(cancelReason("no longer wanted"));
    expect(pool.stats.queue.length).toBe(5);
    held.deadline.end(cancelReason("enough"));
    await waiting;
    expect(pool.stats.queue).toEqual({ length: 0, oldestWaitMs: 0 });
  });

  test("tell windows, bytes, sizes and how workers ended", async () => {
    const pool = watchedPool(mode, { min: 2, max: 2, quarantineAfter: Infinity });
    await expect.poll(() => pool.ready, SOON).toBe(2);
    for (let batch = 0; batch < 20; batch += 1) await pool.runAll("echo", times(50, batch));
    await pool.runAll("rest", times(5, { ms: 10 }));
    const { windows, bytes, resizes, restarts, workers } = pool.stats;
    expect(windows["echo"]?.window).toBeGreaterThan(1);
    expect(windows["echo"]?.concurrency).toBe(1);
    expect(windows["rest"]?.concurrency).toBeGreaterThan(1);
    expect(bytes.sent).toBeGreaterThan(1_000);
    expect(bytes.received).toBeGreaterThan(1_000);
    expect(resizes).toEqual({ grown: 1, shrunk: 0 });
    expect(restarts).toEqual({ died: 0, recycled: 0 });
    expect(workers.reduce((sum, { callsDone }) => sum + callsDone, 0)).toBe(1_005);
    expect(workers.every(({ cpuMs, ageMs }) => cpuMs > 0 && cpuMs < 10 * ageMs)).toBe(true);

    const large = new Uint8Array(MIB);
    expect(outputOf(await pool.run("echo", large))).toEqual(large);
    const then = pool.stats.bytes;
    expect(then.sent - bytes.sent).toBeGreaterThanOrEqual(MIB);
    expect(then.received - bytes.received).toBeGreaterThanOrEqual(MIB);

    expect(verdict(await pool.run("die", { how: "exit" }))).toBe("WORKER_CRASHED");
    await expect.poll(() => pool.stats.restarts.died, SOON).toBe(1);
    await expect.poll(() => pool.ready, SOON).toBe(2);
    // What the dead one sent and got is still counted.
    expect(pool.stats.bytes.sent).toBeGreaterThan(then.sent);
    expect(pool.stats.bytes.received).toBeGreaterThanOrEqual(then.received);
    // It was replaced in the same breath.
    expect(pool.stats.resizes).toEqual(resizes);
  });

  test("can be written as JSON, whatever goes on", async () => {
    const pool = watchedPool(mode, { max: 2 });
    const running = pool.runAll("block", times(10, { ms: 10 }));
    await expect.poll(() => pool.size, SOON).toBeGreaterThan(0);
    const stats = pool.executor.stats();
    expect(JSON.parse(JSON.stringify(stats))).toMatchObject([{ mode, queue: stats[0]?.queue }]);
    await running;
  });
});
