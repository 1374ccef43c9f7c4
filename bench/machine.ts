/** What the numbers were measured on. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { availableParallelism, cpus, loadavg, platform, release, totalmem } from "node:os";

const BYTES_PER_GIB = 1024 ** 3;

/** A machine and the software on it. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  /** How many threads wanted a core over the last minute, before the benchmark began. */
  readonly loadBefore: number;
  readonly packages: Readonly<Record<string, string>>;
}

/** Describes this machine, and the installed versions of `packages`. */
export function describeMachine(packages: readonly string[]): Machine {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    memoryGiB: Math.round((totalmem() / BYTES_PER_GIB) * 10) / 10,
    system: `${platform()} ${release()}`,
    node: process.version,
    loadBefore: loadavg()[0] ?? 0,
    packages: Object.fromEntries(packages.map((name) => [name, versionOf(name)])),
  };
}

/** Read from the file: not every package exports its manifest. */
function versionOf(packageName: string): string {
  const folders = createRequire(import.meta.url).resolve.paths(packageName) ?? [];
  for (const folder of folders) {
    const version = manifestVersion(join(folder, packageName, "package.json"));
    if (version !== undefined) return version;
  }
  throw new Error(`The package ${packageName} is not installed.`);
}

function manifestVersion(path: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
  } catch {
    return undefined;
  }
}
