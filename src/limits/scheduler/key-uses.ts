import { cannotUpgrade } from "./admission-errors.ts";
import type { Lane } from "./lane.ts";
import type { QueuedCall } from "./queued-call.ts";
import type { Access, KeyUse } from "./resource-locks.ts";

/** Sets a key apart from the same key within an attempt that holds it. Taken out of the keys that calls give. */
const WITHIN = "\u0000";

const NONE: readonly KeyUse[] = [];

/**
 * The keys a call touches, each once. A key that an attempt above it holds is shared with it: calls nested in the same
 * attempt take turns among themselves. Throws the ToolError of a key that cannot be made, or that is only read above.
 */
export function keyUses(lane: Lane, call: QueuedCall): readonly KeyUse[] {
  if (lane.keyedLocks.length === 0) return NONE;
  const { tool, input } = call.ask;
  const accesses = new Map<string, Access>();
  for (const { usesOf } of lane.keyedLocks) {
    for (const { key: given, access } of usesOf(tool, input)) {
      const key = withoutMark(given);
      if (accesses.get(key) !== "write") accesses.set(key, access);
    }
  }
  return [...accesses].map(([key, access]) => ({ key: nameWithin(call, key, access), access }));
}

/** Keys are made of what models write: none may pass for one within an attempt. Two that differ in it alone are one. */
function withoutMark(key: string): string {
  return key.includes(WITHIN) ? key.replaceAll(WITHIN, "\uFFFD") : key;
}

/** A key as its users know it. */
export function plainKey(key: string): string {
  const end = key.indexOf(WITHIN);
  return end === -1 ? key : key.slice(0, end);
}

function nameWithin(call: QueuedCall, key: string, access: Access): string {
  for (let { parent } = call; parent !== undefined; { parent } = parent) {
    const held = parent.locks?.places.find(({ lock }) => plainKey(lock.key) === key);
    if (held === undefined || parent.phase !== "running") continue;
    if (held.group.access === "read" && access === "write") throw cannotUpgrade(key);
    return `${key}${WITHIN}${parent.order}`;
  }
  return key;
}
