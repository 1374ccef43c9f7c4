import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { VirtualClock } from "../testing/virtual-clock.ts";
import { EventQueue } from "./event-queue.ts";

const clock = new VirtualClock();
const settle = (): Promise<void> => clock.advance(0);
const nothing = (): void => {};

function queueOf(maxUnread = 2): { queue: EventQueue<number>; abandoned: () => number } {
  let abandoned = 0;
  const queue = new EventQueue<number>(maxUnread, () => (abandoned += 1));
  return { queue, abandoned: () => abandoned };
}

async function readAll(queue: EventQueue<number>): Promise<number[]> {
  const read: number[] = [];
  for await (const event of queue) read.push(event);
  return read;
}

describe("reading", () => {
  test("gives what was pushed before and after, in order, and then the end, again and again", async () => {
    const { queue } = queueOf();
    queue.push(1);
    queue.push(2);
    const reading = readAll(queue);
    await settle();
    queue.push(3);
    queue.end();
    expect(await reading).toEqual([1, 2, 3]);
    expect(await queue.next()).toEqual({ done: true, value: undefined });
  });

  test("several may ask before there is anything, and each gets its own in order", async () => {
    const { queue } = queueOf();
    const asked = [queue.next(), queue.next(), queue.next()];
    queue.push(1);
    const late = queue.next();
    queue.push(2);
    queue.end();
    expect(await Promise.all([...asked, late])).toEqual([
      { done: false, value: 1 },
      { done: false, value: 2 },
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
  });

  test("a failure comes after the last event, once", async () => {
    const { queue } = queueOf();
    const failure = new Error("broken source");
    queue.push(1);
    queue.fail(failure);
    expect(await queue.next()).toEqual({ done: false, value: 1 });
    await expect(queue.next()).rejects.toBe(failure);
    expect(await queue.next()).toEqual({ done: true, value: undefined });
  });

  test("a failure reaches the one who waits for an event", async () => {
    const { queue } = queueOf();
    const asked = [queue.next(), queue.next()];
    queue.fail(new Error("broken source"));
    const answers = await Promise.allSettled(asked);
    expect(answers.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
  });

  test("what is pushed after the end is not kept", async () => {
    const { queue } = queueOf();
    queue.end();
    queue.push(1);
    expect(await readAll(queue)).toEqual([]);
  });
});

describe("stopping early", () => {
  test("is told once, and ends reading and feeding", async () => {
    const { queue, abandoned } = queueOf(1);
    queue.push(1);
    queue.push(2);
    const room = queue.room();
    for await (const event of queue) {
      expect(event).toBe(1);
      break;
    }
    await room;
    queue.push(3);
    expect(await queue.next()).toEqual({ done: true, value: undefined });
    await queue.return();
    expect(abandoned()).toBe(1);
  });

  test("while somebody waits for an event ends that wait", async () => {
    const { queue } = queueOf();
    const asked = queue.next();
    await queue.return();
    expect(await asked).toEqual({ done: true, value: undefined });
  });

  test("after the end abandons nothing, and drops a failure nobody read", async () => {
    const { queue, abandoned } = queueOf();
    queue.push(1);
    queue.fail(new Error("broken source"));
    await queue.return();
    expect(abandoned()).toBe(0);
    expect(await queue.next()).toEqual({ done: true, value: undefined });
  });
});

describe("room", () => {
  test("is there until as many wait as may, and again when one is read", async () => {
    const { queue } = queueOf(2);
    await queue.room();
    queue.push(1);
    await queue.room();
    queue.push(2);

    let hasRoom = false;
    void queue.room().then(() => (hasRoom = true));
    await settle();
    expect(hasRoom).toBe(false);
    await queue.next();
    await settle();
    expect(hasRoom).toBe(true);
  });

  test("counts what came while a feeder waited: one read of three too many gives none", async () => {
    const { queue } = queueOf(1);
    for (const event of [1, 2, 3]) queue.push(event);
    let hasRoom = false;
    void queue.room().then(() => (hasRoom = true));
    await queue.next();
    await queue.next();
    await settle();
    expect(hasRoom).toBe(false);
    await queue.next();
    await settle();
    expect(hasRoom).toBe(true);
  });

  test("needs no event to be read where a reader waits already", async () => {
    const { queue } = queueOf(1);
    const asked = queue.next();
    queue.push(1);
    await queue.room();
    expect(await asked).toEqual({ done: false, value: 1 });
  });
});

test("any order of pushing and reading loses nothing, doubles nothing and keeps the order", async () => {
  const steps = fc.array(fc.constantFrom("push", "read", "settle"), { maxLength: 120 });
  const property = fc.asyncProperty(steps, async (given) => {
    const queue = new EventQueue<number>(3, nothing);
    const asked: Promise<IteratorResult<number, undefined>>[] = [];
    let pushed = 0;
    for (const step of given) {
      if (step === "push") queue.push((pushed += 1));
      else if (step === "read") asked.push(queue.next());
      else await settle();
    }
    queue.end();
    const rest = await readAll(queue);
    const read = (await Promise.all(asked)).filter(({ done }) => done !== true);
    const all = [...read.map(({ value }) => value), ...rest];
    expect(all).toEqual(Array.from({ length: pushed }, (_, index) => index + 1));
  });
  await fc.assert(property, { numRuns: 200 });
});

test("a reader who never quite catches up does not make it keep what was read", async () => {
  const queue = new EventQueue<object>(8, nothing);
  const read: WeakRef<object>[] = [];
  for (let index = 0; index < 4; index += 1) queue.push({});
  for (let index = 0; index < 2_000; index += 1) {
    queue.push({});
    const { value } = await queue.next();
    if (value !== undefined) read.push(new WeakRef(value));
  }
  await collectGarbage();
  expect(read.filter((reference) => reference.deref() !== undefined).length).toBeLessThan(100);
  queue.end();
});

async function collectGarbage(): Promise<void> {
  const { setFlagsFromString } = await import("node:v8");
  const { runInNewContext } = await import("node:vm");
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  // References read in a turn are kept until its end.
  await settle();
  collect();
}
