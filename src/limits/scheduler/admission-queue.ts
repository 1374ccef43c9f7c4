/** Counts who waits under each gate, and says who has to go when that are too many. */
import type { ToolError } from "../../core/tool-error.ts";
import { pushedOut, queueFull } from "./admission-errors.ts";
import type { Flow } from "./flow.ts";
import type { Gate } from "./gate.ts";
import { type QueuedCall, isMoreUrgent } from "./queued-call.ts";
import type { Step } from "./step.ts";

/** What becomes of an attempt that must wait. */
export type Verdict =
  /** It may wait, once `victims` have gone. */
  | { readonly type: "enter"; readonly victims: readonly Victim[] }
  /** It waits outside until there is room at `gate`. */
  | { readonly type: "outside"; readonly gate: Gate }
  | { readonly type: "refuse"; readonly error: ToolError };

/** Somebody who goes to make room. */
export interface Victim {
  readonly call: QueuedCall;
  readonly error: ToolError;
}

const ENTER: Verdict = { type: "enter", victims: [] };

/** Whether an attempt may wait, by the queues of its gates. `holder`: the one that holds it, if it is known. */
export function verdictOn(call: QueuedCall, flow: Flow, holder: Gate | undefined): Verdict {
  let verdict = ENTER;
  for (const gate of holder === undefined ? flow.gates : [holder, ...flow.gates]) {
    const { max = Infinity } = gate.queue;
    if (gate.queued < max) continue;
    const next = verdictAt(gate, call, max);
    if (next.type !== "enter") return next;
    verdict = merge(verdict, next);
  }
  return verdict;
}

function verdictAt(gate: Gate, call: QueuedCall, max: number): Verdict {
  if (gate.queue.onFull === "block")
    return mustEnter(gate, call) ? ENTER : { type: "outside", gate };
  const [victim, why] = victimAt(gate, call);
  return victim === undefined
    ? { type: "refuse", error: queueFull(gate.name, gate.queued, max) }
    : { type: "enter", victims: [{ call: victim, error: pushedOut(gate.name, why) }] };
}

/**
 * Of those who wait outside one is let in when another starts: one waits inside, whatever the setting. And what a
 * running attempt waits for cannot wait for those who may need its slot.
 */
function mustEnter({ queued }: Gate, { parent }: QueuedCall): boolean {
  return queued === 0 || parent !== undefined;
}

/** Who goes to make room for a call, if it is the rule that somebody does. */
function victimAt(
  gate: Gate,
  call: QueuedCall,
): readonly [QueuedCall | undefined, "oldest" | "least urgent"] {
  const [oldest] = gate.arrivals ?? [];
  if (oldest !== undefined) return [oldest, "oldest"];
  const lowest = gate.leastUrgent();
  const isLower = lowest !== undefined && isMoreUrgent(call, lowest);
  return [isLower ? lowest : undefined, "least urgent"];
}

/** One victim may make room at several gates. */
function merge(verdict: Verdict, next: Verdict): Verdict {
  if (verdict.type !== "enter" || next.type !== "enter") return next;
  const known = new Set(verdict.victims.map(({ call }) => call));
  return {
    type: "enter",
    victims: [...verdict.victims, ...next.victims.filter(({ call }) => !known.has(call))],
  };
}

/** An attempt begins to wait under its gates. */
export function enterQueues(call: QueuedCall, flow: Flow, step: Step): void {
  flow.waiting += 1;
  for (let position = 0; position < flow.gates.length; position += 1) {
    const gate = flow.gates[position];
    const account = flow.accounts[position];
    if (gate === undefined || account === undefined) continue;
    gate.queued += 1;
    account.queued += 1;
    gate.noteArrival(call);
    if (gate.watermarks !== undefined) sayWatermark(gate, step);
  }
}

/** An attempt no longer waits. Returns gates that others wait outside of. */
export function leaveQueues(call: QueuedCall, flow: Flow, step: Step): readonly Gate[] {
  let besieged: Gate[] | undefined;
  flow.waiting -= 1;
  for (let position = 0; position < flow.gates.length; position += 1) {
    const gate = flow.gates[position];
    const account = flow.accounts[position];
    if (gate === undefined || account === undefined) continue;
    gate.queued -= 1;
    account.queued -= 1;
    gate.noteDeparture(call);
    if (gate.watermarks !== undefined) sayWatermark(gate, step);
    if (gate.outside.size > 0) (besieged ??= []).push(gate);
  }
  return besieged ?? NOBODY;
}

const NOBODY: readonly Gate[] = [];

function sayWatermark(gate: Gate, step: Step): void {
  const change = gate.watermarks?.change(gate.queued);
  if (change !== undefined) step.tell(gate.name, { type: `limit.${change}`, queued: gate.queued });
}

/**
 * Everybody has left and come again: of all that was told meanwhile about queues, what is different from before.
 *
 * @param before - Gates that were congested.
 */
export function sayWatermarks(before: readonly Gate[], gates: Iterable<Gate>, step: Step): void {
  step.takeBack(({ type }) => type === "limit.congested" || type === "limit.relieved");
  for (const gate of before) {
    if (gate.watermarks?.resume(gate.queued) === true) continue;
    step.tell(gate.name, { type: "limit.relieved", queued: gate.queued });
  }
  for (const gate of gates) {
    if (gate.watermarks?.isCongested !== true || before.includes(gate)) continue;
    step.tell(gate.name, { type: "limit.congested", queued: gate.queued });
  }
}
