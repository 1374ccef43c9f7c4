import type { CallEvent, EventSink } from "../core/call-event.ts";
import type { CallOptions, ToolCall } from "../core/tool-call.ts";
import type { ToolResult } from "../core/tool-result.ts";
import type { ExecutionMode } from "../core/tool.ts";
import type { Permit } from "../limits/limiter.ts";
import type { Clock } from "../time/clock.ts";
import type { Deadline } from "../time/deadline.ts";
import type { ResolveTool } from "./resolve-tool.ts";

/** The attempt whose tool makes a call. */
export interface CallParent {
  readonly callNumber: number;
  /** How many calls the call is nested in: 1 when no tool made its parent. */
  readonly depth: number;
  /** How many of these hold a worker. */
  readonly level: number;
  /** What the attempt holds. */
  readonly permit: Permit;
}

/** What it takes to run the calls that tools make. */
export interface Nesting {
  readonly clock: Clock;
  readonly nextCallNumber: () => number;
  /** Runs a call to its result. Never rejects. */
  readonly run: (call: AcceptedCall) => Promise<ToolResult>;
}

/** A call that has been let in. */
export interface AcceptedCall {
  readonly call: ToolCall;
  /** Unique in its registry, from 1. */
  readonly callNumber: number;
  /** Place in its batch or stream, from 0. */
  readonly index: number;
  readonly options: CallOptions;
  /** Ends the whole call: cancelled, or out of time. */
  readonly deadline: Deadline;
  /** The registry's mode when the batch came in. */
  readonly defaultMode: ExecutionMode;
  /** Finds the tool by the name that was used, in the snapshot of the batch; throws when it cannot be called. */
  readonly resolve: ResolveTool;
  readonly emit: EventSink<CallEvent> | undefined;
  /** Called when a permit is held: whoever feeds calls in may send the next. */
  readonly onAdmitted: (() => void) | undefined;
  readonly nesting: Nesting;
  /** A program wants the output, not a model: it comes whole, however large. */
  readonly isWhole: boolean;
  /** Undefined: no tool makes it. */
  readonly parent: CallParent | undefined;
}
