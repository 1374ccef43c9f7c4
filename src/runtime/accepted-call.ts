import type { CallEvent, EventSink } from "../core/call-event.ts";
import type { CallOptions, ToolCall } from "../core/tool-call.ts";
import type { ExecutionMode } from "../core/tool.ts";
import type { Deadline } from "../time/deadline.ts";
import type { BoundTool } from "./bound-tool.ts";

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
  /** Finds the tool by the name the model used, in the snapshot of the batch; throws when it cannot be called. */
  readonly resolve: (name: string) => BoundTool;
  readonly emit: EventSink<CallEvent> | undefined;
  /** Called when a permit is held: whoever feeds calls in may send the next. */
  readonly onAdmitted: (() => void) | undefined;
}
