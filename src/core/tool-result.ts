import type { ToolError } from "./tool-error.ts";
import type { ConcreteMode } from "./tool.ts";

/** Where a call's time went. Milliseconds. */
export interface CallTiming {
  /** Waited: for permits, in queues, between attempts. */
  readonly queuedMs: number;
  /** Ran, all attempts together. */
  readonly runMs: number;
  /** Attempts that began. 0 when the call was refused before. */
  readonly attempts: number;
  /** Where the last attempt ran; undefined when none was chosen. */
  readonly mode: ConcreteMode | undefined;
  /** Which worker ran the last attempt; undefined on the event loop. */
  readonly workerId: string | undefined;
  /** The limit that held it longest, such as `*` or a tool's name; undefined when none did. */
  readonly waitedFor: string | undefined;
}

interface ResultBase {
  /** The provider's id of the call. */
  readonly callId: string;
  /** The tool's registered name; the name asked for when there is no such tool. */
  readonly toolName: string;
  /** The name the model used, where it differs from `toolName`. */
  readonly calledAs?: string | undefined;
  readonly timing: CallTiming;
}

/** A call that gave an output. */
export interface OkResult extends ResultBase {
  readonly status: "ok";
  readonly output: unknown;
}

/** A call that failed. */
export interface ErrorResult extends ResultBase {
  readonly status: "error";
  readonly error: ToolError;
}

/** The one result of a call. */
export type ToolResult = OkResult | ErrorResult;
