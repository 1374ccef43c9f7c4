/** `npm run bench:limits`: Toolyard's limits against other limiters, goal by goal. See docs/benchmarks.md. */
import { buildBench } from "./build.ts";
import type * as Benchmark from "./limits/run-limits.ts";
import { LIMITS_USAGE, readLimitSettings } from "./limits/settings.ts";
import { settingsOrUsage } from "./settings-or-usage.ts";

const settings = settingsOrUsage(readLimitSettings, LIMITS_USAGE);
if (settings !== undefined) {
  const built = new URL("bench/limits/run-limits.js", buildBench());
  const { runLimits } = (await import(built.href)) as typeof Benchmark;
  await runLimits(settings);
}
