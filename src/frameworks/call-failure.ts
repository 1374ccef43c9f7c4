/** A failed call, as a framework that wants an error gets it. */
import { ToolError } from "../core/tool-error.ts";
import type { ErrorResult } from "../core/tool-result.ts";
import { errorText } from "../formats/error-text.ts";

/**
 * What to throw for a failed call: the signal's own reason when the framework itself aborted, for it looks for that one;
 * else a ToolError of the same code whose text, also by `String(error)`, is what a model can act on.
 */
export function callFailure({ error }: ErrorResult, signal: AbortSignal | undefined): unknown {
  return isFrameworksOwn(error, signal) ? signal?.reason : advisingError(error);
}

/** Whether a call ended because the framework aborted it. */
export function isFrameworksOwn(error: ToolError, signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true && error.code === "CALL_CANCELLED";
}

function advisingError(error: ToolError): ToolError {
  const { code, details, retryable, retryAfterMs } = error;
  const text = errorText(error);
  const options = { details, retryable, cause: error };
  const advising = new ToolError(
    code,
    text,
    retryAfterMs === undefined ? options : { ...options, retryAfterMs },
  );
  // The AI SDK tells models `error.toString()`, which would put the class's name before the text.
  return Object.defineProperty(advising, "toString", { value: () => text });
}
