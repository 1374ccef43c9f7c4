import type { Flow } from "./flow.ts";
import type { LimitRules } from "./limit-rules.ts";
import type { QueuedCall } from "./queued-call.ts";
import type { ResourceLocks } from "./resource-locks.ts";

/** Every flow that somebody may wait in. */
export function* flowsUnder(rules: LimitRules): Iterable<Flow> {
  for (const lane of rules.lanes()) yield* lane.flows.values();
  for (const gate of rules.gates()) yield* gate.borrowers;
}

/** Every attempt that waits: for its gates, for keys, and outside of queues that are full. */
export function* whoWaits(rules: LimitRules, locks: ResourceLocks): Iterable<QueuedCall> {
  for (const flow of flowsUnder(rules)) yield* flow.calls.values();
  const seen = new Set<QueuedCall>();
  for (const { urgencies } of locks.values()) {
    for (const { call } of urgencies.values()) {
      if (call.phase === "locked" && !seen.has(call)) yield call;
      seen.add(call);
    }
  }
  for (const gate of rules.gates()) yield* gate.outside;
}
