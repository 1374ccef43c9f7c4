import type { LimitedTool } from "../limiter.ts";
import type { Flow } from "./flow.ts";
import type { Gate } from "./gate.ts";
import type { GateReceipt } from "./gate-receipt.ts";
import type { HeapItem } from "./indexed-heap.ts";
import type { Lane } from "./lane.ts";
import type { LockHold } from "./resource-locks.ts";

/** What an attempt asks for: the part of an `AdmissionRequest` that the scheduler looks at. */
export interface CallAsk {
  readonly tool: LimitedTool;
  readonly input: unknown;
  readonly priority: number;
  readonly tenant: string | undefined;
  readonly askedAt: number;
  /** When it must have ended; Infinity for never. */
  readonly deadline: { readonly expiresAt: number };
}

/**
 * Where an attempt stands.
 *
 *   new ──▶ outside ──▶ locked ──▶ queued ──▶ running ──▶ over
 *
 * `outside`: its limit's queue is full and blocks. `locked`: others use what it touches. Every phase but the last
 * two can be left out, and every one can end with a refusal.
 */
export type Phase = "new" | "outside" | "locked" | "queued" | "running" | "over";

/** One attempt, from its arrival to its release. Up to a million of these wait, so it has few fields. */
export class QueuedCall implements HeapItem {
  heapIndex = -1;
  readonly ask: CallAsk;
  /** The attempt that makes this call, when a tool calls a tool. */
  readonly parent: QueuedCall | undefined;
  phase: Phase = "new";
  /** By arrival; breaks ties. */
  order = 0;
  /** When it asked, plus what its priority is worth: smaller runs sooner. Lowered by those who wait for what it touches. */
  urgency = 0;
  /** Where it waits or waited, and what it takes. */
  flow: Flow | undefined = undefined;
  /** What holds it, as last said. */
  heldBy: string | undefined = undefined;
  /** Its places in the queues of what it touches. */
  locks: LockHold | undefined = undefined;
  /** Tokens it is taken to use: for each gate, for each of its token meters. */
  tokens: readonly (readonly number[] | undefined)[] | undefined = undefined;
  startedAt = -1;
  /** What it is charged before its real cost is known, in milliseconds. */
  expectedMs = 0;
  /** What it holds at the gates that count more than slots. */
  receipts: GateReceipt[] | undefined = undefined;
  /** Gates where it runs in the slot of an ancestor, and whose. */
  borrowed: Map<Gate, QueuedCall> | undefined = undefined;
  /** Flows of attempts nested in this one. */
  nestedFlows: Map<Lane, Map<string | undefined, Flow>> | undefined = undefined;
  /** Gates where a nested attempt runs in its slot, and which. */
  lent: Map<Gate, QueuedCall> | undefined = undefined;

  /** Its neighbours among those that run. */
  nextRunning: QueuedCall | undefined = undefined;
  previousRunning: QueuedCall | undefined = undefined;

  constructor(ask: CallAsk, parent: QueuedCall | undefined) {
    this.ask = ask;
    this.parent = parent;
  }

  /** Whether it waits, in whatever way. */
  get isWaiting(): boolean {
    return this.phase === "queued" || this.phase === "locked" || this.phase === "outside";
  }
}

/** The order of attempts of one tenant: the more urgent first, then the one that came first. */
export function isMoreUrgent(left: QueuedCall, right: QueuedCall): boolean {
  return left.urgency === right.urgency ? left.order < right.order : left.urgency < right.urgency;
}
