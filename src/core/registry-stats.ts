/** What `registry.stats()` tells: a snapshot, made when asked for. */
import type { ErrorCode } from "./error-codes.ts";
import type { LimitStats } from "./limit-stats.ts";
import type { PoolMode } from "./pool-event.ts";
import type { SourceStats } from "./source-stats.ts";

/** A call that a worker has begun. */
export interface RunningCallStats {
  readonly callId: string;
  readonly attemptId: string;
  readonly toolName: string;
  /** Milliseconds since it began. */
  readonly runningMs: number;
}

/** One worker. */
export interface WorkerStats {
  /** `thread-3`, `process-7`. */
  readonly workerId: string;
  /** The child's process id; undefined for threads. */
  readonly pid: number | undefined;
  /** The thread's id; undefined for processes. */
  readonly threadId: number | undefined;
  /** `starting`: not ready yet. `retiring`: gets no more calls, and leaves. */
  readonly state: "starting" | "idle" | "busy" | "retiring";
  /** Calls it has answered. */
  readonly callsDone: number;
  /** Calls sent to it and not answered, those that run included. */
  readonly window: number;
  readonly running: readonly RunningCallStats[];
  /** CPU time of its thread as it last said, in milliseconds. */
  readonly cpuMs: number;
  /** Memory as last seen, in bytes: resident memory of a process, heap and buffers of a thread. 0: not seen yet. */
  readonly memoryBytes: number;
  /** Milliseconds since it was started. */
  readonly ageMs: number;
}

/** One pool of workers. */
export interface PoolStats {
  readonly mode: PoolMode;
  /** The rights its workers are held to; undefined when they have all. */
  readonly permissions?: object | undefined;
  /** Which calls it is for: those made by calls that hold this many workers. Left out: those that no tool makes. */
  readonly level?: number;
  readonly workers: readonly WorkerStats[];
  /** Calls that wait for a worker, and how long the first has, in milliseconds. */
  readonly queue: { readonly length: number; readonly oldestWaitMs: number };
  /** For each tool that has run here: most calls in one worker, and how many of these at once. */
  readonly windows: Readonly<
    Record<string, { readonly window: number; readonly concurrency: number }>
  >;
  /** Times the pool grew and shrank. */
  readonly resizes: { readonly grown: number; readonly shrunk: number };
  /** Workers that ended, by how. */
  readonly restarts: {
    /** By themselves, or for what they did. */
    readonly died: number;
    /** At `maxCalls` or `maxAgeMs`, or close to `maxMemoryBytes` between calls. */
    readonly recycled: number;
  };
  /** Bytes of frames that went to workers and came from them. Text counts as UTF-16 units for threads. */
  readonly bytes: { readonly sent: number; readonly received: number };
}

/** One tool, over all its calls since it was registered. */
export interface ToolStats {
  readonly toolName: string;
  /** Results given. */
  readonly calls: number;
  readonly ok: number;
  readonly errors: Readonly<Partial<Record<ErrorCode, number>>>;
  /** Quantiles of `timing.runMs`, within 1 %. Undefined while no call has run. */
  readonly runMs:
    | { readonly p50: number; readonly p95: number; readonly p99: number; readonly max: number }
    | undefined;
  /** CPU time of all its calls, in milliseconds; of those whose CPU time is known. */
  readonly cpuMs: number;
  /** Of the CPU time of all tools, how much is this one's: 0 to 1. */
  readonly cpuShare: number;
}

/** A snapshot of a registry. */
export interface RegistryStats {
  /** Every pool that has had a worker. */
  readonly pools: readonly PoolStats[];
  /** Every tool that has been called, by name. */
  readonly tools: readonly ToolStats[];
  /** Every limit that holds somebody, or has; where there is one for each tenant or key, the busiest by themselves. */
  readonly limits: readonly LimitStats[];
  /** Every OpenAPI document and MCP server, in the order they were registered. */
  readonly sources: readonly SourceStats[];
}
