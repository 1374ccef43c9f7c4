/** Whole programs that use workers: they end by themselves, and nothing outlives them. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { isAlive } from "../fixtures/executors/leftovers.ts";

const PROGRAM = fileURLToPath(new URL("../fixtures/executors/short-program.ts", import.meta.url));

interface Program {
  readonly process: ChildProcessByStdio<null, Readable, null>;
  /** What it tells, line by line. */
  readonly lines: AsyncIterator<string>;
}

function start(flags: readonly string[], ...given: string[]): Program {
  const child = spawn(process.execPath, [...flags, PROGRAM, ...given], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return { process: child, lines: createInterface(child.stdout)[Symbol.asyncIterator]() };
}

async function nextLine({ lines }: Program): Promise<Readonly<Record<string, unknown>>> {
  const { value } = await lines.next();
  return JSON.parse(value as string) as Record<string, unknown>;
}

/** Runs a program to its end. */
async function run(flags: readonly string[], ...given: string[]): Promise<Record<string, unknown>> {
  const program = start(flags, ...given);
  const ended = once(program.process, "exit");
  const told = {};
  for await (const line of { [Symbol.asyncIterator]: () => program.lines }) {
    Object.assign(told, JSON.parse(line) as object);
  }
  const [code, signal] = (await ended) as [number | null, string | null];
  return { ...told, code, signal };
}

function pidsIn(told: Readonly<Record<string, unknown>>, program?: Program): number[] {
  const own = program?.process.pid;
  return (told["pids"] as number[]).filter((pid) => pid !== own);
}

test.each(["async", "thread", "process"])(
  "a program in mode %s ends once its registry is closed",
  async (mode) => {
    const told = await run([], mode, "close");
    expect(told).toMatchObject({ code: 0, signal: null });
    expect(told["livedOnMs"]).toBeLessThan(700);
    if (mode === "process") expect(pidsIn(told).filter(isAlive)).toEqual([]);
  },
);

test.each(["async", "thread", "process"])(
  "a program in mode %s ends by itself when nobody closes its registry",
  async (mode) => {
    const told = await run([], mode, "leave");
    expect(told).toMatchObject({ code: 0, signal: null });
    expect(told["livedOnMs"]).toBeLessThan(700);
    if (mode === "process") expect(pidsIn(told).filter(isAlive)).toEqual([]);
  },
);

test.each(["thread", "process"])(
  "a program in mode %s that destroys its registry under way ends",
  async (mode) => {
    const told = await run([], mode, "destroy");
    expect(told).toMatchObject({ code: 0, held: "CALL_CANCELLED" });
    expect(told["livedOnMs"]).toBeLessThan(700);
  },
);

test.each(["thread", "process"])(
  "flags of the program that a %s cannot have do no harm",
  async (mode) => {
    const flags = ["--expose-gc", "--max-old-space-size=200", "--title=short-program"];
    expect(await run(flags, mode, "close")).toMatchObject({ code: 0 });
  },
);

test.each(["SIGKILL", "SIGTERM", "SIGINT"] as const)(
  "workers of a program that dies of %s die too",
  async (signal) => {
    const program = start([], "process", "wait");
    const pids = pidsIn(await nextLine(program));
    expect(pids.filter(isAlive)).toEqual(pids);
    program.process.kill(signal);
    await once(program.process, "exit");
    await expect.poll(() => pids.filter(isAlive), { timeout: 5_000 }).toEqual([]);
  },
);

test.each(["thread", "process"])(
  "a program without file descriptors gets no %s, is told so, and lives on",
  async (mode) => {
    const program = fileURLToPath(
      new URL("../fixtures/executors/starved-program.ts", import.meta.url),
    );
    const command = 'ulimit -n 80 && exec "$0" "$@"';
    const child = spawn("sh", ["-c", command, process.execPath, program, mode], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    const ended = once(child, "exit");
    const [line] = await child.stdout.setEncoding("utf8").take(1).toArray();
    expect(await ended).toEqual([0, null]);
    const told = JSON.parse(line as string) as Readonly<Record<"starved" | "fed", string[]>>;
    expect(told.starved).toEqual([
      expect.stringContaining(`No ${mode} worker can be started`),
      expect.stringContaining(`No ${mode} worker can be started`),
    ]);
    expect(told.fed).toEqual(["ok", "ok"]);
  },
);
