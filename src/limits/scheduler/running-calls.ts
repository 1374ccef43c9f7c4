import type { Flow } from "./flow.ts";
import type { QueuedCall } from "./queued-call.ts";

/** Attempts that run, each beside the next: adding one and taking one out costs no more than writing down who. */
export class RunningCalls {
  #first: QueuedCall | undefined;

  add(call: QueuedCall): void {
    const next = this.#first;
    call.nextRunning = next;
    if (next !== undefined) next.previousRunning = call;
    this.#first = call;
  }

  remove(call: QueuedCall): void {
    const { nextRunning: next, previousRunning: previous } = call;
    if (previous === undefined) this.#first = next;
    else previous.nextRunning = next;
    if (next !== undefined) next.previousRunning = previous;
    call.nextRunning = undefined;
    call.previousRunning = undefined;
  }

  *values(): Iterable<QueuedCall> {
    for (let call = this.#first; call !== undefined; call = call.nextRunning) yield call;
  }
}

/**
 * Limits have changed while an attempt runs: it counts under those that are new, and no longer under those that are
 * gone. What its rates have counted stays.
 */
export function moveRunning(call: QueuedCall, to: Flow): void {
  const from = call.flow;
  if (from === undefined || from === to) return;
  freeSlots(call, from);
  for (const [position, gate] of to.gates.entries()) {
    const account = to.accounts[position];
    if (account !== undefined && call.borrowed?.has(gate) !== true) gate.takeSlot(account);
  }
  const { tokens } = call;
  call.tokens = tokens && to.gates.map((gate) => tokens[from.gates.indexOf(gate)]);
  from.running -= 1;
  to.running += 1;
  call.flow = to;
}

function freeSlots(call: QueuedCall, { gates, accounts }: Flow): void {
  for (const [position, gate] of gates.entries()) {
    const account = accounts[position];
    if (account !== undefined && call.borrowed?.has(gate) !== true) gate.freeSlot(account);
  }
}
