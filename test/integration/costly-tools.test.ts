/** What pools do about tools that end their workers again and again, compute for too long, or hold up a batch. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { PoolEvent } from "../../src/core/pool-event.ts";
import type { Tool } from "../../src/core/tool.ts";
import { expiringDeadline, failureOf, outputOf } from "../../src/testing/watched-attempt.ts";
import { exitsAtImport } from "../fixtures/executors/exits-at-import.ts";
import { exitsWhenTold } from "../fixtures/executors/exits-when-told.ts";
import type { Mark } from "../fixtures/executors/load-tools.ts";
import {
  MODES,
  type WatchedPool,
  inEachMode,
  loadTool,
  restFor,
  times,
  verdict,
  watchedPool,
} from "../fixtures/executors/watched-pool.ts";

const SOON = { timeout: 15_000, interval: 5 };

const folder = mkdtempSync(join(tmpdir(), "costly-tools-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

/** The path of a file that is not there yet. */
const freshFile = (): string => join(folder, `file-${(files += 1)}`);
const linesOf = (file: string): string[] => readFileSync(file, "utf8").trimEnd().split("\n");

/** The same tool, known as another: what it did before is not held against it. */
const anew = (name: string): Tool => loadTool(name, {});

/** Makes calls of a tool small and many, so that they travel in batches. */
async function makeFamiliar(pool: WatchedPool, tool: Tool, input: unknown): Promise<void> {
  const window = (): number => pool.stats.windows[tool.name]?.window ?? 0;
  for (let batch = 0; batch < 50 && window() < 16; batch += 1)
    await pool.runAll(tool, times(64, input));
  expect(window()).toBeGreaterThanOrEqual(16);
}

const newsOfTools = (pool: WatchedPool): Exclude<PoolEvent, { type: "pool.resized" }>[] =>
  pool.events.filter((event) => event.type !== "pool.resized");

describe.each(MODES)("a %s", (mode) => {
  describe("that a tool ends again and again", () => {
    const EXITS = new URL("../fixtures/executors/exits-at-import.ts", import.meta.url).href;
    const exits = (): Tool => ({
      ...exitsAtImport,
      origin: {
        kind: "module",
        url: EXITS,
        exportName: "exitsAtImport",
        member: { kind: "tool" },
      },
    });

    test("when its module is loaded: its calls fail with the reason, then are refused", async () => {
      const pool = watchedPool(mode, { max: 2, spares: 0, quarantineAfter: 3 });
      const tool = exits();
      for (let death = 1; death <= 3; death += 1) {
        const { error, began } = failureOf(await pool.run(tool));
        expect(error).toMatchObject({
          code: "WORKER_CRASHED",
          message: expect.stringContaining("process.exit(7)"),
        });
        expect(began).toBe(true);
      }
      expect(newsOfTools(pool)).toMatchObject([
        { type: "tool.quarantined", mode, toolName: tool.name, retryAfterMs: 1_000 },
      ]);
      await expect.poll(() => pool.stats.workers.length, SOON).toBe(0);
      const { died } = pool.stats.restarts;
      for (const outcome of await pool.runAll(tool, times(50, {}))) {
        const { error, began } = failureOf(outcome);
        expect(error).toMatchObject({
          code: "CIRCUIT_OPEN",
          message: expect.stringContaining("process.exit(7)"),
        });
        expect(error.retryAfterMs).toBeGreaterThan(0);
        expect(error.retryAfterMs).toBeLessThanOrEqual(1_000);
        expect(began).toBe(false);
      }
      expect(pool.stats.workers).toEqual([]);
      expect(pool.stats.restarts.died).toBe(died);
    });

    test("rests for a second at first, though many of its calls ran when it began", async () => {
      const pool = watchedPool(mode, { min: 6, max: 6, quarantineAfter: 2 });
      await expect.poll(() => pool.ready, SOON).toBe(6);
      const die = anew("die");
      const outcomes = await pool.runAll(die, times(6, { how: "exit-later" }));
      expect(outcomes.map(verdict)).toEqual(times(6, "WORKER_CRASHED"));
      const { error } = failureOf(await pool.run(die, { how: "exit" }));
      expect(error.code).toBe("CIRCUIT_OPEN");
      expect(error.retryAfterMs).toBeLessThanOrEqual(1_000);
    });

    test("when its module is loaded, though it went well before: others run on", async () => {
      const broken = freshFile();
      const options = { max: 2, spares: 0, quarantineAfter: 2, env: { BROKEN_FILE: broken } };
      const pool = watchedPool(mode, options);
      const url = new URL("../fixtures/executors/exits-when-told.ts", import.meta.url).href;
      const tool: Tool = {
        ...exitsWhenTold,
        origin: { kind: "module", url, exportName: "exitsWhenTold", member: { kind: "tool" } },
      };
      expect(outputOf(await pool.run(tool))).toBe("loaded");
      expect(verdict(await pool.run("echo"))).toBe("ok");
      writeFileSync(broken, "");
      expect(verdict(await pool.run("die", { how: "exit" }))).toBe("WORKER_CRASHED");
      await expect.poll(() => pool.size, SOON).toBe(0);
      for (let time = 0; time < 5; time += 1) {
        expect(verdict(await pool.run("echo"))).toBe("ok");
        expect(verdict(await pool.run("rest", { ms: 30 }))).toBe("ok");
      }
      for (let time = 0; time < 5; time += 1) {
        const [own, other] = await Promise.all([pool.run(tool), pool.run("echo", time)]);
        expect(verdict(own)).toMatch(/WORKER_CRASHED|CIRCUIT_OPEN/);
        expect(failureOf(own).error.message).toContain("process.exit(7)");
        expect(outputOf(other)).toBe(time);
      }
      expect(newsOfTools(pool)).toMatchObject([{ toolName: "exitsWhenTold" }]);
      expect(pool.stats.restarts.died).toBeLessThan(24);
    });

    test("is never put to rest when the pool is told so", async () => {
      const pool = watchedPool(mode, { max: 2, quarantineAfter: Infinity });
      for (let death = 0; death < 8; death += 1)
        expect(verdict(await pool.run("die", { how: "exit" }))).toBe("WORKER_CRASHED");
      expect(newsOfTools(pool)).toEqual([]);
    });
  });

  describe.runIf(process.platform === "linux")("whose tool may use 60 ms of CPU time", () => {
    test("is ended for a call that computes for longer", async () => {
      const pool = watchedPool(mode, { max: 1 });
      const failure = failureOf(await pool.run("spinLimited", { ms: 20_000 }));
      expect(failure.error).toMatchObject({
        code: "DEADLINE_EXCEEDED",
        message: expect.stringMatching(/60 ms of CPU time/),
        details: { maxCpuMs: 60 },
      });
      await failure.lingering;
      expect(verdict(await pool.run("spinLimited", { ms: 1 }))).toBe("ok");
    });

    test("is left alone while a call waits for longer", async () => {
      const pool = watchedPool(mode, { max: 1 });
      expect(outputOf(await pool.run("blockLimited", { ms: 400 }))).toBe(400);
      expect(pool.stats.restarts.died).toBe(0);
    });

    test("is left alone when many calls together compute for longer", async () => {
      const pool = watchedPool(mode, { max: 1 });
      await pool.run("mixedLimited", { spinMs: 1, waitMs: 20 });
      const inputs = times(20, { spinMs: 4, waitMs: 60 });
      const outcomes = await pool.runAll("mixedLimited", inputs);
      expect(outcomes.map(verdict)).toEqual(times(20, "ok"));
    });

    test("is ended for the one call in a batch that did it, and for no other", async () => {
      const pool = watchedPool(mode, { max: 2 });
      const tool = loadTool("spinLimited", { maxCpuMs: 10, annotations: { readOnly: true } });
      const inputs = times(60, { ms: 0 }).map((tiny, place) =>
        place === 30 ? { ms: 20_000 } : tiny,
      );
      const outcomes = await pool.runAll(tool, inputs);
      expect(outcomes.map(verdict)).toEqual(
        inputs.map(({ ms }) => (ms > 0 ? "DEADLINE_EXCEEDED" : "ok")),
      );
    });
  });
});

describe("a worker", () => {
  test(
    "that a tool ends again and again does no harm to other tools, and is let go when a probe shows that it has mended",
    inEachMode(async (mode) => {
      const pool = watchedPool(mode, { max: 2, quarantineAfter: 2 });
      const dieIf = anew("dieIf");
      for (let death = 0; death < 2; death += 1)
        expect(verdict(await pool.run(dieIf, { dies: true }))).toBe("WORKER_CRASHED");
      const refused = failureOf(await pool.run(dieIf, { dies: false })).error;
      expect(refused.code).toBe("CIRCUIT_OPEN");
      const [others, still] = await Promise.all([
        pool.runAll("echo", times(20, 1)),
        pool.runAll(dieIf, times(5, { dies: false })),
      ]);
      expect(others.map(verdict)).toEqual(times(20, "ok"));
      expect(still.map(verdict)).toEqual(times(5, "CIRCUIT_OPEN"));

      await restFor(refused.retryAfterMs);
      // One probe; the others that come with it are refused.
      const probed = await pool.runAll(dieIf, times(3, { dies: true }));
      expect(probed.map(verdict)).toEqual(["WORKER_CRASHED", "CIRCUIT_OPEN", "CIRCUIT_OPEN"]);
      const again = failureOf(await pool.run(dieIf, { dies: false })).error;
      expect(again.retryAfterMs).toBeGreaterThan(1_000);
      await restFor(again.retryAfterMs);
      expect(outputOf(await pool.run(dieIf, { dies: false }))).toBe("lives");
      const after = await pool.runAll(dieIf, times(10, { dies: false }));
      expect(after.map(verdict)).toEqual(times(10, "ok"));
      expect(newsOfTools(pool).map(({ type }) => type)).toEqual([
        "tool.quarantined",
        "tool.quarantined",
        "tool.released",
      ]);
    }),
  );

  test(
    "that a tool ends again and again gets another probe when the first never came to run",
    inEachMode(async (mode) => {
      const pool = watchedPool(mode, { max: 1, quarantineAfter: 1 });
      const dieIf = anew("dieIf");
      await pool.run(dieIf, { dies: true });
      const { error } = failureOf(await pool.run(dieIf, { dies: false }));
      await restFor(error.retryAfterMs);
      // The worker that gets the probe is kept busy by what a call left behind, and never begins it.
      expect(verdict(await pool.run("spinAfterReturn"))).toBe("ok");
      const deadline = expiringDeadline(50);
      const probe = failureOf(await pool.run(dieIf, { dies: false }, { deadline }));
      expect(probe.error.code).toBe("DEADLINE_EXCEEDED");
      await probe.lingering;
      expect(outputOf(await pool.run(dieIf, { dies: false }))).toBe("lives");
    }),
  );

  test.each(["markAtOnce", "markAtOnceAgain"])(
    "that runs a batch with a long call in the middle lets nobody else wait for it: %s",
    (name) =>
      inEachMode(async (mode) => {
        const pool = watchedPool(mode, { min: 2, max: 2 });
        const tool = anew(name);
        const file = freshFile();
        await makeFamiliar(pool, tool, { file, line: "first" });
        rmSync(file);
        const place = 20;
        const inputs = Array.from({ length: 60 }, (_, line): Mark => {
          const mark = { file, line: `${line}` };
          return line === place ? { ...mark, spinMs: 1_500 } : mark;
        });
        const ended: number[] = [];
        const outcomes = await Promise.all(
          inputs.map(async (input, line) => {
            const outcome = await pool.run(tool, input);
            ended.push(line);
            return outcome;
          }),
        );
        expect(outcomes.map(outputOf)).toEqual(inputs.map(({ line }) => line));
        // The long one is the last, or everybody waited.
        expect(ended.at(-1)).toBe(place);
        const counts = new Map<string, number>();
        for (const line of linesOf(file)) counts.set(line, (counts.get(line) ?? 0) + 1);
        expect(counts.size).toBe(60);
        if (name === "markAtOnce") expect(new Set(counts.values())).toEqual(new Set([1]));
      })(),
  );
});
