/**
 * Tools that hold slots or keys and call tools that wait for others may come to wait for each other, which no order of
 * arrival prevents: `a` calls `b` while `b` calls `a`, with one slot each.
 *
 * Found by taking away from all nested attempts that wait, again and again, those that somebody will let go on; who is
 * left waits for ever. One who waits for a slot needs any of them to come free, one who waits for a key needs all who
 * are before it to go. An attempt that waits for one it made holds what it holds.
 */
import type { Flow } from "./flow.ts";
import type { Gate } from "./gate.ts";
import type { QueuedCall } from "./queued-call.ts";

/**
 * The newest of nested attempts that wait for each other in a circle; undefined when none do.
 *
 * @param flows - Flows of nested attempts that wait at gates.
 * @param inLine - Nested attempts that wait for keys.
 */
export function findDeadlocked(
  flows: Iterable<Flow>,
  inLine: Iterable<QueuedCall>,
): QueuedCall | undefined {
  const atGates = new Set([...flows].filter(isHeldBySlots));
  const atKeys = new Set(inLine);
  let before: number;
  do {
    before = atGates.size + atKeys.size;
    const holding = attemptsAbove(atGates, atKeys);
    for (const flow of atGates) if (getsSlot(flow, holding)) atGates.delete(flow);
    for (const call of atKeys) if (!waitsForAny(call, holding, atKeys)) atKeys.delete(call);
  } while (atGates.size + atKeys.size < before);
  return newest([...atKeys, ...[...atGates].flatMap(({ first }) => first ?? [])]);
}

/** Only slots come free by the end of others: rates and pauses open by themselves. */
function isHeldBySlots(flow: Flow): boolean {
  const gate = flow.gates[flow.parkedAt];
  const account = flow.accounts[flow.parkedAt];
  return gate !== undefined && account !== undefined && !gate.hasSlot(account);
}

function attemptsAbove(
  atGates: ReadonlySet<Flow>,
  atKeys: ReadonlySet<QueuedCall>,
): ReadonlySet<QueuedCall> {
  const above = new Set<QueuedCall>();
  const note = (made: QueuedCall | undefined): void => {
    for (let call = made; call !== undefined && !above.has(call); call = call.parent) {
      above.add(call);
    }
  };
  for (const { parent } of atGates) note(parent);
  for (const { parent } of atKeys) note(parent);
  return above;
}

/** Whether one of the slots of the gate where a flow waits comes free without any of `holding`. */
function getsSlot(flow: Flow, holding: ReadonlySet<QueuedCall>): boolean {
  const gate = flow.gates[flow.parkedAt];
  if (gate === undefined) return true;
  let stuck = 0;
  for (const call of holding) {
    const owns = call.phase === "running" && call.flow?.gates.includes(gate) === true;
    if (owns && call.borrowed?.has(gate) !== true && holding.has(userOf(call, gate))) stuck += 1;
  }
  return stuck < gate.running;
}

/** Who runs in a slot at the moment: its owner, or the last it was lent to. */
function userOf(owner: QueuedCall, gate: Gate): QueuedCall {
  let user = owner;
  for (let next = user.lent?.get(gate); next !== undefined; next = user.lent?.get(gate))
    user = next;
  return user;
}

function waitsForAny(
  call: QueuedCall,
  holding: ReadonlySet<QueuedCall>,
  atKeys: ReadonlySet<QueuedCall>,
): boolean {
  for (const { isFirst, lock } of call.locks?.places ?? []) {
    if (isFirst) continue;
    for (const { call: before } of lock.first?.members ?? []) {
      if (holding.has(before) || atKeys.has(before)) return true;
    }
  }
  return false;
}

function newest(calls: readonly QueuedCall[]): QueuedCall | undefined {
  let last: QueuedCall | undefined;
  for (const call of calls) if (last === undefined || call.order > last.order) last = call;
  return last;
}
