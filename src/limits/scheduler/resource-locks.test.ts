import { describe, expect, test } from "vitest";
import { QueuedCall } from "./queued-call.ts";
import { type KeyUse, ResourceLocks } from "./resource-locks.ts";

function callOf(urgency: number): QueuedCall {
  const ask = { tool: { name: "a" }, input: undefined, priority: 0, tenant: undefined, askedAt: 0 };
  const call = new QueuedCall({ ...ask, deadline: { expiresAt: Infinity } }, undefined);
  call.urgency = urgency;
  return call;
}

function write(key: number): KeyUse {
  return { key: `${key}`, access: "write" };
}

/** Locks, a short way to ask for them, and what was told. */
function stage(): {
  readonly locks: ResourceLocks;
  readonly enter: (name: string, keys: string, urgency?: number) => QueuedCall;
  readonly free: readonly string[];
  readonly lent: readonly string[];
} {
  const free: string[] = [];
  const lent: string[] = [];
  const names = new Map<QueuedCall, string>();
  const nameOf = (call: QueuedCall): string => names.get(call) ?? "?";
  const locks = new ResourceLocks({
    onFree: (call) => {
      call.phase = "queued";
      free.push(nameOf(call));
    },
    onUrgency: (call, urgency, payer) => {
      call.urgency = urgency;
      lent.push(`${nameOf(call)} ${urgency} by ${nameOf(payer)}`);
    },
  });
  /** `"k"` reads, `"K"` writes. */
  const enter = (name: string, keys: string, urgency = 0): QueuedCall => {
    const call = callOf(urgency);
    names.set(call, name);
    const uses = Array.from(keys, (key): KeyUse => {
      const access = key === key.toLowerCase() ? "read" : "write";
      return { key: key.toLowerCase(), access };
    });
    call.phase = locks.enter(call, uses) ? "queued" : "locked";
    return call;
  };
  return { locks, enter, free, lent };
}

describe("those who touch a key", () => {
  test("write it one after the other, in the order they came", () => {
    const { locks, enter, free } = stage();
    const [first, second, third] = [enter("a", "K"), enter("b", "K", -5), enter("c", "K", -9)];
    expect([first.phase, second.phase, third.phase]).toEqual(["queued", "locked", "locked"]);
    locks.leave(first);
    expect(free).toEqual(["b"]);
    locks.leave(second);
    expect(free).toEqual(["b", "c"]);
    locks.leave(third);
    expect(locks.isIdle).toBe(true);
  });

  test("read it together, but not past a writer that waits", () => {
    const { locks, enter, free } = stage();
    const readers = [enter("a", "k"), enter("b", "k")];
    enter("c", "K");
    const late = enter("d", "k");
    expect(readers.map(({ phase }) => phase)).toEqual(["queued", "queued"]);
    expect(late.phase).toBe("locked");
    for (const reader of readers) locks.leave(reader);
    expect(free).toEqual(["c"]);
  });

  test("go on together when the writer between them gives up", () => {
    const { locks, enter, free } = stage();
    enter("a", "k");
    const writer = enter("b", "K");
    enter("c", "k");
    enter("d", "k");
    locks.leave(writer);
    expect(free).toEqual(["c", "d"]);
  });

  test("hold none while they wait for one", () => {
    const { locks, enter } = stage();
    const holder = enter("a", "K");
    const both = enter("b", "KL");
    expect(locks.heldUpAt(both)).toBe("k");
    const other = enter("c", "L");
    expect(locks.heldUpAt(other)).toBe("l");
    locks.leave(both);
    expect(locks.heldUpAt(other)).toBeUndefined();
    locks.leave(holder);
    locks.leave(other);
    expect(locks.isIdle).toBe(true);
  });
});

describe("urgency", () => {
  test("is lent to whoever is waited for, and taken back when nobody waits any more", () => {
    const { locks, enter, lent } = stage();
    enter("low", "K", 9);
    const high = enter("high", "K", 1);
    locks.leave(high);
    expect(lent).toEqual(["low 1 by high", "low 9 by low"]);
  });

  test("goes along a chain of keys, and says for whose sake", () => {
    const { enter, lent } = stage();
    enter("first", "K", 9);
    enter("second", "KL", 8);
    enter("third", "LM", 7);
    enter("high", "M", 1);
    expect(lent.at(-1)).toBe("first 1 by high");
  });

  test("is not lent among those who read together: none of them waits for another", () => {
    const { locks, enter, lent } = stage();
    const high = enter("high", "k", 1);
    const low = enter("low", "k", 9);
    expect([low.urgency, lent]).toEqual([9, []]);
    const writer = enter("writer", "K", 5);
    expect([high.urgency, low.urgency]).toEqual([1, 5]);
    locks.leave(writer);
    expect(low.urgency).toBe(9);
  });

  test("goes along a chain as long as the queue", () => {
    const { locks } = stage();
    const length = 20_000;
    const calls = Array.from({ length }, (_, place) => {
      const call = callOf(9);
      call.phase = locks.enter(call, [write(place), write(place + 1)]) ? "queued" : "locked";
      return call;
    });
    locks.enter(callOf(1), [write(length)]);
    expect(calls.every(({ urgency }) => urgency === 1)).toBe(true);
  });
});
