/** Every example runs, and prints what its readers are promised. */
import { execFile } from "node:child_process";
import { globSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** What each example prints, among other things. */
const PRINTED: Readonly<Record<string, readonly (string | RegExp)[]>> = {
  "quick-start.ts": [
    "Bern: sunny for 1 day",
    "Lima: sunny for 3 days",
    "Error INPUT_INVALID",
    "call_3",
  ],
  "classes.ts": ["[ 'counter.increase', 'counter.reset' ]\n40\n42\n1\n"],
  "modules.ts": [
    "primes.count process 9592\nrisky.crash process WORKER_CRASHED\nprimes.count process 8392\n",
  ],
  "openapi.ts": [
    "[ 'pets.listPets: Lists pets', 'pets.getPet: One pet' ]",
    '[{"id":1,"name":"Rex","kind":"dog"}]',
    "answered 404 Not Found: There is no such pet.",
    "does not fit its schema: /id must be an integer.",
  ],
  "streaming.ts": ["call_1 asked for page 1\n", "call_1 gave page 1\n", "call_4 gave page 4\n"],
  "nested-calls.ts": [
    "look_up, called by plan_trip\nlook_up, called by plan_trip\n",
    "plan_trip: 2 cities, 15 degrees on average\n",
    "plan_trip failed: INPUT_INVALID The input of look_up does not fit",
  ],
  "cancel-and-deadline.ts": [
    "tool's own time: [ 'done', 'DEADLINE_EXCEEDED: wait took longer than its 200 ms.' ]",
    "DEADLINE_EXCEEDED: The call took longer than its deadline of 100 ms",
    "CALL_CANCELLED",
    "call throws: true",
  ],
  "tool-limits.ts": [
    "takes 10 ms                    100    on       100    none",
    "has 10 places, and 100 ms      100    on       100    none",
    "takes 20 requests a second     50     off      20     30 RATE_LIMITED",
    "reads, waits, writes           100    on       100    none",
    / 0 updates lost/u,
    // Nearly all; on a busy machine some write before others read.
    / [1-9]\d updates lost/u,
    "5 low and 50 high calls",
    "every 100 ms, of 20 ms         50     on       50     ",
  ],
  "provider-round-trip.ts": [
    '"name":"spotify_play"',
    '{"role":"tool","tool_call_id":"call_1","content":"{\\"playing\\":\\"Blue\\"}"}',
    '"type":"function_call_output"',
    '"tool_use_id":"call_1"',
    '"functionResponse":{"id":"call_1"',
  ],
};

async function run(
  ...args: readonly string[]
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  return promisify(execFile)(process.execPath, [...args], { cwd: ROOT });
}

test("every example is run here", () => {
  const files = globSync("examples/*.ts", { cwd: ROOT }).map((file) => basename(file));
  expect(files.toSorted()).toEqual(Object.keys(PRINTED).toSorted());
});

describe.concurrent("examples", () => {
  test.each(Object.keys(PRINTED))("%s", async (file) => {
    const { stdout, stderr } = await run(`examples/${file}`);
    for (const text of PRINTED[file] ?? []) expect(stdout).toMatch(text);
    expect(stderr).toBe("");
  });

  test("the main job ends as expected in every mode, and shows it", async () => {
    const job = "examples/main-job";
    const flags = ["--config", `${job}/toolyard.json`, "--expect", `${job}/expected.json`];
    const modes = ["--mode", "async,thread,process", "--timeline", "--width", "100"];
    const { stdout } = await run("src/cli/main.ts", "run", `${job}/calls.json`, ...flags, ...modes);

    for (const mode of ["async", "thread", "process"]) {
      expect(stdout).toMatch(new RegExp(`^${mode} {2}20 ok, 6 failed in \\d+ ms`, "mu"));
    }
    expect(stdout).toMatch(/^event loop +.*┣/mu);
    expect(stdout).toMatch(/^thread-\d+ +.*[┣┃\d]/mu);
    expect(stdout).toMatch(/^process-\d+ +.*┣~+ ?[a-z_.]* ?~+┫/mu);
    expect(stdout).toMatch(/│ {3}WORKER_CRASHED +│ +1 │ +1 │ +1 │/u);
    expect(stdout).toContain("As expected: the 6 calls that are meant to fail did, and no other.");
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
  });
});
