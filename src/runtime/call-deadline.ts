/** When a call must end: what its caller says of it, as a {@link Deadline}. */
import { ToolError } from "../core/tool-error.ts";
import type { Deadline } from "../time/deadline.ts";

/** Ends `deadline` after the `deadlineMs` of its caller, with `DEADLINE_EXCEEDED`. Undefined: no limit. */
export function limitTime(deadline: Deadline, deadlineMs: number | undefined): void {
  if (deadlineMs === undefined) return;
  deadline.expireAfter(deadlineMs, () => {
    const message = `The call took longer than its deadline of ${deadlineMs} ms, waiting included.`;
    return new ToolError("DEADLINE_EXCEEDED", message, {
      details: { deadlineMs },
      retryable: false,
    });
  });
}

/** Ends `deadline` when the caller's signal aborts. One listener, however many calls; returns what takes it off. */
export function followSignal(signal: AbortSignal | undefined, deadline: Deadline): () => void {
  if (signal === undefined) return () => {};
  const onAbort = (): void => deadline.end(reasonOf(signal));
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  return () => signal.removeEventListener("abort", onAbort);
}

function reasonOf(signal: AbortSignal): ToolError {
  const cause: unknown = signal.reason;
  if (ToolError.is(cause)) return cause;
  const ranOut = cause instanceof Error && cause.name === "TimeoutError";
  return ranOut
    ? new ToolError("DEADLINE_EXCEEDED", "The caller's signal ran out of time.", {
        cause,
        retryable: false,
      })
    : new ToolError("CALL_CANCELLED", "The caller cancelled the call.", { cause });
}
