/** No MCP server outlives its program, however that ends and whatever the server ignores. Linux. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { expect, onTestFinished, test } from "vitest";
import { isAlive } from "../fixtures/executors/leftovers.ts";

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/mcp/${name}`, import.meta.url));
const PROGRAM = fixture("abandoning-program.ts");
/** A server that ignores the end of its stdin and every signal but one, and has a child that does the same. */
const STUBBORN = [process.execPath, fixture("hostile-server.ts"), "stubborn"];
/** Like `npx`, it waits for the server, and is what was started. */
const WRAPPED = ["/bin/sh", "-c", `'${STUBBORN.join("' '")}'; true`];
const SOON = { timeout: 10_000, interval: 20 };

async function pidsOf(output: Readable): Promise<number[]> {
  const lines = createInterface(output);
  const printed = once(lines, "line") as Promise<[string]>;
  const ended = once(lines, "close").then(() => ["[]"]);
  const [line = ""] = await Promise.race([printed, ended]);
  const pids = JSON.parse(line) as number[];
  onTestFinished(() => {
    for (const pid of pids.filter(isAlive)) process.kill(pid, "SIGKILL");
  });
  return pids;
}

test.each([
  ["", "async", STUBBORN, 2],
  [" under a shell", "async", WRAPPED, 3],
  [" of a thread and one of a child process", "async,thread,process", STUBBORN, 6],
])(
  "a stubborn server%s is gone soon after its program, which was killed, with its children",
  async (_which, modes, command, count) => {
    const program = spawn(process.execPath, [PROGRAM, modes, ...command], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void program.kill("SIGKILL"));
    const pids = await pidsOf(program.stdout);
    expect(pids.filter(isAlive).length).toBe(count);
    const ended = once(program, "exit");
    program.kill("SIGKILL");
    expect(await ended).toEqual([null, "SIGKILL"]);
    await expect.poll(() => pids.filter(isAlive), SOON).toEqual([]);
  },
);

test("a stubborn server of a thread is gone soon after the thread, which was terminated", async () => {
  const thread = new Worker(PROGRAM, { argv: ["async", ...WRAPPED], stdout: true });
  onTestFinished(() => void thread.terminate());
  const pids = await pidsOf(thread.stdout);
  expect(pids.filter(isAlive).length).toBe(3);
  await thread.terminate();
  await expect.poll(() => pids.filter(isAlive), SOON).toEqual([]);
});

test("what a wrapper leaves behind when it is killed is gone soon after it", async () => {
  const child = spawn(process.execPath, [PROGRAM, "async", ...WRAPPED], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const pids = await pidsOf(child.stdout);
  process.kill(pids[0] ?? 0, "SIGKILL");
  await expect.poll(() => pids.filter(isAlive), SOON).toEqual([]);
  expect(child.exitCode).toBeNull();
});
