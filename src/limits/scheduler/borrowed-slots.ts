/**
 * Attempts that a tool makes share the slots of the attempt that makes them: it waits for them, and its slots are
 * idle meanwhile. One nested attempt at a time runs in each; further ones need slots of their own, or their turn.
 * Without it, as many nested parents as there are slots would wait for ever.
 */
import type { Gate } from "./gate.ts";
import type { QueuedCall } from "./queued-call.ts";

/** The nearest ancestor that holds a slot of `gate` that it can lend; undefined when there is none. */
export function lenderOf(call: QueuedCall, gate: Gate): QueuedCall | undefined {
  for (let { parent } = call; parent !== undefined; { parent } = parent) {
    if (parent.phase !== "running" || parent.flow?.gates.includes(gate) !== true) continue;
    return parent.lent?.has(gate) === true ? undefined : parent;
  }
  return undefined;
}

/** An attempt starts in a slot of an ancestor. */
export function borrowSlot(call: QueuedCall, gate: Gate, lender: QueuedCall): void {
  (call.borrowed ??= new Map()).set(gate, lender);
  (lender.lent ??= new Map()).set(gate, call);
}

/**
 * An attempt is over: gives its slot of a gate back to whom it belongs. Who runs in it at the moment keeps it. True
 * when the gate has a free slot since; `lender` is who has one to lend again.
 */
export function giveBackSlot(call: QueuedCall, gate: Gate, position: number): SlotReturn {
  const tenant = call.flow?.accounts[position];
  const user = call.lent?.get(gate);
  const lender = call.borrowed?.get(gate);
  if (user !== undefined) {
    user.borrowed?.delete(gate);
    if (lender !== undefined) borrowSlot(user, gate, lender);
    else {
      const heir = user.flow?.accounts[user.flow.gates.indexOf(gate)];
      if (tenant !== undefined) gate.freeSlot(tenant);
      if (heir !== undefined) gate.takeSlot(heir);
    }
    return { isFree: false, lender: undefined };
  }
  if (lender !== undefined) {
    lender.lent?.delete(gate);
    return { isFree: false, lender };
  }
  if (tenant !== undefined) gate.freeSlot(tenant);
  return { isFree: true, lender: undefined };
}

/** Who may use a slot that was given back. */
export interface SlotReturn {
  readonly isFree: boolean;
  readonly lender: QueuedCall | undefined;
}
