/** What a registry counted, as tables for people. */
import type { PoolStats, RegistryStats, ToolStats } from "../core/registry-stats.ts";
import type { SourceStats } from "../core/source-stats.ts";
import { drawTable } from "./draw-table.ts";
import { fit, oneLine } from "./one-line.ts";
import type { Paint } from "./palette.ts";
import { millis } from "./result-list.ts";

const BYTES_PER_MB = 1024 * 1024;

/**
 * A table of the tools that were called, one of the pools that had workers, and one of the sources; nothing of what there
 * was none of.
 */
export function drawStats({ tools, pools, sources }: RegistryStats, paint: Paint): string {
  const parts = [
    tools.length > 0 ? drawTable(TOOL_HEAD, tools.map(toolRow), paint) : "",
    pools.length > 0 ? drawTable(POOL_HEAD, pools.map(poolRow), paint) : "",
    sources.length > 0 ? drawTable(SOURCE_HEAD, sources.map(sourceRow), paint) : "",
  ];
  return parts.join("");
}

const TOOL_HEAD = ["tool", "calls", "failed", "p50 ms", "p95 ms", "p99 ms", "CPU ms", "of all CPU"];

function toolRow({ toolName, calls, ok, runMs, cpuMs, cpuShare }: ToolStats): string[] {
  const quantiles = runMs === undefined ? [] : [runMs.p50, runMs.p95, runMs.p99];
  const [p50 = "-", p95 = "-", p99 = "-"] = quantiles.map(fine);
  const share = `${Math.round(cpuShare * 100)} %`;
  const name = fit(oneLine(toolName), 32);
  return [name, String(calls), String(calls - ok), p50, p95, p99, millis(cpuMs), share];
}

const POOL_HEAD = [
  "pool",
  "workers",
  "done",
  "memory MB",
  "grown",
  "died",
  "sent MB",
  "received MB",
];

function poolRow({ mode, workers, resizes, restarts, bytes }: PoolStats): string[] {
  const total = (count: (worker: PoolStats["workers"][number]) => number): number =>
    workers.reduce((sum, worker) => sum + count(worker), 0);
  return [
    mode,
    String(workers.length),
    String(total((worker) => worker.callsDone)),
    megabytes(total((worker) => worker.memoryBytes)),
    String(resizes.grown),
    String(restarts.died),
    megabytes(bytes.sent),
    megabytes(bytes.received),
  ];
}

/** Calls of connections that workers have of their own are not among those counted. */
const SOURCE_HEAD = ["source", "kind", "state", "tools", "calls here", "restarts"];

function sourceRow({ source, kind, state, tools, restarts, connections }: SourceStats): string[] {
  const calls = connections.reduce((sum, { callsDone }) => sum + callsDone, 0);
  const name = fit(oneLine(source), 32);
  return [name, kind, state, String(tools), String(calls), String(restarts)];
}

/** Most calls of small tools take microseconds. */
function fine(ms: number): string {
  return ms < 1 ? ms.toFixed(3) : millis(ms);
}

function megabytes(bytes: number): string {
  return (bytes / BYTES_PER_MB).toFixed(1);
}
