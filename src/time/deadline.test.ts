import { describe, expect, test } from "vitest";
import { ToolError } from "../core/tool-error.ts";
import { VirtualClock } from "../testing/virtual-clock.ts";
import { Deadline } from "./deadline.ts";

const reason = new ToolError("CALL_CANCELLED", "enough");
const ranOut = new ToolError("DEADLINE_EXCEEDED", "too long");

function expiring(delayMs: number, parent?: Deadline): { clock: VirtualClock; deadline: Deadline } {
  const clock = new VirtualClock();
  const deadline = new Deadline(clock, parent);
  deadline.expireAfter(delayMs, () => ranOut);
  return { clock, deadline };
}

/** The reasons a listener was told. */
function listen(deadline: Deadline): ToolError[] {
  const told: ToolError[] = [];
  deadline.onEnd((given) => told.push(given));
  return told;
}

describe("running out of time", () => {
  test("no timer is set while nobody listens, and one however many do", async () => {
    const { clock, deadline } = expiring(100);
    expect(clock.pendingTimers).toBe(0);

    const told = [listen(deadline), listen(deadline)];
    expect(clock.pendingTimers).toBe(1);

    await clock.advance(99);
    expect(told).toEqual([[], []]);
    await clock.advance(1);
    expect(told).toEqual([[ranOut], [ranOut]]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("the reason is there on time although nobody listens", async () => {
    const { clock, deadline } = expiring(100);
    await clock.advance(99);
    expect(deadline.reason).toBeUndefined();
    await clock.advance(1);
    expect(deadline.reason).toBe(ranOut);
  });

  test("the reason is made once, when it is needed", async () => {
    const clock = new VirtualClock();
    const deadline = new Deadline(clock);
    let made = 0;
    deadline.expireAfter(10, () => {
      made += 1;
      return new ToolError("DEADLINE_EXCEEDED", "too long");
    });
    expect(made).toBe(0);
    await clock.advance(10);
    const first = deadline.reason;
    expect(deadline.reason).toBe(first);
    expect(made).toBe(1);
  });

  test("a listener that comes after the time has run out is told at once", async () => {
    const { clock, deadline } = expiring(100);
    await clock.advance(500);
    expect(listen(deadline)).toEqual([ranOut]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("a new limit takes the place of the old one, sooner or later", async () => {
    const { clock, deadline } = expiring(100);
    const told = listen(deadline);

    deadline.expireAfter(300, () => ranOut);
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(200);
    expect(told).toEqual([]);

    deadline.expireAfter(10, () => ranOut);
    expect(clock.pendingTimers).toBe(1);
    expect(deadline.expiresAt).toBe(210);
    await clock.advance(10);
    expect(told).toEqual([ranOut]);
  });

  test("Infinity takes the limit off", async () => {
    const { clock, deadline } = expiring(100);
    const told = listen(deadline);
    deadline.expireAfter(Infinity, () => ranOut);

    expect(clock.pendingTimers).toBe(0);
    expect(deadline.expiresAt).toBe(Infinity);
    await clock.advance(1_000_000);
    expect(told).toEqual([]);
    expect(deadline.reason).toBeUndefined();
  });

  test("a limit first set while somebody listens is heeded", async () => {
    const clock = new VirtualClock();
    const deadline = new Deadline(clock);
    const told = listen(deadline);
    deadline.expireAfter(5, () => ranOut);
    await clock.advance(5);
    expect(told).toEqual([ranOut]);
  });
});

describe("being ended", () => {
  test("the first reason counts, and each listener hears it once", () => {
    const { deadline } = expiring(100);
    const told = listen(deadline);
    deadline.end(reason);
    deadline.end(ranOut);
    expect(told).toEqual([reason]);
    expect(deadline.reason).toBe(reason);
  });

  test("it takes the timer back, and running out later changes nothing", async () => {
    const { clock, deadline } = expiring(100);
    const told = listen(deadline);
    deadline.end(reason);
    expect(clock.pendingTimers).toBe(0);

    deadline.expireAfter(10, () => ranOut);
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(1_000);
    expect(told).toEqual([reason]);
    expect(deadline.reason).toBe(reason);
  });

  test("a listener taken off hears nothing, also when another takes it off on the way", () => {
    const deadline = new Deadline(new VirtualClock());
    const told: string[] = [];
    deadline.onEnd(() => leaveSecond());
    const leaveSecond = deadline.onEnd(() => told.push("second"));
    const leaveThird = deadline.onEnd(() => told.push("third"));
    deadline.onEnd(() => told.push("fourth"));
    leaveThird();
    leaveThird();

    deadline.end(reason);
    expect(told).toEqual(["fourth"]);
  });

  test("a listener that comes later is told at once", () => {
    const deadline = new Deadline(new VirtualClock());
    deadline.end(reason);
    expect(listen(deadline)).toEqual([reason]);
  });
});

describe("the signal", () => {
  test("is made once and aborts with the reason", async () => {
    const { clock, deadline } = expiring(100);
    const { signal } = deadline;
    expect(deadline.signal).toBe(signal);
    expect(signal.aborted).toBe(false);
    await clock.advance(100);
    expect(signal.reason).toBe(ranOut);
  });

  test("has aborted when it is first asked for after the end", () => {
    const deadline = new Deadline(new VirtualClock());
    deadline.end(reason);
    expect(deadline.signal.aborted).toBe(true);
    expect(deadline.signal.reason).toBe(reason);
  });
});

describe("parent and child", () => {
  test("a child ends with its parent, for its parent's reason", () => {
    const clock = new VirtualClock();
    const parent = new Deadline(clock);
    const child = new Deadline(clock, new Deadline(clock, parent));
    const told = listen(child);
    parent.end(reason);
    expect(told).toEqual([reason]);
    expect(child.reason).toBe(reason);
    expect(child.signal.reason).toBe(reason);
  });

  test("a parent does not end with its child", () => {
    const clock = new VirtualClock();
    const parent = new Deadline(clock);
    const told = listen(parent);
    new Deadline(clock, parent).end(reason);
    expect(parent.reason).toBeUndefined();
    expect(told).toEqual([]);
  });

  test("a child nobody listened to knows that its parent has ended or run out", async () => {
    const { clock, deadline } = expiring(100);
    const child = new Deadline(clock, deadline);
    await clock.advance(100);
    expect(child.reason).toBe(ranOut);
    expect(listen(child)).toEqual([ranOut]);
  });

  test("a child that ended first keeps its own reason", () => {
    const clock = new VirtualClock();
    const parent = new Deadline(clock);
    const child = new Deadline(clock, parent);
    child.end(ranOut);
    parent.end(reason);
    expect(child.reason).toBe(ranOut);
  });

  test("it runs out when the sooner of the two does", async () => {
    const { clock, deadline } = expiring(100);
    const child = new Deadline(clock, deadline);
    child.expireAfter(200, () => reason);
    expect(child.expiresAt).toBe(100);
    child.expireAfter(50, () => reason);
    expect(child.expiresAt).toBe(50);

    const told = listen(child);
    await clock.advance(50);
    expect(told).toEqual([reason]);
    expect(deadline.reason).toBeUndefined();
  });

  test("a listener is told whenever the parent runs out, also in the middle of its coming", async () => {
    /** Time goes on with every look at it, as it does on a machine. */
    class RunningClock extends VirtualClock {
      #looks = 0;
      override now(): number {
        return super.now() + (this.#looks += 1);
      }
    }
    for (let delayMs = 1; delayMs < 12; delayMs += 1) {
      const clock = new RunningClock();
      const parent = new Deadline(clock);
      parent.expireAfter(delayMs, () => ranOut);
      const child = new Deadline(clock, parent);
      child.expireAfter(1_000, () => reason);
      const told = listen(child);

      await clock.advance(100);
      expect(told, `parent runs out after ${delayMs} looks`).toEqual([ranOut]);
      expect(clock.pendingTimers).toBe(0);
    }
  });
});

describe("being closed", () => {
  test("it lets go of its timer and its listeners, and never ends after", async () => {
    const { clock, deadline } = expiring(100);
    const told = listen(deadline);
    deadline.close();
    deadline.close();
    expect(clock.pendingTimers).toBe(0);

    await clock.advance(500);
    deadline.end(reason);
    expect(told).toEqual([]);
    expect(deadline.reason).toBeUndefined();
  });

  test("it keeps the reason it had", () => {
    const deadline = new Deadline(new VirtualClock());
    deadline.end(reason);
    deadline.close();
    expect(deadline.reason).toBe(reason);
  });

  test("who listens after, or asks for the signal, sets no timer and is told nothing", async () => {
    const clock = new VirtualClock();
    const parent = new Deadline(clock);
    const deadline = new Deadline(clock, parent);
    deadline.expireAfter(100, () => ranOut);
    deadline.close();

    const told = listen(deadline);
    expect(deadline.signal.aborted).toBe(false);
    expect(clock.pendingTimers).toBe(0);

    await clock.advance(500);
    parent.end(reason);
    expect(told).toEqual([]);
    expect(deadline.signal.aborted).toBe(false);
  });

  test("a deadline holds nothing of ten thousand children that have come and gone", async () => {
    const clock = new VirtualClock();
    const batch = new Deadline(clock);
    batch.expireAfter(60_000, () => ranOut);
    const children: WeakRef<Deadline>[] = [];
    for (let index = 0; index < 10_000; index += 1) {
      const child = new Deadline(clock, batch);
      children.push(new WeakRef(child));
      child.expireAfter(30_000, () => reason);
      listen(child);
      if (index % 3 === 0) child.end(reason);
      child.close();
    }
    expect(clock.pendingTimers).toBe(1);
    await collectGarbage();
    expect(children.filter((child) => child.deref() !== undefined).length).toBeLessThan(100);
    batch.close();
    expect(clock.pendingTimers).toBe(0);
  });

  test("children that one child's end closes, or that come then, are told once or not at all", () => {
    const clock = new VirtualClock();
    const batch = new Deadline(clock);
    const [first, second, third] = [1, 2, 3].map(() => new Deadline(clock, batch));
    const late: ToolError[] = [];
    first?.onEnd(() => {
      second?.close();
      new Deadline(clock, batch).onEnd((given) => late.push(given));
    });
    const told = [second, third].map((child) => child && listen(child));
    batch.end(reason);
    batch.end(ranOut);
    expect(told).toEqual([[], [reason]]);
    expect(late).toEqual([reason]);
  });

  test("of many followers those are ended that are still there, each once", () => {
    const clock = new VirtualClock();
    const batch = new Deadline(clock);
    const ended: number[] = [];
    const followers = Array.from({ length: 6 }, (_, name) => ({
      followerSlot: -1,
      end: () => void ended.push(name),
    }));
    for (const follower of followers) batch.follow(follower);
    for (const gone of [1, 0, 5, 1]) batch.unfollow(followers[gone] as (typeof followers)[0]);
    batch.follow(followers[0] as (typeof followers)[0]);
    batch.end(reason);
    expect(new Set(ended)).toEqual(new Set([0, 2, 3, 4]));
    expect(ended).toHaveLength(4);
  });
});

async function collectGarbage(): Promise<void> {
  const { setFlagsFromString } = await import("node:v8");
  const { runInNewContext } = await import("node:vm");
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  // References read in a turn are kept until its end.
  await new VirtualClock().advance(0);
  collect();
}
