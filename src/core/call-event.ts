import type { ToolError } from "./tool-error.ts";
import type { ErrorResult, OkResult } from "./tool-result.ts";
import type { ConcreteMode, ToolProgress } from "./tool.ts";

/** What every event of a call carries. */
export interface CallEventBase {
  /** When, in milliseconds since 1970, with fractions. */
  readonly at: number;
  /** Unique per call in a registry, from 1: what tells calls apart when models repeat ids. */
  readonly callNumber: number;
  /** The `callNumber` of the call whose tool made this one, with `context.call`. Left out: no tool did. */
  readonly parentCall?: number;
  /** The call's place in its batch or stream, from 0. A call made by a tool has its parent's. */
  readonly index: number;
  /** The provider's id of the call. */
  readonly callId: string;
  /** The tool's registered name, or the name asked for when there is none. */
  readonly toolName: string;
}

/**
 * What happened to a call, in order. Exactly one `tool.completed` or `tool.failed` per call, and it
 * is the last.
 */
export type CallEvent =
  | (CallEventBase & { readonly type: "tool.invoked" })
  | (CallEventBase & { readonly type: "tool.queued"; readonly waitingFor: string })
  | (CallEventBase & {
      readonly type: "tool.started";
      readonly attempt: number;
      readonly attemptId: string;
      readonly mode: ConcreteMode;
      readonly workerId: string | undefined;
    })
  | (CallEventBase & ToolProgress & { readonly type: "tool.progress" })
  | (CallEventBase & {
      readonly type: "tool.retried";
      /** The attempt that failed, from 1. */
      readonly attempt: number;
      /** How long the call waits before the next. */
      readonly delayMs: number;
      readonly error: ToolError;
    })
  | (CallEventBase & { readonly type: "tool.completed"; readonly result: OkResult })
  | (CallEventBase & { readonly type: "tool.failed"; readonly result: ErrorResult });

/** What happened to the registry. */
export interface RegistryEvent {
  readonly type:
    | "tool.registered"
    | "tool.updated"
    | "tool.removed"
    | "tool.enabled"
    | "tool.disabled";
  /** When, in milliseconds since 1970. */
  readonly at: number;
  readonly toolName: string;
  /** Why, for `tool.disabled`, if it was said. */
  readonly reason?: string | undefined;
}

/** Receives events. Must not throw and must not block. */
export type EventSink<Event> = (event: Event) => void;
