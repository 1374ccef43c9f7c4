import type { ToolResult } from "../../core/tool-result.ts";

/** How an attempt ended, as a timeline shows it. */
export type Outcome = "ok" | "failed" | "timed-out" | "cancelled";

/** One attempt on a timeline. */
export interface Bar {
  /** Where it ran: `event loop`, a worker's id, or {@link NOT_BEGUN}. */
  readonly lane: string;
  /** Milliseconds since the timeline's start. */
  readonly startMs: number;
  /** Milliseconds since the timeline's start; at least `startMs`. */
  readonly endMs: number;
  readonly label: string;
  readonly outcome: Outcome;
}

/** The lane of what ran in this process. */
export const EVENT_LOOP = "event loop";

/** The lane of calls that were refused or cancelled before their tool began. */
export const NOT_BEGUN = "not begun";

/** How a call ended. */
export function outcomeOf(result: ToolResult): Outcome {
  if (result.status === "ok") return "ok";
  if (result.error.code === "DEADLINE_EXCEEDED") return "timed-out";
  return result.error.code === "CALL_CANCELLED" ? "cancelled" : "failed";
}
