import { availableParallelism } from "node:os";
import { describe, expect, test } from "vitest";
import { type PoolOptions, inheritedExecArgv, resolvePoolOptions } from "./pool-options.ts";

describe("the settings of a pool", () => {
  test("have defaults", () => {
    expect(resolvePoolOptions("thread")).toMatchObject({
      min: 0,
      max: 4 * availableParallelism(),
      spares: 1,
      idleTimeoutMs: 30_000,
      maxCalls: Infinity,
      maxAgeMs: Infinity,
      quarantineAfter: 5,
      maxFrameBytes: 256 * 1024 * 1024,
      cwd: undefined,
      maxMemoryBytes: undefined,
      maxConcurrencyPerWorker: 128,
      killGraceMs: 100,
      env: {},
      execArgv: undefined,
    });
  });

  test("may say that there is no cap on memory", () => {
    const { maxMemoryBytes } = resolvePoolOptions("process", { maxMemoryBytes: Infinity });
    expect(maxMemoryBytes).toBeUndefined();
  });

  test("are taken as they are given", () => {
    const given = {
      min: 2,
      max: 3,
      spares: 0,
      idleTimeoutMs: Infinity,
      maxCalls: 1,
      maxAgeMs: 60_000,
      quarantineAfter: Infinity,
      maxFrameBytes: 1024 * 1024,
      cwd: "..",
      maxMemoryBytes: 64 * 1024 * 1024,
      maxConcurrencyPerWorker: 1,
      killGraceMs: 0,
      env: { A: "1", B: undefined },
      execArgv: ["--expose-gc"],
    };
    expect(resolvePoolOptions("process", given)).toMatchObject(given);
  });

  test.each<[settings: object, words: string]>([
    [{ max: 0 }, "pools.thread.max"],
    [{ min: -1 }, "pools.thread.min must be an integer from 0."],
    [{ min: 3, max: 2 }, "pools.thread.min must be at most max (2)."],
    [{ spares: 0.5 }, "pools.thread.spares"],
    [{ idleTimeoutMs: "1s" }, "pools.thread.idleTimeoutMs must be 0 or more."],
    [{ maxCalls: 0 }, "pools.thread.maxCalls must be an integer from 1, or Infinity."],
    [
      { quarantineAfter: 0 },
      "pools.thread.quarantineAfter must be an integer from 1, or Infinity.",
    ],
    [{ maxAgeMs: 0 }, "pools.thread.maxAgeMs must be above 0."],
    [{ maxFrameBytes: 1024 }, "pools.thread.maxFrameBytes"],
    [{ maxFrameBytes: 2 ** 32 }, "pools.thread.maxFrameBytes"],
    [{ cwd: "" }, "pools.thread.cwd must be the path of a folder."],
    [{ execArgv: "--expose-gc" }, "pools.thread.execArgv must be a list of flags."],
    [{ env: [] }, "pools.thread.env must be an object."],
    [{ max: 1.5 }, "pools.thread.max"],
    [{ max: Number.NaN }, "pools.thread.max"],
    [{ maxConcurrencyPerWorker: 0 }, "pools.thread.maxConcurrencyPerWorker"],
    [{ killGraceMs: -1 }, "pools.thread.killGraceMs"],
    [{ killGraceMs: Number.NaN }, "pools.thread.killGraceMs"],
    [{ maxMemoryBytes: 1024 }, "pools.thread.maxMemoryBytes"],
    [{ maxMemory: 1 }, "pools.thread.maxMemory is unknown"],
  ])("%j are refused by name", (settings, words) => {
    const options = settings as PoolOptions;
    expect(() => resolvePoolOptions("thread", options)).toThrow(TypeError);
    expect(() => resolvePoolOptions("thread", options)).toThrow(words);
  });
});

describe("the flags that workers inherit", () => {
  test("are those of loaders, permissions and features, with their values", () => {
    const flags = [
      "--import",
      "./register.js",
      "-r",
      "dotenv",
      "--expose-gc",
      "--stack-trace-limit=50",
    ];
    expect(inheritedExecArgv(flags)).toEqual(flags);
  });

  test.each([
    [["--inspect"]],
    [["--inspect-brk=127.0.0.1:9229"]],
    [["--inspect-port", "9230"]],
    [["-e", "console.log(1)"]],
    [["--eval", "1 + 1"]],
    [["-pe", "1 + 1"]],
    [["--test", "--test-reporter", "spec"]],
    [["--watch-path", "./src"]],
    [["--cpu-prof-dir", "./profiles"]],
    [["--max-old-space-size=4096"]],
    [["--env-file=.env"]],
    [["--env-file", "secrets.env"]],
  ])("are not %j", (flags) => {
    expect(inheritedExecArgv(["--expose-gc", ...flags, "--import", "x"])).toEqual([
      "--expose-gc",
      "--import",
      "x",
    ]);
  });
});
