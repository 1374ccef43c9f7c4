import type { ToolError } from "../../core/tool-error.ts";
import type { AttemptFacts } from "../limiter.ts";
import { giveBackSlot } from "./borrowed-slots.ts";
import type { Flow } from "./flow.ts";
import type { Gate } from "./gate.ts";
import type { EndedAttempt } from "./gate-receipt.ts";
import type { QueuedCall } from "./queued-call.ts";
import type { Step } from "./step.ts";

/** What came of the end of an attempt. */
export interface EndedGates {
  /** Gates whose breaker opened. */
  readonly tripped: readonly Gate[];
  /** The gate that a server closed. */
  readonly closed: Gate | undefined;
}

const NONE: EndedGates = { tripped: [], closed: undefined };

/** An attempt is over: gives back what it holds and settles what it took. */
export function endAttempt(
  call: QueuedCall,
  flow: Flow,
  ended: EndedAttempt,
  step: Step,
): EndedGates {
  flow.running -= 1;
  if (ended.facts !== undefined && ended.outcome === "success") flow.lane.learn(ended.facts.runMs);
  for (let position = 0; position < flow.gates.length; position += 1) {
    leaveGate(call, flow, position, ended);
  }
  const { receipts } = call;
  const closed = ended.facts === undefined ? undefined : heedServer(flow, ended.facts, step);
  if (receipts === undefined) return closed === undefined ? NONE : { tripped: [], closed };
  call.receipts = undefined;
  const tripped: Gate[] = [];
  for (const receipt of receipts) {
    for (const change of receipt.settle(ended)) {
      step.tell(receipt.gate.name, change);
      if (change.type === "circuit.opened") tripped.push(receipt.gate);
    }
  }
  return { tripped, closed };
}

/** What it cost is known. Who ran in another's slot was not charged: that one is. */
function leaveGate(call: QueuedCall, flow: Flow, position: number, { facts }: EndedAttempt): void {
  const gate = flow.gates[position];
  const account = flow.accounts[position];
  if (gate === undefined || account === undefined) return;
  if (call.borrowed?.has(gate) !== true) {
    const charged = gate.expectedCost(call.tokens?.[position], call.expectedMs);
    gate.line.settle(account, charged, gate.actualCost(charged, facts));
  }
  giveBackSlot(call, gate, account);
}

/**
 * A server that says when to come again, or what is left, is believed at the narrowest limit that counts rates: that
 * one was made for it.
 */
function heedServer(flow: Flow, { error, usage }: AttemptFacts, step: Step): Gate | undefined {
  const waitMs = askedToWait(error);
  const remaining = usage?.remaining;
  if (waitMs === 0 && remaining === undefined) return undefined;
  const gate = flow.gates.find(({ countsRates }) => countsRates);
  if (gate === undefined) return undefined;
  if (remaining !== undefined) gate.lower(remaining, step.now);
  return waitMs > 0 && closeFor(gate, waitMs, step) ? gate : undefined;
}

/** Milliseconds; tools work them out from headers, and may come to NaN. */
function askedToWait(error: ToolError | undefined): number {
  const waitMs = error?.code === "RATE_LIMITED" ? (error.retryAfterMs ?? 0) : 0;
  return waitMs > 0 ? waitMs : 0;
}

function closeFor(gate: Gate, forMs: number, step: Step): boolean {
  if (!gate.close(step.now + forMs, step.chance)) return false;
  step.tell(gate.name, { type: "limit.closed", forMs, reason: "the server asked to wait" });
  return true;
}
