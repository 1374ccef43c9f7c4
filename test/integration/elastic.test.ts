/** Pools are as large as their calls need: real threads and child processes, under loads of every kind. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  MODES,
  type Resized,
  type WatchedPool,
  times,
  verdict,
  watchedPool,
} from "../fixtures/executors/watched-pool.ts";

const CORES = availableParallelism();
const IDLE_PROGRAM = fileURLToPath(
  new URL("../fixtures/executors/idle-program.ts", import.meta.url),
);
/** Longest wait for what must come. Milliseconds. */
const SOON = { timeout: 15_000, interval: 5 };

/** Each size is told from the size told before. */
function expectChained(sizes: readonly Resized[]): void {
  let from = 0;
  for (const size of sizes) {
    expect(size.from).toBe(from);
    expect(size.to).not.toBe(size.from);
    from = size.to;
  }
}

function largest(pool: WatchedPool): number {
  return Math.max(0, ...pool.sizes.map(({ to }) => to));
}

describe.each(MODES)("a pool of %s workers", (mode) => {
  test("has its minimum before the first call, and keeps it", async () => {
    const pool = watchedPool(mode, { min: 3, max: 4, idleTimeoutMs: 20 });
    await expect.poll(() => pool.ready, SOON).toBe(3);
    expect(pool.sizes).toMatchObject([{ mode, from: 0, to: 3, reason: "minimum" }]);
    expect(pool.active.map(({ state }) => state)).toEqual(["idle", "idle", "idle"]);
  });

  test("grows for calls that block without computing, and goes back when they are over", async () => {
    const pool = watchedPool(mode, { min: 8, max: 32, idleTimeoutMs: 1_000 });
    await expect.poll(() => pool.ready, SOON).toBe(8);
    for (let batch = 0; batch < 60 && pool.ready < 32; batch += 1) {
      // On a machine with much else to do, to wake up after 10 ms takes longer than these.
      const ms = batch < 20 ? 10 : 100;
      const outcomes = await pool.runAll("block", times(100, { ms }));
      expect(outcomes.map(verdict)).toEqual(times(100, "ok"));
    }
    expect(pool.ready).toBe(32);
    const growth = pool.sizes.slice(1);
    expect(new Set(growth.map(({ reason }) => reason))).toEqual(new Set(["blocking-wait"]));
    expect(largest(pool)).toBe(32);

    await expect.poll(() => pool.stats.workers.length, SOON).toBe(8);
    expect(pool.sizes.at(-1)).toMatchObject({ to: 8, reason: "idle" });
    expectChained(pool.sizes);
    const { grown, shrunk } = pool.stats.resizes;
    expect(grown + shrunk).toBe(pool.sizes.length);
    expect((await pool.run("echo", 1)).status).toBe("ok");
  });

  test("has no more workers than cores for calls that compute, whatever the machine does", async () => {
    const pool = watchedPool(mode, { max: 8 });
    const neighbours = times(CORES, 0).map(() =>
      spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" }),
    );
    const end = (): void => neighbours.forEach((neighbour) => void neighbour.kill("SIGKILL"));
    onTestFinished(end);
    const outcomes = await pool.runAll("spin", times(120, { ms: 10 }));
    end();
    expect(outcomes.map(verdict)).toEqual(times(120, "ok"));
    expect(largest(pool)).toBe(CORES);
    expectChained(pool.sizes);
  });

  test("has no more workers than its minimum for calls that compute, when that is more", async () => {
    const pool = watchedPool(mode, { min: CORES + 1, max: 8 });
    await pool.runAll("spin", times(60, { ms: 5 }));
    expect(largest(pool)).toBe(CORES + 1);
  });

  test("does not grow for calls that wait on the event loop", async () => {
    const pool = watchedPool(mode, { max: 16, min: 2 });
    for (let batch = 0; batch < 3; batch += 1) {
      const outcomes = await pool.runAll("rest", times(200, { ms: 20 }));
      expect(outcomes.map(verdict)).toEqual(times(200, "ok"));
    }
    expect(largest(pool)).toBe(Math.max(2, CORES));
  });

  test("keeps a spare ready while others are busy, as long as cores are free", async () => {
    const pool = watchedPool(mode, { max: CORES, spares: CORES });
    await pool.run("block", { ms: 100 });
    await expect.poll(() => pool.ready, SOON).toBe(CORES);
    if (CORES > 1) expect(pool.sizes.map(({ reason }) => reason)).toContain("spare");
    expectChained(pool.sizes);
  });

  test("keeps no spare when it is told not to", async () => {
    const pool = watchedPool(mode, { max: CORES, spares: 0 });
    await pool.run("block", { ms: 100 });
    expect(pool.sizes).toMatchObject([{ to: 1, reason: "calls-wait" }]);
  });

  test("lets everybody go when it closes while it grows", async () => {
    const pool = watchedPool(mode, { min: 6, max: 24 });
    await expect.poll(() => pool.size, SOON).toBe(6);
    const running = pool.runAll("block", times(200, { ms: 5 }));
    await expect.poll(() => pool.stats.queue.length, SOON).toBeLessThan(150);
    const closed = pool.executor.close();
    expect((await running).map(verdict)).toEqual(times(200, "ok"));
    await closed;
    expect(pool.stats.workers).toEqual([]);
    expect(pool.sizes.at(-1)).toMatchObject({ to: 0, reason: "closed" });
    expectChained(pool.sizes);
  });

  test("that closes at once starts nobody and says nothing", async () => {
    const pool = watchedPool(mode, { min: 4, max: 8 });
    await pool.executor.close();
    expect(pool.executor.stats()).toEqual([]);
    expect(pool.events).toEqual([]);
  });

  test("that closes while its first workers start lets them go", async () => {
    const pool = watchedPool(mode, { min: 4, max: 8 });
    await expect.poll(() => pool.size, SOON).toBe(4);
    await pool.executor.close();
    expect(pool.stats.workers).toEqual([]);
    expectChained(pool.sizes);
    expect(pool.stats.restarts.died).toBe(0);
  });

  test("does not keep a program alive that has nothing left to do", async () => {
    const child = spawn(process.execPath, [IDLE_PROGRAM, mode], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    const ended = once(child, "exit");
    const told = await child.stdout.setEncoding("utf8").toArray();
    expect(told.join("")).toBe("ready\n");
    expect(await ended).toEqual([0, null]);
  });
});
