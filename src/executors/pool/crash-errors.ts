/** What a call is told when its worker died. */
import { type SerializedError, deserializeError } from "../../core/serialized-error.ts";
import { ToolError } from "../../core/tool-error.ts";
import type { KillReason } from "./pool-worker.ts";
import type { WorkerExit } from "./worker-transport.ts";

/** A worker's death, as those who ran in it are told. */
export interface WorkerDeath {
  readonly workerId: string;
  readonly exit: WorkerExit;
  /** Why the pool killed it; undefined when it died by itself. */
  readonly killReason: KillReason | undefined;
}

/** The error of a call that had begun in a worker that died: `WORKER_CRASHED` or `MEMORY_EXCEEDED`. */
export function crashError(
  toolName: string,
  { workerId, exit, killReason }: WorkerDeath,
): ToolError {
  const { code, signal, outOfMemory, stderrTail, cause } = exit;
  const details = { workerId, exitCode: code, signal, stderrTail };
  const options = cause === undefined ? { details } : { details, cause };
  if (outOfMemory || killReason?.code === "MEMORY_EXCEEDED") {
    const why = killReason === undefined ? "" : `: ${killReason.because}`;
    const message = `${toolName} was running in ${workerId} when that ran out of memory${why}.`;
    return new ToolError("MEMORY_EXCEEDED", message, options);
  }
  const how = killReason ? `was ended because ${killReason.because}` : deathOf(exit);
  const message = `${toolName} was running in ${workerId} when that ${how}.`;
  return new ToolError("WORKER_CRASHED", message, options);
}

/** The exit of a worker that could not be made at all. */
export function stillborn(cause: unknown): WorkerExit {
  return { code: null, signal: null, outOfMemory: false, cause, stderrTail: "" };
}

/** The error of a call that will cost its worker its life, as the worker itself puts it. */
export function crashingError(
  toolName: string,
  error: SerializedError,
  place: { readonly workerId: string; readonly stderrTail: string },
): ToolError {
  const told = ToolError.from(deserializeError(error), toolName);
  const details = { ...place, ...told.details };
  return new ToolError(told.code, `${toolName}: ${told.message}`, { details, cause: told.cause });
}

/** The error of a call that waited for a worker while none could be started. */
export function neverStarted(
  mode: string,
  exit: WorkerExit & { readonly retryAfterMs: number },
): ToolError {
  const { code, signal, stderrTail, cause, retryAfterMs } = exit;
  const tail = stderrTail.trim().split("\n").at(-1) ?? "";
  const why = tail === "" ? "" : ` Its last words: ${tail}`;
  const message = `No ${mode} worker can be started: the last one ${deathOf(exit)}.${why}`;
  const details = { exitCode: code, signal, stderrTail };
  const options = { details, ...(retryAfterMs > 0 && { retryAfterMs: Math.ceil(retryAfterMs) }) };
  return new ToolError(
    "WORKER_CRASHED",
    message,
    cause === undefined ? options : { ...options, cause },
  );
}

/** How a worker ended, after "it". */
export function deathOf({ code, signal, cause }: WorkerExit): string {
  if (cause instanceof Error) return `broke off (${cause.message})`;
  return signal === null ? `exited with code ${code}` : `died of ${signal}`;
}
