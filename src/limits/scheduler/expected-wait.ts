import { cannotMakeIt } from "./admission-errors.ts";
import { holderAbove } from "./borrowed-slots.ts";
import type { Flow } from "./flow.ts";
import type { Gate } from "./gate.ts";
import { type QueuedCall, isMoreUrgent } from "./queued-call.ts";

/** How many standard deviations a call is given beyond what is expected: of a hundred let in, two or three are late. */
const MARGIN = 2;
/** How wrong the mean itself may be, as a part of it. */
const MEAN_ERROR = 0.05;

/**
 * How long an attempt may be from its end, in milliseconds, waiting and running; 0 when nothing is known of its kind.
 *
 * Those before it share the slots of a gate, and each takes as long as its kind does on average; between tenants it is
 * the lesser of what its tenant's share and the whole line come to. To that comes a margin, for who is let in and ends
 * too late has used a slot for nobody.
 */
export function expectedMs(flow: Flow, call: QueuedCall, now: number): number {
  const { meanMs = 0, deviationMs } = flow.lane;
  const leads = flow.first === undefined || isMoreUrgent(call, flow.first);
  let longestMs = 0;
  for (const [position, gate] of flow.gates.entries()) {
    const account = flow.accounts[position];
    let waitMs = gate.opensAt(call.tokens?.[position], now) - now;
    let spread = 1;
    // Who shares a slot of an attempt above it does not wait in the line for one.
    const isInLine = call.parent === undefined || holderAbove(call, gate) === undefined;
    if (isInLine && account !== undefined && !gate.hasSlot(account)) {
      const before = leads
        ? 0
        : Math.min(gate.queued, account.queued * gate.line.sharesOf(account));
      waitMs = Math.max(waitMs, (before * meanMs) / gate.concurrency + firstFreeMs(gate, meanMs));
      spread += before / gate.concurrency ** 2;
    }
    const marginMs = MARGIN * deviationMs * Math.sqrt(spread) + MEAN_ERROR * waitMs;
    longestMs = Math.max(longestMs, waitMs + meanMs + marginMs);
  }
  return longestMs;
}

/** Throws the ToolError of an attempt that would end after its deadline. `holder`: what it waits for. */
export function checkDeadline(call: QueuedCall, flow: Flow, holder: Gate, now: number): void {
  const leftMs = call.ask.deadline.expiresAt - now;
  // Who has no time left at all is told so by the deadline itself.
  if (leftMs === Infinity || leftMs <= 0) return;
  const neededMs = expectedMs(flow, call, now);
  if (neededMs > leftMs) throw cannotMakeIt(holder.name, neededMs, leftMs);
}

/** Until a slot is free: of all that run, spread over their time, the first ends this soon. */
function firstFreeMs(gate: Gate, meanMs: number): number {
  return meanMs / (gate.concurrency + 1);
}
