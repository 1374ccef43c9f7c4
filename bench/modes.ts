/** `npm run bench:modes`: Toolyard's execution modes against worker pools doing the same. See docs/benchmarks.md. */
import { buildBench } from "./build.ts";
import { type BenchSettings, readOptions, USAGE } from "./options.ts";
import type * as Benchmark from "./run-modes.ts";

const settings = settingsOrUsage(process.argv.slice(2));
if (settings !== undefined) {
  const built = new URL("bench/run-modes.js", buildBench());
  const { runModes } = (await import(built.href)) as typeof Benchmark;
  await runModes(settings);
}

/** Prints the usage instead when that was asked for or is needed. */
function settingsOrUsage(args: readonly string[]): BenchSettings | undefined {
  try {
    const read = readOptions(args);
    if (read === undefined) console.log(USAGE);
    return read;
  } catch (thrown) {
    console.error(`${thrown instanceof Error ? thrown.message : String(thrown)}\n\n${USAGE}`);
    process.exitCode = 2;
    return undefined;
  }
}
