import type { ToolResult } from "../core/tool-result.ts";
import type { ExecutionMode } from "../core/tool.ts";
import { toJsonValue } from "../formats/json-value.ts";

/** Where a result stands. */
export interface ResultPlace {
  /** The call's place in the file, from 0. */
  readonly index: number;
  /** The mode that the run was asked for. */
  readonly runMode: ExecutionMode;
}

/**
 * A result as one line of JSON, without the line break. Every key is always there:
 *
 *   index, runMode, callId, toolName, calledAs, status,
 *   output (when status is "ok") or error { code, message, details, retryable, retryAfterMs? },
 *   timing { queuedMs, runMs, transferMs, cpuMs, attempts, mode, workerId, waitedFor }
 *
 * `calledAs` is the name the model used. Times are milliseconds; what is unknown is null.
 */
export function jsonLine(result: ToolResult, place: ResultPlace): string {
  const { callId, toolName, calledAs = toolName, status } = result;
  const answer =
    status === "ok"
      ? { output: toJsonValue(result.output) }
      : { error: toJsonValue(result.error.toJSON()) };
  const { queuedMs, runMs, transferMs, cpuMs } = result.timing;
  const { attempts, mode, workerId, waitedFor } = result.timing;
  const timing = {
    queuedMs: round(queuedMs),
    runMs: round(runMs),
    transferMs: round(transferMs),
    cpuMs: cpuMs === undefined ? null : round(cpuMs),
    attempts,
    mode: mode ?? null,
    workerId: workerId ?? null,
    waitedFor: waitedFor ?? null,
  };
  return JSON.stringify({ ...place, callId, toolName, calledAs, status, ...answer, timing });
}

function round(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
