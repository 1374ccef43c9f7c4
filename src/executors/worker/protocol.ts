/**
 * What a pool and its workers say to each other.
 *
 *   pool ─▶ worker   tool, preload, call, cancel, reply, ping, close
 *   pool ◀─ worker   ready, loaded, an output | failed | dropped (exactly one per call), progress, ask, withdraw,
 *                    usage, crashing, pong
 *
 * Calls are numbered per worker by `seq`, from 1 upwards, and a worker begins them in that order. A
 * worker runs a call only after it has claimed its `seq` (see claims.ts), so that who began what is
 * known even after the worker's sudden death. A call that is running may `ask` for calls of other tools; each
 * is answered by one `reply`, unless the call that asked has ended before.
 */
import type { NestedCallOptions } from "../../core/nested-call.ts";
import type { SerializedError } from "../../core/serialized-error.ts";
import type { ToolOrigin, ToolProgress } from "../../core/tool.ts";
import type { UsageReport } from "../../core/usage-report.ts";
import type { EncodedValue } from "./value-codec.ts";

/** How a worker loads a tool. */
export type PortableOrigin = Exclude<ToolOrigin, { readonly kind: "closure" }>;

/** Tells a worker about a tool before its first call. */
export interface ToolMessage {
  readonly type: "tool";
  /** The pool's number for the tool; calls refer to it. */
  readonly tool: number;
  readonly name: string;
  readonly origin: PortableOrigin;
  /** Whether a lost call of it may simply be run again. */
  readonly repeatable: boolean;
}

/** Asks for one call. A list, for thousands travel at once. */
export type CallMessage = readonly [
  seq: number,
  tool: number,
  attemptId: string,
  callId: string,
  /** The input, when JSON keeps it as it is; else it is in `more`. */
  input: unknown,
  more?: CallDetails | undefined,
];

/** What most calls do not have. */
export interface CallDetails {
  readonly input?: EncodedValue | undefined;
  /** Which attempt of its call it is. Left out: the first. */
  readonly attempt?: number | undefined;
  /** How many calls the worker may have begun at once from here on. Left out: as many as before. */
  readonly concurrency?: number | undefined;
  readonly tenant?: string | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly context?: EncodedValue | undefined;
}

/** Messages to a worker. */
export type ToWorker =
  | ToolMessage
  | CallMessage
  /** Asks for tools to be loaded before they are called; `loaded` follows. */
  | { readonly type: "preload"; readonly tools: readonly number[] }
  | { readonly type: "cancel"; readonly seq: number; readonly reason: SerializedError }
  | ReplyMessage
  | { readonly type: "ping" }
  | { readonly type: "close" };

/** What came of a call that a tool asked for: an output, or an error. */
export interface ReplyMessage extends AskedCall {
  readonly type: "reply";
  readonly output?: EncodedValue | undefined;
  readonly error?: SerializedError | undefined;
}

/** Which call of a tool is meant. */
export interface AskedCall {
  /** The call that asks. */
  readonly seq: number;
  /** Its number among those that it asks for. */
  readonly ask: number;
}

/** A tool calls another tool. */
export interface AskMessage extends AskedCall {
  readonly type: "ask";
  readonly name: string;
  readonly input: EncodedValue;
  readonly options: Omit<NestedCallOptions, "signal">;
  /** Set when its signal had aborted before. */
  readonly withdrawn?: SerializedError | undefined;
}

/** A tool no longer wants a call it has asked for. The reply follows all the same. */
export interface WithdrawMessage extends AskedCall {
  readonly type: "withdraw";
  readonly reason: SerializedError;
}

/** How long a call took, where it ran. Milliseconds. */
export interface RunTimes {
  /** From begin to end. */
  readonly runMs: number;
  /** Of that, how long the event loop of the worker was busy. Left out: all of it. */
  readonly busyMs?: number;
  /** CPU time it used. Left out: as much as it was busy, for it is too short to tell. */
  readonly cpuMs?: number;
}

/** What a worker has used. */
export interface WorkerUsage {
  /** CPU time of its thread so far, in milliseconds. */
  readonly cpuMs: number;
  /** Memory it holds, in bytes: resident memory of a process, heap and buffers of a thread. */
  readonly memoryBytes: number;
}

/** The first message of a worker: it can be given calls. */
export interface ReadyMessage extends WorkerUsage {
  readonly type: "ready";
  /** Where Linux tells of its thread, below `/proc`; undefined elsewhere. */
  readonly task: string | undefined;
}

/** A call has given an output. A list, for thousands travel at once. */
export type DoneMessage = readonly [
  seq: number,
  runMs: number,
  /** The output, when JSON keeps it as it is; else it is in `more`. */
  output: unknown,
  more?: DoneDetails | undefined,
];

/** What most outputs do not have. */
export interface DoneDetails extends Omit<RunTimes, "runMs"> {
  readonly output?: EncodedValue | undefined;
  /** What the call said it has used. */
  readonly usage?: UsageReport | undefined;
}

/** A call has failed. */
export interface FailedMessage extends RunTimes {
  readonly type: "failed";
  readonly seq: number;
  readonly error: SerializedError;
  /** What the call said it has used. */
  readonly usage?: UsageReport | undefined;
}

/** Messages from a worker. Exactly one {@link DoneMessage}, `failed` or `dropped` follows every `call` it claims. */
export type FromWorker =
  | ReadyMessage
  | DoneMessage
  | FailedMessage
  /** It was cancelled before it began. */
  | { readonly type: "dropped"; readonly seq: number }
  | { readonly type: "progress"; readonly seq: number; readonly update: ToolProgress }
  | AskMessage
  | WithdrawMessage
  /** Sent along with answers now and then. */
  | ({ readonly type: "usage" } & WorkerUsage)
  /** The worker will die of what the call `seq` did, or of something no call is known to have done. */
  | { readonly type: "crashing"; readonly seq: number | undefined; readonly error: SerializedError }
  /** What was to be preloaded is, or has had its time. */
  | { readonly type: "loaded" }
  | { readonly type: "pong" };

/** What travels beside the JSON of a frame: bytes as they are, or a long text. */
export type Attachment = Uint8Array | string;

/** How much an attachment is: bytes, or characters of text. */
export function attachmentSize(attachment: Attachment): number {
  return typeof attachment === "string" ? attachment.length : attachment.byteLength;
}

/** Messages that travel together, with the attachments that their values refer to. */
export interface Frame<Message> {
  readonly messages: readonly Message[];
  readonly attachments: readonly Attachment[];
}
