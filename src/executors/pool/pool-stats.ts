import type { PoolStats, RunningCallStats, WorkerStats } from "../../core/registry-stats.ts";
import type { PoolMode } from "../../core/pool-event.ts";
import type { CallLine } from "./call-line.ts";
import type { PoolCall } from "./pool-call.ts";
import type { PoolWorker } from "./pool-worker.ts";
import type { ToolBook } from "./tool-book.ts";
import type { WorkerCrew } from "./worker-crew.ts";

/** What a pool's statistics are read from. */
export interface PoolSubject {
  readonly mode: PoolMode;
  readonly crew: WorkerCrew;
  readonly line: CallLine;
  readonly tools: ToolBook;
}

/** A snapshot of a pool; empty while it has never had a worker. */
export function poolStats({ mode, crew, line, tools }: PoolSubject, now: number): PoolStats[] {
  const { grown, shrunk, died, recycled, ...gone } = crew.history;
  const workers = [...crew.workers];
  if (grown === 0 && workers.length === 0) return [];
  const since = line.first?.waitingSince;
  const sum = (bytes: (worker: PoolWorker) => number): number =>
    workers.reduce((total, worker) => total + bytes(worker), 0);
  return [
    {
      mode,
      workers: workers.map((worker) => workerStats(worker, now)),
      queue: { length: line.size, oldestWaitMs: since === undefined ? 0 : now - since },
      windows: Object.fromEntries(tools.tools.map(({ name, profile }) => [name, profile.share])),
      resizes: { grown, shrunk },
      restarts: { died, recycled },
      bytes: {
        sent: gone.sentBytes + sum(({ sentBytes }) => sentBytes),
        received: gone.receivedBytes + sum(({ transport }) => transport.receivedBytes),
      },
    },
  ];
}

function workerStats(worker: PoolWorker, now: number): WorkerStats {
  const { transport, usage } = worker;
  return {
    workerId: transport.workerId,
    pid: transport.pid,
    threadId: transport.threadId,
    state: stateOf(worker),
    callsDone: worker.callsDone,
    window: worker.load,
    running: worker.running.map((call) => runningCall(call, now)).toArray(),
    cpuMs: usage.cpuMs,
    memoryBytes: usage.memoryBytes,
    ageMs: now - worker.startedAt,
  };
}

function stateOf({ state, load }: PoolWorker): WorkerStats["state"] {
  if (state === "ready") return load === 0 ? "idle" : "busy";
  return state === "starting" ? "starting" : "retiring";
}

function runningCall({ attempt, tool, startedAt }: PoolCall, now: number): RunningCallStats {
  const { callId, attemptId } = attempt;
  return { callId, attemptId, toolName: tool.name, runningMs: now - startedAt };
}
