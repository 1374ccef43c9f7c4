/** Why a connection to a server is no more, and what its calls are told. */
import { ToolError } from "../../core/tool-error.ts";

/** How a connection ended, or why it could not be made. */
export interface ConnectionLoss {
  /** What the server did, after its name: "exited with code 1". */
  readonly how: string;
  readonly exitCode?: number | null | undefined;
  readonly signal?: string | null | undefined;
  readonly cause?: unknown;
  /** Whether another try may be of use. Default true. */
  readonly retryable?: boolean | undefined;
}

/** Characters of stderr that a message shows; all that is kept is in `details`. */
const SHOWN_CHARACTERS = 600;

/**
 * The error of a server that cannot be reached: `SOURCE_UNAVAILABLE`.
 *
 * @param stderrTail - The end of what it printed, without secrets; undefined where it has no stderr.
 */
export function unavailable(
  name: string,
  loss: ConnectionLoss,
  stderrTail: string | undefined,
): ToolError {
  const words = stderrTail === undefined || stderrTail === "" ? "" : lastWords(stderrTail);
  const { exitCode, signal, cause, retryable = true } = loss;
  const details = {
    ...(exitCode !== undefined && { exitCode }),
    ...(signal !== undefined && { signal }),
    ...(stderrTail !== undefined && { stderrTail }),
  };
  const message = `The MCP server ${name} ${loss.how}.${words}`;
  const options = { details, retryable, ...(cause !== undefined && { cause }) };
  return new ToolError("SOURCE_UNAVAILABLE", message, options);
}

/** A request whose answer was lost with its connection. */
export class LostRequest extends Error {
  override readonly name = "LostRequest";
  /** Why, as `SOURCE_UNAVAILABLE`. */
  readonly loss: ToolError;
  /** Whether the server may have got it. */
  readonly wasSent: boolean;

  constructor(loss: ToolError, wasSent: boolean) {
    super(loss.message, { cause: loss });
    this.loss = loss;
    this.wasSent = wasSent;
  }
}

/** What a request is told that was sent, must not be repeated, and was not answered. */
export function outcomeUnknown(what: string, loss: ToolError): ToolError {
  const message = `${what} was sent and not answered, and may have been done. ${loss.message}`;
  return new ToolError("OUTCOME_UNKNOWN", message, { details: loss.details, cause: loss });
}

/** The same error with the time of the next try. */
export function withRetryAfter(error: ToolError, retryAfterMs: number | undefined): ToolError {
  const { message, details, retryable } = error;
  const next = retryAfterMs === undefined ? {} : { retryAfterMs: Math.ceil(retryAfterMs) };
  return new ToolError("SOURCE_UNAVAILABLE", message, {
    details,
    cause: error,
    retryable: retryable && retryAfterMs !== undefined,
    ...next,
  });
}

function lastWords(stderrTail: string): string {
  const shown = stderrTail.slice(-SHOWN_CHARACTERS).trim();
  return ` Its last words: ${shown.length < stderrTail.length ? "…" : ""}${shown}`;
}
