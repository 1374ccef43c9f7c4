/** Why the scheduler does not let an attempt in, as the errors its callers get. */
import { ToolError } from "../../core/tool-error.ts";
import { EVERYTHING } from "../match-scopes.ts";

/** Too many wait. `what`: why this one has to go. */
export function queueFull(limit: string, queued: number, maxQueued: number): ToolError {
  const what = limit === EVERYTHING ? "calls" : `calls of ${limit}`;
  return new ToolError("QUEUE_FULL", `${queued} ${what} wait already; the limit is ${maxQueued}.`, {
    details: { limit, maxQueued },
  });
}

/** It waited, and went to make room for another. */
export function pushedOut(limit: string, why: "oldest" | "least urgent"): ToolError {
  const message = `It was the ${why} that waited for ${limit}, and made room for another call.`;
  return new ToolError("QUEUE_FULL", message, { details: { limit, dropped: why } });
}

/** It waited longer than its limit lets it. */
export function waitedTooLong(limit: string, timeoutMs: number): ToolError {
  const message = `It waited ${timeoutMs} ms for ${limit}, the longest that its queue.timeoutMs allows.`;
  return new ToolError("QUEUE_FULL", message, { details: { limit, timeoutMs } });
}

/** Its limit's calls keep failing. */
export function circuitOpen(limit: string, reason: string, retryAfterMs: number): ToolError {
  const message = `Calls of ${limit} are refused for ${Math.ceil(retryAfterMs)} ms: ${reason}.`;
  return new ToolError("CIRCUIT_OPEN", message, { details: { limit }, retryAfterMs });
}

/** It asks for more tokens at once than there ever are. */
export function neverFits(limit: string, tokens: number, capacity: number): ToolError {
  const message = `The call is taken to use ${tokens} tokens; ${limit} never allows more than ${capacity} at once.`;
  return new ToolError("RATE_LIMITED", message, {
    details: { limit, tokens, capacity },
    retryable: false,
  });
}

/** It would still wait, or run, when its deadline comes. */
export function cannotMakeIt(limit: string, expectedMs: number, leftMs: number): ToolError {
  const message =
    `The call has ${Math.max(0, Math.round(leftMs))} ms left; ` +
    `waiting for ${limit} and running would take about ${Math.round(expectedMs)} ms.`;
  return new ToolError("DEADLINE_EXCEEDED", message, {
    details: { limit, expectedMs, leftMs },
    retryable: false,
  });
}

/** A nested call would wait for those who wait for the tools above it. */
export function deadlocked(limit: string): ToolError {
  const message =
    `A tool called one that waits for ${limit}, and all who hold that wait for what the first holds: ` +
    `none could go on. Raise the limit, or let tools call each other in one direction only.`;
  return new ToolError("QUEUE_FULL", message, { details: { limit, deadlock: true } });
}

/** A nested call would write what an attempt above it only reads: neither could ever go on. */
export function cannotUpgrade(key: string): ToolError {
  const message =
    `A tool that reads ${key} called one that writes it. Give the first \`access: "write"\`, ` +
    `or let it end before the second is called.`;
  return new ToolError("PERMISSION_DENIED", message, { details: { key }, retryable: false });
}
