/** What pools do about workers that hang, swell, grow old or never start, and about tools that end them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import type { Tool } from "../../src/core/tool.ts";
import type { AttemptOutcome } from "../../src/executors/executor.ts";
import type { PoolOptions } from "../../src/executors/pool/pool-options.ts";
import {
  expiringDeadline,
  failureOf,
  outputOf,
  watchedAttempt,
} from "../../src/testing/watched-attempt.ts";
import { childPids } from "../fixtures/executors/leftovers.ts";
import {
  MODES,
  type PoolMode,
  type WatchedPool,
  inEachMode,
  loadTool,
  restFor,
  times,
  verdict,
  watchedPool,
} from "../fixtures/executors/watched-pool.ts";

const MIB = 1024 * 1024;
const SOON = { timeout: 15_000, interval: 5 };
const REFUSES_TO_START = new URL("../fixtures/executors/refuses-to-start.ts", import.meta.url).href;

const folder = mkdtempSync(join(tmpdir(), "supervision-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

/** The path of a file that is not there yet. */
const freshFile = (): string => join(folder, `file-${(files += 1)}`);
const linesOf = (file: string): string[] => readFileSync(file, "utf8").trimEnd().split("\n");

/** The same tool, known as another: what it did before is not held against it. */
const anew = (name: string): Tool => loadTool(name, {});

/** The worker that takes the next call. */
async function whoIsThere(pool: WatchedPool): Promise<string> {
  return (outputOf(await pool.run("where")) as { readonly workerId: string }).workerId;
}

/** Sends calls through a pool until it has recycled often enough. */
async function wearOut(pool: WatchedPool, least: number): Promise<void> {
  await expect.poll(() => pool.ready, SOON).toBe(2);
  const first = pool.active.map(({ workerId }) => workerId);
  for (let batch = 0; batch < 1_000 && pool.stats.restarts.recycled < least; batch += 1) {
    const outcomes = await pool.runAll("echo", times(50, batch));
    expect(outcomes.map(outputOf)).toEqual(times(50, batch));
  }
  expect(pool.stats.restarts.recycled).toBeGreaterThanOrEqual(least);
  expect(pool.stats.restarts.died).toBe(0);
  expect(pool.active.map(({ workerId }) => workerId)).not.toEqual(first);
  expect(pool.sizes).toMatchObject([{ from: 0, to: 2, reason: "minimum" }]);
}

/** A pool that cannot start workers. */
interface Unstartable {
  readonly pool: WatchedPool;
  readonly repair: () => void;
  readonly started: () => number;
}

/** A pool whose workers end before they are ready, until that is repaired. */
function unstartable(mode: PoolMode, options: PoolOptions): Unstartable {
  const [starts, broken] = [freshFile(), freshFile()];
  writeFileSync(starts, "");
  writeFileSync(broken, "");
  const pool = watchedPool(mode, {
    execArgv: ["--import", REFUSES_TO_START],
    env: { STARTS_FILE: starts, BROKEN_FILE: broken },
    ...options,
  });
  return {
    pool,
    repair: () => rmSync(broken),
    started: () => linesOf(starts).filter((line) => line !== "").length,
  };
}

describe.each(MODES)("a %s", (mode) => {
  describe("whose call blocks", () => {
    test("is ended at that call's deadline, and replaced", async () => {
      const pool = watchedPool(mode, { max: 1 });
      const before = await whoIsThere(pool);
      const blocked = await pool.run("block", { ms: 60_000 }, { deadline: expiringDeadline(80) });
      const failure = failureOf(blocked);
      expect(failure.error.code).toBe("DEADLINE_EXCEEDED");
      await failure.lingering;
      expect(await whoIsThere(pool)).not.toBe(before);
      expect(pool.stats.restarts).toEqual({ died: 1, recycled: 0 });
    });
  });

  describe("with a cap on its memory", () => {
    const options = { max: 2, maxMemoryBytes: 32 * MIB, quarantineAfter: Infinity };

    test.each(["heap", "buffers", "growing"])(
      "is ended for a call that goes over it with %s; other calls do not notice",
      async (name) => {
        const pool = watchedPool(mode, options);
        const beside = watchedAttempt(loadTool("block"), { ms: 500 });
        const besides = pool.executor.execute(beside);
        await beside.started;
        // It holds what it took for longer than the pool takes to look.
        const { error } = failureOf(await pool.run(anew(name), { mib: 200, ms: 5_000 }));
        expect(error).toMatchObject({
          code: "MEMORY_EXCEEDED",
          message: expect.stringMatching(/ran out of memory/),
        });
        expect(verdict(await pool.run(anew(name), { mib: 4 }))).toBe("ok");
        expect(outputOf(await besides)).toBe(500);
        expect(beside.starts.length).toBe(1);
        expect(pool.stats.restarts.died).toBe(1);
      },
    );

    test.each(["keepHeap", "keepBuffers"])(
      "is replaced, and no call fails, when a module keeps more and more: %s",
      async (name) => {
        const pool = watchedPool(mode, options);
        const outcomes: AttemptOutcome[] = [];
        const goOn = async (): Promise<void> => {
          for (let count = 0; count < 50; count += 1)
            outcomes.push(await pool.run(name, { mib: 1 }));
        };
        await Promise.all([goOn(), goOn(), goOn()]);
        expect(outcomes.map(verdict)).toEqual(times(150, "ok"));
        expect(pool.stats.restarts.recycled).toBeGreaterThan(0);
        expect(pool.stats.restarts.died).toBe(0);
      },
    );
  });

  describe("that is worn out", () => {
    test("by calls is replaced without a hitch", async () => {
      await wearOut(watchedPool(mode, { min: 2, max: 2, maxCalls: 200 }), 8);
    });

    test("by age is replaced without a hitch", async () => {
      await wearOut(watchedPool(mode, { min: 2, max: 2, maxAgeMs: 150 }), 4);
    });

    test("by age is replaced also while nothing happens", async () => {
      const pool = watchedPool(mode, { min: 1, max: 1, maxAgeMs: 40 });
      await expect.poll(() => pool.stats.restarts.recycled, SOON).toBeGreaterThan(2);
      expect(pool.sizes.length).toBe(1);
    });
  });

  describe("that cannot start", () => {
    test("because of a flag fails its calls with what Node says of it", async () => {
      const pool = watchedPool(mode, { max: 2, min: 2, execArgv: ["--no-such-flag"] });
      for (const outcome of await pool.runAll("echo", [1, 2, 3])) {
        const { error } = failureOf(outcome);
        expect(error.message).toContain("--no-such-flag");
        // A thread is refused at once, so that trying again costs nothing; a process has to be started to find out.
        if (mode === "process") expect(error.retryAfterMs).toBeGreaterThan(0);
      }
      await pool.executor.close();
      expect(pool.stats.workers).toEqual([]);
    });
  });

  describe("that is asked odd things", () => {
    test("runs a call when its pool has settings at their ends", async () => {
      const settings: PoolOptions[] = [
        { idleTimeoutMs: Infinity, maxAgeMs: Infinity, killGraceMs: Infinity },
        { idleTimeoutMs: 0, spares: 0, min: 1, max: 1 },
        { maxMemoryBytes: Infinity },
        { maxMemoryBytes: 2 ** 50 },
        { maxCalls: 1, maxAgeMs: 1, max: 1 },
        { max: 1_000_000_000, spares: 1_000_000_000 },
        { min: 0, max: 1, spares: 5, quarantineAfter: 1 },
      ];
      for (const options of settings) {
        const pool = watchedPool(mode, options);
        const outcomes = await pool.runAll("echo", [1, 2, 3]);
        expect([options, ...outcomes.map(verdict)]).toEqual([options, "ok", "ok", "ok"]);
        await pool.executor.close();
      }
    });

    test("has nothing left after its pool is destroyed in the middle of growth", async () => {
      const pool = watchedPool(mode, { min: 4, max: 16 });
      const running = pool.runAll("block", times(100, { ms: 20 }));
      await expect.poll(() => pool.size, SOON).toBeGreaterThanOrEqual(4);
      await pool.executor.destroy();
      const ends = new Set((await running).map(verdict));
      expect([...ends].filter((end) => end !== "ok")).toEqual(["CALL_CANCELLED"]);
      expect(pool.stats.workers).toEqual([]);
      await pool.executor.destroy();
      await pool.executor.close();
      if (mode === "process") expect(childPids()).toEqual([]);
    });

    test("knows two tools of one function apart", async () => {
      const pool = watchedPool(mode, { max: 1, quarantineAfter: 1 });
      const [one, other] = [anew("dieIf"), anew("dieIf")];
      await pool.run(one, { dies: true });
      expect(verdict(await pool.run(one, { dies: false }))).toBe("CIRCUIT_OPEN");
      expect(verdict(await pool.run(other, { dies: false }))).toBe("ok");
    });
  });
});

describe("a worker", () => {
  test(
    "whose call blocks is left alone until its deadline, however long that is",
    inEachMode(async (mode) => {
      const pool = watchedPool(mode, { max: 1 });
      const before = await whoIsThere(pool);
      const deadline = expiringDeadline(20_000);
      expect(verdict(await pool.run("block", { ms: 1_600 }, { deadline }))).toBe("ok");
      expect(await whoIsThere(pool)).toBe(before);
      expect(pool.stats.restarts.died).toBe(0);
    }),
  );

  test(
    "that is worn out finishes the call it has, long after its successor came",
    inEachMode(async (mode) => {
      const pool = watchedPool(mode, { min: 1, max: 1, maxCalls: 1 });
      const held = watchedAttempt(loadTool("rest"), { ms: 1_500 });
      const holding = pool.executor.execute(held);
      const next = async (): Promise<number> => {
        expect(verdict(await pool.run("echo"))).toBe("ok");
        return pool.stats.restarts.recycled;
      };
      await expect.poll(next, SOON).toBeGreaterThan(0);
      expect(pool.stats.workers.map(({ state }) => state)).toContain("retiring");
      expect(verdict(await pool.run("echo"))).toBe("ok");
      expect(outputOf(await holding)).toBe(1_500);
      expect(pool.stats.restarts.died).toBe(0);
    }),
  );

  test(
    "that cannot start fails its calls soon, says why and when to come back, and does not spin",
    inEachMode(async (mode) => {
      const { pool, repair, started } = unstartable(mode, { max: 4 });
      let retryAfterMs = 0;
      let failed = 0;
      for (const end = performance.now() + 1_000; performance.now() < end || failed <= 20;) {
        const { error, began } = failureOf(await pool.run("echo"));
        expect(error).toMatchObject({
          code: "WORKER_CRASHED",
          message: expect.stringMatching(/No \w+ worker can be started.*the licence server/s),
        });
        expect(began).toBe(false);
        retryAfterMs = error.retryAfterMs ?? 0;
        expect(retryAfterMs).toBeGreaterThan(0);
        failed += 1;
        await sleep(1);
      }
      // Three at first, then one after 250 ms, 500 ms, …
      expect(started()).toBeLessThanOrEqual(8);

      repair();
      await restFor(retryAfterMs);
      expect(outputOf(await pool.run("echo", 7))).toBe(7);
      expect((await pool.runAll("block", times(8, { ms: 5 }))).map(verdict)).toEqual(
        times(8, "ok"),
      );
    }),
  );

  test(
    "that cannot start is not tried without end for the pool's minimum, and the pool gets well by itself",
    inEachMode(async (mode) => {
      const { pool, repair, started } = unstartable(mode, { min: 4, max: 4, idleTimeoutMs: 40 });
      await expect.poll(started, SOON).toBeGreaterThanOrEqual(3);
      await sleep(700);
      expect(started()).toBeLessThanOrEqual(10);
      repair();
      await expect.poll(() => pool.ready, SOON).toBe(4);
    }),
  );
});

describe("child processes that somebody kills while they start", () => {
  test("cost no call its life", async () => {
    const pool = watchedPool("process", { max: 4 });
    const running = pool.runAll("echo", [1, 2, 3, 4]);
    await expect.poll(() => childPids().length, { timeout: 5_000, interval: 1 }).toBeGreaterThan(0);
    const killed = childPids().slice(0, 2);
    for (const pid of killed) process.kill(pid, "SIGKILL");
    expect((await running).map(verdict)).toEqual(times(4, "ok"));
  });
});
