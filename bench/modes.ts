/** `npm run bench:modes`: Toolyard's execution modes against worker pools doing the same. See docs/benchmarks.md. */
import { buildBench } from "./build.ts";
import { readOptions, USAGE } from "./options.ts";
import type * as Benchmark from "./run-modes.ts";
import { settingsOrUsage } from "./settings-or-usage.ts";

const settings = settingsOrUsage(readOptions, USAGE);
if (settings !== undefined) {
  const built = new URL("bench/run-modes.js", buildBench());
  const { runModes } = (await import(built.href)) as typeof Benchmark;
  await runModes(settings);
}
