/** What somebody at a command line can do about a failed call. */
import { ERROR_CODES, type ErrorCode } from "../core/error-codes.ts";
import type { ToolError } from "../core/tool-error.ts";

/** Where the library's remedy speaks of code, or of what the message says already. */
const AT_A_SHELL: Readonly<Partial<Record<ErrorCode, string>>> = {
  TOOL_NOT_FOUND: "See: toolyard list",
  TOOL_DISABLED: "Switch it on by taking it out of `disabled` in the config.",
  INPUT_INVALID: "Mend the arguments; `toolyard schema` shows what a tool takes.",
  QUEUE_FULL: "Raise the limit's `queue.max` in the config.",
  RATE_LIMITED: "Try again later.",
  CIRCUIT_OPEN: "Look at why it fails, and try again later.",
  DEADLINE_EXCEEDED:
    "Give it more time (--timeout, --deadline, or the tool's `timeoutMs`), or less to do.",
  CALL_CANCELLED: "",
  TOOL_FAILED: "",
  WORKER_CRASHED: "--json shows its exit code, its signal and the last lines it wrote to stderr.",
  NOT_PORTABLE: "Run it with --mode async, unless the message names another.",
  SOURCE_UNAVAILABLE: "--json shows the cause; mend the module or start the server.",
};

/** One sentence, or nothing when there is nothing to say beyond the message. */
export function remedyFor(code: ErrorCode): string {
  return AT_A_SHELL[code] ?? ERROR_CODES[code].remedy;
}

/** By what a refusal of a limit says in its details, where that is more than its code does. */
const BY_DETAIL: Readonly<Record<string, string>> = {
  timeoutMs: "Raise the limit's `queue.timeoutMs`, or what may run at once.",
  dropped: "Raise the limit's `queue.max`, or choose another `queue.onFull`.",
  capacity: "Raise the limit's `tokens`, or mend the `estimate`.",
  budget: "",
};

/** As {@link remedyFor}, for the one error. */
export function remedyForError({ code, details }: Pick<ToolError, "code" | "details">): string {
  // A server's refusal comes with what to set.
  if (code === "PERMISSION_DENIED" && hasDetail(details, "status")) return "";
  if (code !== "QUEUE_FULL" && code !== "RATE_LIMITED") return remedyFor(code);
  const known = Object.keys(BY_DETAIL).find((name) => hasDetail(details, name));
  return known === undefined ? remedyFor(code) : (BY_DETAIL[known] ?? "");
}

function hasDetail(details: unknown, name: string): boolean {
  return typeof details === "object" && details !== null && Object.hasOwn(details, name);
}
