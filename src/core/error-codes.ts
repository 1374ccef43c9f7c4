/** The closed list of error codes. HTTP statuses, retry defaults, remedies and the error page come from here. */

/** What is known about an error code wherever it turns up. */
export interface ErrorCodeFacts {
  /** The HTTP status a served call answers with. */
  readonly httpStatus: number;
  /** Whether trying the same call again can help. A tool's retry policy starts from this. */
  readonly retryable: boolean;
  /** What the code means, in one sentence. */
  readonly meaning: string;
  /** What a person can do about it. */
  readonly remedy: string;
}

/** A code of ToolError. Closed: a new code is a change of the public API. */
export type ErrorCode =
  | "TOOL_NOT_FOUND"
  | "TOOL_DISABLED"
  | "PERMISSION_DENIED"
  | "INPUT_INVALID"
  | "OUTPUT_INVALID"
  | "QUEUE_FULL"
  | "RATE_LIMITED"
  | "CIRCUIT_OPEN"
  | "DEADLINE_EXCEEDED"
  | "CALL_CANCELLED"
  | "TOOL_FAILED"
  | "WORKER_CRASHED"
  | "OUTCOME_UNKNOWN"
  | "MEMORY_EXCEEDED"
  | "OUTPUT_TOO_LARGE"
  | "NOT_PORTABLE"
  | "SOURCE_UNAVAILABLE";

/** Every error code with its facts. A code never changes its meaning; messages may. */
export const ERROR_CODES: Readonly<Record<ErrorCode, ErrorCodeFacts>> = {
  TOOL_NOT_FOUND: {
    httpStatus: 404,
    retryable: false,
    meaning: "No tool has this name.",
    remedy: "Check the name and its namespace; `registry.list()` shows every name.",
  },
  TOOL_DISABLED: {
    httpStatus: 403,
    retryable: false,
    meaning: "The tool exists and is switched off.",
    remedy: "Switch it on with `registry.enable(name)`; the message has the reason given.",
  },
  PERMISSION_DENIED: {
    httpStatus: 403,
    retryable: false,
    meaning: "The caller, or the worker, lacks a right this call needs.",
    remedy: "Grant the right that the message names.",
  },
  INPUT_INVALID: {
    httpStatus: 422,
    retryable: false,
    meaning: "The arguments are not valid JSON or do not fit the tool's input schema.",
    remedy: "Mend the arguments at the paths in `details.issues` and call again.",
  },
  OUTPUT_INVALID: {
    httpStatus: 502,
    retryable: false,
    meaning: "The tool answered, and its answer does not fit its output schema.",
    remedy: "Mend the tool, or its output schema.",
  },
  QUEUE_FULL: {
    httpStatus: 429,
    retryable: true,
    meaning: "Too many calls already wait for the same limit.",
    remedy: "Send fewer calls at once, or raise the limit's `queue.max`.",
  },
  RATE_LIMITED: {
    httpStatus: 429,
    retryable: true,
    meaning:
      "A rate limit, ours or the provider's, refuses the call for the moment; or, with `details.budget`, the budget of its run is used up.",
    remedy:
      "Wait for `retryAfterMs`. With `details.budget` waiting does not help: raise that part of the `CallBudget`, or end the run; `sameFailures` means that the very same call kept failing.",
  },
  CIRCUIT_OPEN: {
    httpStatus: 503,
    retryable: true,
    meaning: "The tool failed too often and is given a rest.",
    remedy: "Wait for `retryAfterMs`, and look at why it fails.",
  },
  DEADLINE_EXCEEDED: {
    httpStatus: 504,
    retryable: true,
    meaning:
      "The attempt's `timeoutMs`, its CPU time (`maxCpuMs`) or the whole call's `deadlineMs` ran out.",
    remedy: "Give it more time, or less to do.",
  },
  CALL_CANCELLED: {
    httpStatus: 499,
    retryable: false,
    meaning: "The caller's signal aborted, or the registry was destroyed.",
    remedy: "There is nothing to mend; call again if it is still wanted.",
  },
  TOOL_FAILED: {
    httpStatus: 500,
    retryable: true,
    meaning: "The tool threw. `cause` is what it threw.",
    remedy: "Read the message; it is the tool's own.",
  },
  WORKER_CRASHED: {
    httpStatus: 500,
    retryable: true,
    meaning: "The worker that ran the call died during it.",
    remedy: "See `details`: exit code, signal and the last lines of the worker's stderr.",
  },
  OUTCOME_UNKNOWN: {
    httpStatus: 500,
    retryable: false,
    meaning: "The call may have run, and its answer was lost.",
    remedy: "Check for its effect before you call again, or mark the tool `idempotent`.",
  },
  MEMORY_EXCEEDED: {
    httpStatus: 500,
    retryable: false,
    meaning: "The call used more memory than its worker may have.",
    remedy: "Raise `pools.<mode>.maxMemoryBytes`, or give the tool less to do.",
  },
  OUTPUT_TOO_LARGE: {
    httpStatus: 500,
    retryable: false,
    meaning: "The answer is larger than a result may be.",
    remedy: "Return less, or raise the limit that the message names.",
  },
  NOT_PORTABLE: {
    httpStatus: 500,
    retryable: false,
    meaning: "The tool, or a value, cannot be taken to where it was asked to run.",
    remedy:
      "Run it in the mode that the message names, else in `async`; or export the tool from a module and use `registerModule`.",
  },
  SOURCE_UNAVAILABLE: {
    httpStatus: 503,
    retryable: true,
    meaning: "What the tool comes from (a module, a server) cannot be reached or loaded.",
    remedy: "See `cause`; mend the module or start the server.",
  },
};
