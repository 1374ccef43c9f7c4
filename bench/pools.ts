/** `npm run bench:pools`: Toolyard's worker pools against others, number by number. See docs/benchmarks.md. */
import { buildBench } from "./build.ts";
import type * as Benchmark from "./pools/run-pools.ts";
import { POOLS_USAGE, readPoolSettings } from "./pools/settings.ts";
import { settingsOrUsage } from "./settings-or-usage.ts";

const settings = settingsOrUsage(readPoolSettings, POOLS_USAGE);
if (settings !== undefined) {
  const built = new URL("bench/pools/run-pools.js", buildBench());
  const { runPools } = (await import(built.href)) as typeof Benchmark;
  await runPools(settings);
}
