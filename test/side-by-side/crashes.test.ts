/**
 * What tools do to their workers, and that it costs the others nothing. Every test is a batch as a
 * model would send it, through the registry, with real threads and child processes.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ToolRegistry, ToolResult } from "../../src/index.ts";
import {
  WORKER_MODES,
  type WorkerMode,
  call,
  calls,
  errorOf,
  freshFile,
  linesOf,
  makeRegistry,
  verdict,
} from "../fixtures/executors/hostile-registry.ts";
import type { Act } from "../fixtures/executors/hostile-tools.ts";
import { childPids, claimFiles, isAlive } from "../fixtures/executors/leftovers.ts";

const FIXTURES = new URL("../fixtures/executors/", import.meta.url);

/** What the harm does to its own call: `ok` or a code, and words of the message. */
type Expectation = readonly [harm: string, verdict: string, message?: RegExp];

const EVERYWHERE: readonly Expectation[] = [
  ["exit-0", "WORKER_CRASHED", /process\.exit\(0\)/],
  ["exit-1", "WORKER_CRASHED", /process\.exit\(1\)/],
  ["exit-0-later", "WORKER_CRASHED", /process\.exit\(0\)/],
  ["exit-1-later", "WORKER_CRASHED", /process\.exit\(1\)/],
  ["exit-caught", "WORKER_CRASHED", /process\.exit\(1\)/],
  ["exit-code-only", "ok"],
  ["throw-in-timer", "WORKER_CRASHED", /thrown in a timer/],
  ["throw-undefined", "WORKER_CRASHED", /undefined/],
  ["throw-after-return", "ok"],
  ["unhandled-rejection", "WORKER_CRASHED", /nobody handles it/],
  ["memory-objects", "MEMORY_EXCEEDED", /ran out of memory/],
  ["memory-texts", "MEMORY_EXCEEDED", /ran out of memory/],
  ["spin", "DEADLINE_EXCEEDED"],
  ["spin-later", "DEADLINE_EXCEEDED"],
  ["spin-after-return", "ok"],
  ["atomics-wait", "DEADLINE_EXCEEDED"],
  ["microtask-loop", "DEADLINE_EXCEEDED"],
  ["disconnect", "TOOL_FAILED"],
  ["remove-listeners", "WORKER_CRASHED"],
  ["hostile-getter", "NOT_PORTABLE", /do not look/],
  ["second-look", "NOT_PORTABLE", /only once/],
  ["odd-progress", "ok"],
  ["circular-progress", "ok"],
  ["exhaust-stack", "TOOL_FAILED", /call stack/],
  ["exhaust-stack-telling", "TOOL_FAILED", /call stack/],
  ["patch-json", "ok"],
  ["patch-promise", "ok"],
  ["patch-globals", "ok"],
  ["freeze-all", "ok"],
];

const BY_MODE: Readonly<Record<WorkerMode, readonly Expectation[]>> = {
  thread: [
    ["abort", "TOOL_FAILED", /not supported in workers/],
    ["chdir", "TOOL_FAILED", /not supported in workers/],
    ["garbage-posted", "ok"],
    ["nonsense-posted", "ok"],
    ["close-port", "ok"],
  ],
  process: [
    ["abort", "WORKER_CRASHED", /SIGABRT/],
    ["memory-at-once", "MEMORY_EXCEEDED", /ran out of memory/],
    ["close-channel", "WORKER_CRASHED"],
    ["close-claims", "ok"],
    ["garbage-in-channel", "WORKER_CRASHED", /frame/],
    ["half-a-frame", "DEADLINE_EXCEEDED"],
    ["chdir", "ok"],
    ["stop-itself", "DEADLINE_EXCEEDED"],
  ],
};

describe.each(WORKER_MODES)("in a %s", (mode) => {
  describe("a batch with one call that does harm", () => {
    let registry: ToolRegistry;
    beforeAll(async () => {
      registry = await makeRegistry(mode);
    });
    afterAll(() => registry.destroy());

    test.each([...EVERYWHERE, ...BY_MODE[mode]])(
      "%s: that call ends as %s, the others have results, and the pool is whole",
      async (harm, expected, message = /./) => {
        const slow = expected === "DEADLINE_EXCEEDED" ? "harmBriefly" : "harm";
        const batch = [call(slow, { how: harm }), ...calls("ok", [1, 2])];
        const [harmed, ...others] = await registry.executeToolCalls(batch);
        expect([harm, harmed && verdict(harmed)]).toEqual([harm, expected]);
        if (harmed?.status === "error") expect(harmed.error.message).toMatch(message);
        expect(others).toMatchObject([{ output: { got: 1 } }, { output: { got: 2 } }]);

        const next = await registry.executeToolCalls(calls("ok", [3, 4, 5, 6]));
        expect(next.map(verdict)).toEqual(["ok", "ok", "ok", "ok"]);
      },
    );

    test("a worker that was patched beyond use costs calls their time at most", async () => {
      const batch = [call("harmBriefly", { how: "patch-array" }), ...calls("ok", [1, 2])];
      const [, ...others] = await registry.executeToolCalls(batch);
      expect(others.map(verdict)).toEqual(["ok", "ok"]);
    });
  });

  describe("a module that cannot be loaded in a worker", () => {
    test.each([
      ["throws-at-import", "throwsAtImport", "SOURCE_UNAVAILABLE", /does not like workers/],
      ["exits-at-import", "exitsAtImport", "WORKER_CRASHED", /process\.exit\(7\)/],
      ["loops-at-import", "loopsAtImport", "DEADLINE_EXCEEDED", /400 ms/],
    ] as const)("%s fails its call alone", async (file, name, code, message) => {
      await using registry = await makeRegistry(mode);
      await registry.registerModule(new URL(`${file}.ts`, FIXTURES));
      for (let time = 1; time <= 2; time += 1) {
        const [failed, ...others] = await registry.executeToolCalls([
          call(name),
          ...calls("ok", [1, 2]),
        ]);
        expect(errorOf(failed)).toMatchObject({ code, message: expect.stringMatching(message) });
        expect(others.map(verdict)).toEqual(["ok", "ok"]);
      }
    });
  });

  describe("a call that has begun", () => {
    test("is never run again when its tool does not allow it", async () => {
      await using registry = await makeRegistry(mode);
      const file = freshFile();
      const how = mode === "process" ? "abort" : "exit-1";
      const [result] = await registry.executeToolCalls([call("dieOnce", { file, how })]);
      expect(errorOf(result).code).toBe("WORKER_CRASHED");
      expect(linesOf(file)).toEqual(["begun"]);
    });

    test.each(["dieOnceReadOnly", "dieOnceIdempotent"])(
      "is run once more after its worker's death when it is %s",
      async (name) => {
        await using registry = await makeRegistry(mode);
        for (const how of ["exit-0", "exit-1-later", "throw-in-timer", "memory-texts"]) {
          const file = freshFile();
          const [result] = await registry.executeToolCalls([call(name, { file, how })]);
          expect([how, result]).toMatchObject([how, { status: "ok", output: "survived" }]);
          expect(linesOf(file)).toEqual(["begun", "begun"]);
        }
      },
    );

    test("is given up when its worker dies each time", async () => {
      await using registry = await makeRegistry(mode);
      const file = freshFile();
      const [result] = await registry.executeToolCalls([call("dieAlways", { file })]);
      expect(errorOf(result).code).toBe("WORKER_CRASHED");
      expect(linesOf(file)).toEqual(["begun", "begun"]);
    });

    test.each(["exit-1", "throw-in-timer", "unhandled-rejection"])(
      "and waits beside others in one worker, dies alone of %s",
      async (harm) => {
        await using registry = await makeRegistry(mode, { pools: { [mode]: { max: 1 } } });
        const file = freshFile();
        await registry.executeToolCalls([call("act", { file, line: "learn", waitMs: 20 })]);
        const acts = Array.from({ length: 20 }, (_, place): Act => {
          const act = { file, line: `line ${place}`, waitMs: 30 + place };
          return place === 7 ? { ...act, harm } : act;
        });
        const results = await registry.executeToolCalls(calls("act", acts));
        const workers = new Set(results.map(({ timing }) => timing.workerId));
        expect(workers.size).toBe(1);
        expect(results.map(verdict)).toEqual(
          acts.map((act) => (act.harm === undefined ? "ok" : "WORKER_CRASHED")),
        );
        expect(linesOf(file).slice(1).toSorted()).toEqual(acts.map(({ line }) => line).toSorted());
      },
    );
  });

  describe("calls that had not begun", () => {
    test.each(["exit-1", "throw-in-timer", mode === "process" ? "abort" : "exit-0"])(
      "in a worker that dies of %s are run elsewhere, each once",
      async (harm) => {
        await using registry = await makeRegistry(mode);
        const file = freshFile();
        const act = (line: string): Act => ({ file, line });
        for (let round = 0; round < 10; round += 1) {
          const warm = Array.from({ length: 200 }, () => act("warm"));
          await registry.executeToolCalls(calls("act", warm));
        }
        const target = freshFile();
        const acts = Array.from({ length: 300 }, (_, place): Act => {
          const line = `line ${place}`;
          return place === 30 ? { file: target, line, harm } : { file: target, line };
        });
        const results = await registry.executeToolCalls(calls("act", acts));
        const failed = results.flatMap((result, place) => (result.status === "ok" ? [] : [place]));
        expect(failed).toEqual([30]);
        expect(errorOf(results[30]).code).toBe("WORKER_CRASHED");
        expect(linesOf(target).toSorted()).toEqual(acts.map(({ line }) => line).toSorted());
      },
    );
  });

  describe("a loop without end", () => {
    test("is ended by the caller's signal", async () => {
      await using registry = await makeRegistry(mode);
      const controller = new AbortController();
      const reason = new Error("I have seen enough");
      registry.on("tool.started", () => controller.abort(reason));
      const [result] = await registry.executeToolCalls([call("harm", { how: "spin" })], {
        signal: controller.signal,
      });
      expect(errorOf(result)).toMatchObject({ code: "CALL_CANCELLED", cause: reason });
      expect((await registry.executeToolCalls(calls("ok", [1, 2]))).map(verdict)).toEqual([
        "ok",
        "ok",
      ]);
    });
  });

  test("10 MB printed to both streams reach the sink and disturb nothing", async () => {
    const printed = new Map<string, number>();
    const registry = await makeRegistry(mode, {
      workerOutput: ({ workerId, text }) =>
        printed.set(workerId, (printed.get(workerId) ?? 0) + text.length),
    });
    const bytes = 5 * 1_000_000;
    const results = await registry.executeToolCalls([
      call("print", { bytes }),
      ...calls("ok", [1, 2]),
    ]);
    await registry.close();
    expect(results.map(verdict)).toEqual(["ok", "ok", "ok"]);
    expect([...printed.values()]).toEqual([2 * bytes]);
  });

  test("nothing is left of a registry once it is closed", async () => {
    const registry = await makeRegistry(mode);
    const seen = await registry.executeToolCalls(calls("where", [1, 2, 3, 4]));
    await registry.executeToolCalls([
      call("harm", { how: "exit-1" }),
      call("harmBriefly", { how: "spin" }),
      ...calls("ok", [1, 2]),
    ]);
    await registry.close();
    const pids = seen.map((result) => (result.status === "ok" ? result.output : {})) as {
      readonly pid: number;
    }[];
    const strangers = pids.map(({ pid }) => pid).filter((pid) => pid !== process.pid);
    expect(strangers.length).toBe(mode === "process" ? 4 : 0);
    expect(strangers.filter(isAlive)).toEqual([]);
    expect(childPids()).toEqual([]);
    expect(claimFiles()).toEqual([]);
  });
});

describe("a child process that somebody else ends", () => {
  let registry: ToolRegistry;
  beforeAll(async () => {
    registry = await makeRegistry("process");
  });
  afterAll(() => registry.destroy());

  /** Runs a batch whose first call tells its pid and waits; sends the signal when it has. */
  async function batchUnder(signal: NodeJS.Signals, name: string): Promise<ToolResult[]> {
    const off = registry.on("tool.progress", ({ progress }) => process.kill(progress, signal));
    try {
      return await registry.executeToolCalls([call(name), ...calls("ok", [1, 2])]);
    } finally {
      off();
    }
  }

  test.each(["SIGKILL", "SIGSEGV", "SIGTERM", "SIGABRT"] as const)(
    "with %s costs the call that ran in it",
    async (signal) => {
      const [held, ...others] = await batchUnder(signal, "hold");
      expect(errorOf(held)).toMatchObject({ code: "WORKER_CRASHED", details: { signal } });
      expect(others.map(verdict)).toEqual(["ok", "ok"]);
      expect((await registry.executeToolCalls(calls("ok", [3, 4]))).map(verdict)).toEqual([
        "ok",
        "ok",
      ]);
    },
  );

  test("with SIGINT, as Ctrl-C at a terminal does, is not ended by it", async () => {
    const [held] = await batchUnder("SIGINT", "holdBriefly");
    expect(errorOf(held).code).toBe("DEADLINE_EXCEEDED");
  });

  test("with SIGSTOP is killed at the deadline of the call that ran in it", async () => {
    let stopped = 0;
    const off = registry.on("tool.progress", ({ progress }) => (stopped = progress));
    const [held, ...others] = await batchUnder("SIGSTOP", "holdBriefly");
    off();
    expect(errorOf(held).code).toBe("DEADLINE_EXCEEDED");
    expect(others.map(verdict)).toEqual(["ok", "ok"]);
    expect(stopped).toBeGreaterThan(0);
    await expect.poll(() => isAlive(stopped), { timeout: 5_000 }).toBe(false);
  });

  test("while it is idle costs nobody anything, also when it is only stopped", async () => {
    const before = await registry.executeToolCalls(calls("where", [1, 2, 3, 4]));
    const pids = new Set(
      before.map((result) => (result as { output: { pid: number } }).output.pid),
    );
    for (const pid of pids) process.kill(pid, "SIGSTOP");
    const results = await registry.executeToolCalls(calls("ok", [1, 2, 3]));
    expect(results.map(verdict)).toEqual(["ok", "ok", "ok"]);
    await expect.poll(() => [...pids].filter(isAlive), { timeout: 5_000 }).toEqual([]);
  });

  test("and leaves a child of its own behind that holds its pipes, is done with all the same", async () => {
    let grandchild = 0;
    const off = registry.on("tool.progress", ({ progress }) => (grandchild = progress));
    try {
      const batch = [call("harm", { how: "leave-a-child" }), ...calls("ok", [1, 2])];
      const [left, ...others] = await registry.executeToolCalls(batch);
      expect(errorOf(left).code).toBe("WORKER_CRASHED");
      expect(others.map(verdict)).toEqual(["ok", "ok"]);
      expect(isAlive(grandchild)).toBe(true);
      await registry.close();
      expect(childPids()).toEqual([]);
    } finally {
      off();
      if (grandchild > 0) process.kill(grandchild, "SIGKILL");
    }
  });
});
