/** Workers over their memory cap, and calls over their CPU time: looked for while calls run. */
import { ToolError } from "../../core/tool-error.ts";
import type { PoolCall } from "./pool-call.ts";
import type { PoolWorker } from "./pool-worker.ts";
import type { WorkerUsage } from "../worker/protocol.ts";
import type { WorkerCrew } from "./worker-crew.ts";

const BYTES_PER_MIB = 1024 * 1024;
/** Of its cap, how much a worker may hold between calls. */
const NEARLY_FULL = 3 / 4;
/** Reports in a row that tell of more memory each time, from which on that is a leak rather than garbage. */
const LEAK_GROWTHS = 3;
/** What V8 may hold besides: young generation, code, garbage it has not got to. Bytes. */
const SLACK_BYTES = 64 * BYTES_PER_MIB;

/** What they need of their pool. */
export interface ResourceCapsParts {
  readonly crew: WorkerCrew;
  readonly maxMemoryBytes: number | undefined;
  /** A call has used more CPU time than it may, and must stop. */
  readonly onOverCpu: (call: PoolCall, error: ToolError) => void;
}

/** Holds the workers of a pool to their memory, and their calls to their CPU time. */
export class ResourceCaps {
  readonly #parts: ResourceCapsParts;

  constructor(parts: ResourceCapsParts) {
    this.#parts = parts;
  }

  /** Looks at every worker that has calls. */
  look(): void {
    for (const worker of this.#parts.crew.workers) {
      if (worker.load === 0) continue;
      for (const { call, error } of cpuExcesses(worker)) this.#parts.onOverCpu(call, error);
      if (this.#parts.maxMemoryBytes !== undefined) this.#measure(worker);
    }
  }

  /**
   * A worker tells what it holds between calls. When it nears its cap and holds more each time, none of the calls is
   * to blame; it leaves when they are done, before one of them has to pay for all.
   */
  heard(worker: PoolWorker, usage: WorkerUsage): void {
    const { maxMemoryBytes = Infinity, crew } = this.#parts;
    const isMore = usage.memoryBytes > worker.usage.memoryBytes;
    worker.growths = isMore ? worker.growths + 1 : 0;
    worker.usage = usage;
    const held = usage.memoryBytes - worker.freshMemoryBytes;
    const isLeaking = held > maxMemoryBytes * NEARLY_FULL && worker.growths >= LEAK_GROWTHS;
    if (isLeaking && worker.state === "ready") crew.retire(worker);
  }

  #measure(worker: PoolWorker): void {
    const measured = worker.transport.memoryBytes();
    if (!(measured instanceof Promise)) return this.#judge(worker, measured);
    const { callsDone } = worker;
    void measured.then((bytes) => {
      // Another call may run by now, and it is not its memory.
      if (worker.callsDone === callsDone) this.#judge(worker, bytes);
    });
  }

  #judge(worker: PoolWorker, bytes: number | undefined): void {
    const because = this.#excess(worker, bytes ?? worker.usage.memoryBytes);
    if (because === undefined || worker.load === 0 || worker.state === "gone") return;
    this.#parts.crew.kill(worker, { code: "MEMORY_EXCEEDED", because });
  }

  #excess(worker: PoolWorker, bytes: number): string | undefined {
    const { maxMemoryBytes } = this.#parts;
    return maxMemoryBytes === undefined ? undefined : memoryExcess(worker, bytes, maxMemoryBytes);
  }
}

/** Why a worker that holds `bytes` must go, after "it ran out of memory: "; undefined while it may stay. */
function memoryExcess(
  { freshMemoryBytes }: PoolWorker,
  bytes: number,
  maxBytes: number,
): string | undefined {
  const grown = bytes - freshMemoryBytes;
  if (grown <= maxBytes + SLACK_BYTES) return undefined;
  return `it held ${inMib(grown)} MiB more than when it was fresh, and ${inMib(maxBytes)} are allowed`;
}

/** A call that has used more CPU time than it may. */
interface CpuExcess {
  readonly call: PoolCall;
  /** `DEADLINE_EXCEEDED`. */
  readonly error: ToolError;
}

/** The calls of a worker that have used more CPU time than they may. */
function cpuExcesses(worker: PoolWorker): CpuExcess[] {
  const limited = [...worker.running].filter(isLimited);
  const cpuMs = limited.length === 0 ? undefined : worker.readTimes()?.cpuMs;
  if (cpuMs === undefined) return [];
  return limited.flatMap((call) => cpuExcess(call, cpuMs) ?? []);
}

function isLimited({ tool, answered }: PoolCall): boolean {
  return tool.maxCpuMs !== undefined && !answered;
}

/** Its worker may have used some before the first look, and that is not held against it. */
function cpuExcess(call: PoolCall, cpuMs: number): CpuExcess | undefined {
  call.cpuAtStart ??= cpuMs;
  const usedMs = cpuMs - call.cpuAtStart;
  const { maxCpuMs = Infinity, name } = call.tool;
  if (usedMs < maxCpuMs) return undefined;
  const message = `${name} used more than its ${maxCpuMs} ms of CPU time.`;
  const details = { maxCpuMs, cpuMs: Math.round(usedMs) };
  return { call, error: new ToolError("DEADLINE_EXCEEDED", message, { details }) };
}

function inMib(bytes: number): number {
  return Math.round(bytes / BYTES_PER_MIB);
}
