/** `npm run bench:modes`: Toolyard's execution modes against worker pools doing the same. See docs/benchmarks.md. */
import { buildBench } from "./build.ts";
import { readOptions, USAGE } from "./options.ts";
import type * as Benchmark from "./run-modes.ts";

try {
  const settings = readOptions(process.argv.slice(2));
  if (settings === undefined) console.log(USAGE);
  else {
    const built = new URL("bench/run-modes.js", buildBench());
    const { runModes } = (await import(built.href)) as typeof Benchmark;
    await runModes(settings);
  }
} catch (thrown) {
  if (!(thrown instanceof TypeError)) throw thrown;
  console.error(`${thrown.message}\n\n${USAGE}`);
  process.exitCode = 2;
}
