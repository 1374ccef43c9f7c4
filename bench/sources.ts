/** `npm run bench:sources`: tools from every kind of source in every mode, against bare clients and Python's ToolRegistry. See docs/benchmarks.md. */
import { buildBench } from "./build.ts";
import { setUpPythonPeers } from "./peers/python/set-up.ts";
import { settingsOrUsage } from "./settings-or-usage.ts";
import type * as Benchmark from "./sources/run-sources.ts";
import { SOURCES_USAGE, readSourceSettings } from "./sources/settings.ts";

const settings = settingsOrUsage(readSourceSettings, SOURCES_USAGE);
if (settings !== undefined) {
  const built = new URL("bench/sources/run-sources.js", buildBench());
  const peers = settings.python ? setUpPythonPeers() : [];
  const { runSources } = (await import(built.href)) as typeof Benchmark;
  await runSources(settings, peers);
}
