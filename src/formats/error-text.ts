/** A failed call as text that a model can act on. */
import type { ErrorCode } from "../core/error-codes.ts";
import type { ToolError } from "../core/tool-error.ts";
import { isBlock } from "./block.ts";

/** Characters of a message that are shown. */
const MAX_MESSAGE_LENGTH = 2_000;
/** Issues that are shown. */
const MAX_ISSUES = 20;

/** What the model, which can change its calls and nothing else, had better do. */
const ADVICE: Readonly<Record<ErrorCode, string>> = {
  TOOL_NOT_FOUND: "Call one of the tools you were given, by its exact name.",
  TOOL_DISABLED: "Go on without this tool.",
  PERMISSION_DENIED: "Do not call it again; say which permission is missing.",
  INPUT_INVALID: "Correct the arguments and call it again.",
  OUTPUT_INVALID: "The fault is in the tool; other arguments may work.",
  QUEUE_FULL: "Call it again later, with fewer calls at once.",
  RATE_LIMITED: "Call it again later.",
  CIRCUIT_OPEN: "The tool keeps failing; call it again later or go on without it.",
  DEADLINE_EXCEEDED: "Ask for less at once, or call it again.",
  CALL_CANCELLED: "Somebody stopped it; do not call it again unless you are asked to.",
  TOOL_FAILED: "",
  WORKER_CRASHED: "The tool crashed; other arguments may work.",
  OUTCOME_UNKNOWN: "It may have taken effect; check that before you call it again.",
  MEMORY_EXCEEDED: "Ask for less at once.",
  OUTPUT_TOO_LARGE: "Ask for less at once.",
  NOT_PORTABLE: "The tool is set up wrongly; go on without it.",
  SOURCE_UNAVAILABLE: "The tool cannot be reached; call it again later or go on without it.",
};

/**
 * Code, message, what is wrong with the arguments and where, and what to do about it. Never the
 * stack, the cause or other details: they are for people.
 */
export function errorText(error: ToolError): string {
  return [`Error ${error.code}: ${shorten(error.message)}`, ...issueLines(error), advice(error)]
    .filter((line) => line !== "")
    .join("\n")
    .toWellFormed();
}

function shorten(message: string): string {
  if (message.length <= MAX_MESSAGE_LENGTH) return message;
  return `${message.slice(0, MAX_MESSAGE_LENGTH)} [${message.length - MAX_MESSAGE_LENGTH} more characters]`;
}

function issueLines(error: ToolError): string[] {
  const { issues } = error.details;
  if (!Array.isArray(issues)) return [];
  const lines = issues.filter(isBlock).map(({ path, message }) => {
    const where = Array.isArray(path) ? path.map((key) => `/${String(key)}`).join("") : path;
    const place = typeof where === "string" && where !== "" ? where : "(the arguments)";
    return `- ${place}: ${String(message)}`;
  });
  const more = lines.length - MAX_ISSUES;
  return more > 0 ? [...lines.slice(0, MAX_ISSUES), `- and ${more} more`] : lines;
}

function advice({ code, retryAfterMs }: ToolError): string {
  if (retryAfterMs === undefined) return ADVICE[code];
  const wait =
    retryAfterMs < 1_000
      ? `${Math.ceil(retryAfterMs)} ms`
      : `${Math.ceil(retryAfterMs / 1_000)} seconds`;
  return `Wait at least ${wait} before you call it again.`;
}
