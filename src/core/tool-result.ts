import type { ToolError } from "./tool-error.ts";
import type { ConcreteMode } from "./tool.ts";

/** Where a call's time went. Milliseconds. */
export interface CallTiming {
  /** Waited: for permits, for a worker, between attempts. */
  readonly queuedMs: number;
  /** Ran, all attempts together. */
  readonly runMs: number;
  /** What inputs and outputs took to cross into workers and back, all attempts together. 0 on the event loop. */
  readonly transferMs: number;
  /** CPU time of the tool's function, all attempts together; undefined where none of them was measured. */
  readonly cpuMs: number | undefined;
  /** Attempts that began. 0 when the call was refused before. */
  readonly attempts: number;
  /** Where the last attempt ran; undefined when none was chosen. */
  readonly mode: ConcreteMode | undefined;
  /** Which worker ran the last attempt; undefined on the event loop. */
  readonly workerId: string | undefined;
  /**
   * What held it longest: a limit, such as `*` or a tool's name; `worker` when it waited for a worker
   * for longer than for any limit, and for a millisecond at least; `identical call` when it waited for the
   * result of another. Undefined when nothing held it.
   */
  readonly waitedFor: string | undefined;
  /**
   * The `callNumber` of the identical call whose execution gave this result, where `limits[scope].dedupe` is on:
   * `queuedMs` is what it waited for that one.
   */
  readonly sharedWith?: number | undefined;
  /** Whether the output was kept from an earlier call (`limits[scope].cache`). */
  readonly cached?: boolean | undefined;
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
  /** What the tool returned; where `truncated` is set, as much of it as a result may have. */
  readonly output: unknown;
  /** Set when the tool returned more than a result may have (`maxResultBytes`). */
  readonly truncated?: TruncatedOutput | undefined;
}

/** What was left out of an output. */
export interface TruncatedOutput {
  /** What `registry.result(id)` and the tool `read_result` know the whole by; undefined when it was too large to keep. */
  readonly id: string | undefined;
  /** Bytes of the whole: its text as UTF-8, images and the like as base64, and the lines that formats write with them. */
  readonly bytes: number;
  /** How many of these the result has. */
  readonly keptBytes: number;
}

/** A call that failed. */
export interface ErrorResult extends ResultBase {
  readonly status: "error";
  readonly error: ToolError;
}

/** The one result of a call. */
export type ToolResult = OkResult | ErrorResult;
