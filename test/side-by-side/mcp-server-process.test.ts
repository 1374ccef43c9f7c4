/** The process of an MCP server: what is left of it, and what is told of it. Linux. */
import { readdirSync } from "node:fs";
import { inspect } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import type { ConnectionLoss } from "../../src/sources/mcp/connection-loss.ts";
import { ServerProcess } from "../../src/sources/mcp/server-process.ts";
import { SystemClock } from "../../src/time/clock.ts";

/** Runs until the server is of no more use. */
async function lossOf(command: string, ...args: string[]): Promise<[ConnectionLoss, string]> {
  const ended = Promise.withResolvers<ConnectionLoss>();
  let output = "";
  const server = new ServerProcess(
    { command, args },
    {
      clock: new SystemClock(),
      env: { PATH: process.env["PATH"] ?? "" },
      onOutput: (chunk) => (output += String(chunk)),
      onErrorOutput: () => {},
      onEnd: ended.resolve,
    },
  );
  onTestFinished(() => server.stop(true));
  return [await ended.promise, output];
}

const openFiles = (): number => readdirSync("/proc/self/fd").length;

test.each([
  ["dies", ""],
  ["has closed its stdout before", "exec 1>&-; sleep 0.5;"],
])(
  "a daemon that keeps the pipes of a server that %s keeps none of ours open",
  async (_how, first) => {
    // A session of its own: it is not in the server's group.
    const daemon = "setsid sleep 60 >/dev/null & echo $!;";
    const before = openFiles();
    const [, output] = await lossOf("/bin/sh", "-c", `${daemon} ${first} exit 0`);
    onTestFinished(() => void process.kill(Number(output), "SIGKILL"));
    // The guardian, which is started with the first server, has a pipe too.
    await expect.poll(openFiles, { timeout: 5_000 }).toBeLessThanOrEqual(before + 1);
    expect(() => process.kill(Number(output), 0)).not.toThrow();
  },
);

test("the error of a command that is not there does not hold its arguments", async () => {
  const [loss] = await lossOf("no-such-command", "--token", "abcdef");
  expect(inspect(loss, { depth: 9 })).not.toContain("abcdef");
  expect(loss).toMatchObject({ retryable: false, cause: { code: "ENOENT" } });
});
