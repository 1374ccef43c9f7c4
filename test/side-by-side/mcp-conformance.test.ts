/**
 * The official MCP conformance suite's scenarios for clients, all that it has for the two eras, with a client that is the
 * registry and a login. Neither the suite nor the client may speak with another machine.
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify, stripVTControlCharacters } from "node:util";
import { expect, onTestFinished, test } from "vitest";

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const SUITE = file("../../node_modules/@modelcontextprotocol/conformance/dist/index.js");
const FOLDER = file("../conformance/mcp/");

/** What a scenario came to: `✓ tools_call: 2 passed, 0 failed`. */
const VERDICT = /^(?<mark>[✓✗]) (?<scenario>[\w/.-]+): (?<passed>\d+) passed/gmu;
/** The one that the suite does not score. */
const UNSCORED = "json-schema-2020-12-preservation";

/** Runs some of the suite. Rejects when a scenario fails that is not expected to, or passes that is expected to fail. */
async function runSuite(choice: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "toolyard-conformance-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  // All scenarios of a run begin at once: each may take as long as they take together.
  const client = [process.execPath, `${FOLDER}client.ts`].join(" ");
  const command = ["client", "--command", client, "--timeout", "200000", ...choice];
  const env = {
    ...process.env,
    NODE_OPTIONS: `--import=${pathToFileURL(`${FOLDER}loopback-only.ts`).href}`,
  };
  const options = { env, cwd: folder, maxBuffer: 2 ** 26 };
  const run = promisify(execFile)(process.execPath, [SUITE, ...command], options);
  const { stdout } = await run.catch((thrown: unknown) => {
    const said = thrown as { readonly stdout: string; readonly stderr: string };
    throw new Error(`The suite failed.\n${said.stdout}\n${said.stderr.slice(-10_000)}`);
  });
  return stripVTControlCharacters(stdout);
}

/** Names of the scenarios that passed, with at least one check, and of those that did not. */
function verdicts(said: string): { readonly passed: string[]; readonly failed: string[] } {
  const all = [...said.matchAll(VERDICT)].map(({ groups = {} }) => ({
    scenario: groups["scenario"] ?? "",
    isPassed: groups["mark"] === "✓" && Number(groups["passed"]) > 0,
  }));
  const namesOf = (isPassed: boolean): string[] =>
    all.filter((one) => one.isPassed === isPassed).map(({ scenario }) => scenario);
  return { passed: namesOf(true), failed: namesOf(false) };
}

/** It takes half a minute of two cores: what CI runs anyway need not hold up whoever works. */
const RUNS_HERE = process.env["CI"] !== undefined || process.env["CONFORMANCE"] !== undefined;

test.runIf(!RUNS_HERE)(
  "the conformance suite is left to CI: set CONFORMANCE=1 to run it here",
  () => {
    process.stderr.write("SKIPPED: the MCP conformance suite. Set CONFORMANCE=1 to run it.\n");
  },
);

test.runIf(RUNS_HERE).each([
  ["2025-11-25", "2025", 24],
  ["2026-07-28", "2026", 38],
])(
  "what the revision of %s requires of a client is passed, but for what is not scored",
  { timeout: 240_000 },
  async (revision, year, passing) => {
    const baseline = `${FOLDER}expected-failures.${year}.yml`;
    const choice = ["--requirements", revision, "--expected-failures", baseline];
    const { passed, failed } = verdicts(await runSuite(choice));
    expect(failed).toEqual([UNSCORED]);
    expect(passed.length).toBe(passing);
  },
);

test("the logins of 2025-03-26 still work", { timeout: 240_000 }, async () => {
  expect(verdicts(await runSuite(["--suite", "backcompat"]))).toEqual({
    passed: [
      "auth/2025-03-26-oauth-metadata-backcompat",
      "auth/2025-03-26-oauth-endpoint-fallback",
    ],
    failed: [],
  });
});
