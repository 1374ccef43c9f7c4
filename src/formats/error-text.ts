/** A failed call as text that a model can act on. */
import type { ErrorCode } from "../core/error-codes.ts";
import type { ToolError } from "../core/tool-error.ts";
import { isBlock } from "./block.ts";

/** Characters of a message that are shown. */
const MAX_MESSAGE_LENGTH = 2_000;
/** Characters of an issue that are shown. */
const MAX_ISSUE_LENGTH = 300;
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
  CALL_CANCELLED:
    "It was stopped before it answered, through no fault of yours; call it again only if that is still wanted.",
  TOOL_FAILED: "",
  WORKER_CRASHED: "The tool crashed; other arguments may work.",
  OUTCOME_UNKNOWN: "It may have taken effect; check that before you call it again.",
  MEMORY_EXCEEDED: "Ask for less at once.",
  OUTPUT_TOO_LARGE: "Ask for less at once.",
  NOT_PORTABLE:
    "The call, or its answer, could not be carried over; it may have taken effect. Go on without it.",
  SOURCE_UNAVAILABLE: "The tool cannot be reached; call it again later or go on without it.",
};

/**
 * Code, message, what is wrong with the arguments and where, unless the message says it already, and
 * what to do about it: some 8 000 characters at most, however long the message. Never the stack, the
 * cause or other details: they are for people.
 */
export function errorText(error: ToolError): string {
  const message = shorten(error.message, MAX_MESSAGE_LENGTH);
  return [`Error ${error.code}: ${message}`, ...issueLines(error, message), advice(error)]
    .filter((line) => line !== "")
    .join("\n")
    .toWellFormed();
}

function shorten(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  // No half of a character: the other half is among those that are cut.
  const isPair = (text.codePointAt(maxLength - 1) ?? 0) > 0xffff;
  const end = isPair ? maxLength - 1 : maxLength;
  return `${text.slice(0, end)} [${text.length - end} more characters]`;
}

function issueLines(error: ToolError, said: string): string[] {
  const { issues } = error.details;
  if (!Array.isArray(issues)) return [];
  const lines = issues.filter(isBlock).flatMap(({ path, message }) => {
    const where = Array.isArray(path) ? path.map((key) => `/${String(key)}`).join("") : path;
    const place = typeof where === "string" ? where : "";
    if (says(said, place, String(message))) return [];
    const line = `${place === "" ? "(the arguments)" : place}: ${String(message)}`;
    return [`- ${shorten(line, MAX_ISSUE_LENGTH)}`];
  });
  const more = lines.length - MAX_ISSUES;
  return more > 0 ? [...lines.slice(0, MAX_ISSUES), `- and ${more} more`] : lines;
}

/** Whether a message lists an issue: `…: /a must be number; /b must be text.`, or names it alone. */
function says(text: string, place: string, issue: string): boolean {
  if (place === "" && text.endsWith(`: ${issue}.`)) return true;
  return [";", "."].some((end) => text.includes(` ${place || "/"} ${issue}${end}`));
}

function advice({ code, retryAfterMs }: ToolError): string {
  if (retryAfterMs === undefined) return ADVICE[code];
  const wait =
    retryAfterMs < 1_000
      ? `${Math.ceil(retryAfterMs)} ms`
      : `${Math.ceil(retryAfterMs / 1_000)} seconds`;
  return `Wait at least ${wait} before you call it again.`;
}
