/** Child processes never outlive their program, however that ends, whatever they do. Linux. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { isAlive } from "../fixtures/executors/leftovers.ts";

const PROGRAM = fileURLToPath(new URL("../fixtures/executors/looping-program.ts", import.meta.url));

interface Pids {
  readonly child: number;
  readonly guardian: number;
}

async function start(...given: string[]): Promise<{ program: ChildProcess; pids: Pids }> {
  const program = spawn(process.execPath, [PROGRAM, ...given], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void program.kill("SIGKILL"));
  const [line] = (await once(createInterface(program.stdout), "line")) as [string];
  return { program, pids: JSON.parse(line) as Pids };
}

const living = ({ child, guardian }: Pids): number[] => [child, guardian].filter(isAlive);

test.each(["SIGKILL", "SIGTERM", "SIGINT"] as const)(
  "a child in a loop is gone within a second of its program, which %s ended; so is the guardian",
  async (signal) => {
    const { program, pids } = await start();
    expect(living(pids)).toEqual([pids.child, pids.guardian]);
    const ended = once(program, "exit");
    program.kill(signal);
    expect(await ended).toEqual([null, signal]);
    await expect.poll(() => living(pids), { timeout: 1_000, interval: 20 }).toEqual([]);
  },
);

test("signals to the guardian that ask it to end do not", async () => {
  const { program, pids } = await start();
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
    process.kill(pids.guardian, signal);
  const ended = once(program, "exit");
  program.kill("SIGKILL");
  await ended;
  await expect.poll(() => living(pids), { timeout: 1_000, interval: 20 }).toEqual([]);
});

test("a guardian that died is replaced, and told of the children there are", async () => {
  const { program, pids } = await start("--lose-guardian");
  expect(living(pids)).toEqual([pids.child, pids.guardian]);
  const ended = once(program, "exit");
  program.kill("SIGKILL");
  await ended;
  await expect.poll(() => living(pids), { timeout: 1_000, interval: 20 }).toEqual([]);
});

test("a program that ends by itself is kept by no guardian, and leaves none", async () => {
  const { program, pids } = await start("--end");
  if (program.exitCode === null) await once(program, "exit");
  expect(program.exitCode).toBe(0);
  await expect.poll(() => living(pids), { timeout: 1_000, interval: 20 }).toEqual([]);
});
