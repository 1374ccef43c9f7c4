/**
 * Makes the environments in which Python's ToolRegistry runs: one for each version, outside the sources, with the exact
 * packages of `requirements-<version>.txt`. One that is there already is taken as it is.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The version whose numbers were published, and the newest. */
const VERSIONS = ["0.4.5", "0.19.0"] as const;

const HERE = fileURLToPath(new URL("./", import.meta.url));
const CACHE = fileURLToPath(
  new URL("../../../node_modules/.cache/toolyard-python/", import.meta.url),
);
const EXECUTABLE = process.platform === "win32" ? "Scripts/python.exe" : "bin/python";
/** Written last, so that an environment without it is not whole. */
const RECEIPT = "installed.txt";
const LAST_LINES = 3;

/** Python's ToolRegistry in one version, or why it is not there. */
export type PythonPeer = { readonly version: string } & (
  | { readonly python: string; readonly driver: string }
  | { readonly missing: string }
);

/** Makes what is missing, which takes a minute, and says so on stderr. Never throws. */
export function setUpPythonPeers(): PythonPeer[] {
  return VERSIONS.map((version): PythonPeer => {
    try {
      return { version, python: environmentFor(version), driver: join(HERE, "driver.py") };
    } catch (thrown) {
      return { version, missing: thrown instanceof Error ? thrown.message : String(thrown) };
    }
  });
}

/** Answers the environment's interpreter. @throws Error with what Python or pip said. */
function environmentFor(version: string): string {
  const requirements = join(HERE, `requirements-${version}.txt`);
  const wanted = readFileSync(requirements, "utf8");
  const folder = join(CACHE, version);
  const python = join(folder, EXECUTABLE);
  if (receiptIn(folder) === wanted) return python;
  console.error(`Setting up Python's ToolRegistry ${version} in ${folder}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(CACHE, { recursive: true });
  run("python3", ["-m", "venv", folder]);
  run(python, ["-m", "pip", "install", "--quiet", "--no-deps", "-r", requirements]);
  writeFileSync(join(folder, RECEIPT), wanted);
  return python;
}

function receiptIn(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, RECEIPT), "utf8");
  } catch {
    return undefined;
  }
}

function run(command: string, args: readonly string[]): void {
  const { error, status, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (error !== undefined) throw new Error(`${command} does not start: ${error.message}`);
  if (status === 0) return;
  const said = stderr.trim().split("\n").slice(-LAST_LINES).join("\n");
  throw new Error(`${command} ${args.slice(0, 2).join(" ")} failed: ${said}`);
}
