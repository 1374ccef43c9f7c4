/**
 * Attempts that a tool makes share the slots of the attempt that makes them: it waits for them, and its slots are
 * idle meanwhile. One nested attempt at a time runs in each; further ones need slots of their own, or their turn.
 * Without it, as many nested parents as there are slots would wait for ever.
 */
import type { Account } from "./account.ts";
import type { Gate } from "./gate.ts";
import type { QueuedCall } from "./queued-call.ts";

/** The nearest ancestor that holds a slot of `gate`, lent or not; undefined when there is none. */
export function holderAbove(call: QueuedCall, gate: Gate): QueuedCall | undefined {
  for (let { parent } = call; parent !== undefined; { parent } = parent) {
    if (parent.phase === "running" && parent.flow?.gates.includes(gate) === true) return parent;
  }
  return undefined;
}

/** The nearest ancestor that holds a slot of `gate`, if it can lend that one. */
export function lenderOf(call: QueuedCall, gate: Gate): QueuedCall | undefined {
  const holder = holderAbove(call, gate);
  return holder?.lent?.has(gate) === true ? undefined : holder;
}

/** An attempt starts in a slot of an ancestor. */
export function borrowSlot(call: QueuedCall, gate: Gate, lender: QueuedCall): void {
  (call.borrowed ??= new Map()).set(gate, lender);
  (lender.lent ??= new Map()).set(gate, call);
}

/** An attempt is over: gives its slot of a gate back to whom it belongs. Who runs in it at the moment keeps it. */
export function giveBackSlot(call: QueuedCall, gate: Gate, account: Account): void {
  const user = call.lent?.get(gate);
  const lender = call.borrowed?.get(gate);
  if (user !== undefined) passOn(user, gate, account, lender);
  else if (lender === undefined) gate.freeSlot(account);
  else lender.lent?.delete(gate);
}

/** The attempt that runs in a slot has it from the one above now, or for its own. */
function passOn(
  user: QueuedCall,
  gate: Gate,
  account: Account,
  lender: QueuedCall | undefined,
): void {
  user.borrowed?.delete(gate);
  if (lender !== undefined) {
    borrowSlot(user, gate, lender);
    return;
  }
  const heir = user.flow?.accounts[user.flow.gates.indexOf(gate)];
  gate.freeSlot(account);
  if (heir === undefined) return;
  gate.takeSlot(heir);
  const tokens = user.tokens?.[user.flow?.gates.indexOf(gate) ?? -1];
  gate.line.charge(heir, gate.expectedCost(tokens, user.expectedMs));
}
