import type { Flow } from "./flow.ts";
import type { Gate } from "./gate.ts";
import { type QueuedCall, isMoreUrgent } from "./queued-call.ts";

/**
 * About how long an attempt would wait in its flow, in milliseconds; 0 when nothing is known. Those before it share
 * the slots of a gate, and each takes as long as its kind takes on average. Between tenants it is the lesser of what
 * its tenant's share and the whole line come to.
 */
export function expectedWaitMs(flow: Flow, call: QueuedCall, now: number): number {
  const { meanMs = 0 } = flow.lane;
  const leads = flow.first === undefined || isMoreUrgent(call, flow.first);
  let waitMs = 0;
  for (const [position, gate] of flow.gates.entries()) {
    const account = flow.accounts[position];
    const opensAt = gate.opensAt(call.tokens?.[position], now);
    let gateMs = opensAt - now;
    if (account !== undefined && !gate.hasSlot(account)) {
      const before = leads ? 0 : fewest(gate.queued, account.queued * gate.line.sharesOf(account));
      gateMs = Math.max(gateMs, (before * meanMs) / gate.concurrency + remainingMs(gate, meanMs));
    }
    waitMs = Math.max(waitMs, gateMs);
  }
  return waitMs;
}

/** Until a slot is free: of `concurrency` that run, spread over their time, the first ends this soon. */
function remainingMs(gate: Gate, meanMs: number): number {
  return meanMs / (gate.concurrency + 1);
}

function fewest(left: number, right: number): number {
  return left < right ? left : right;
}
