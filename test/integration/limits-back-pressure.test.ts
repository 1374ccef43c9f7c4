/** Bounded queues, deadlines and streams; shares, priorities and reserved slots: in real time, through a registry. */
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import {
  type CallOptions,
  type LimitsOptions,
  type ToolCall,
  ToolRegistry,
  type ToolResult,
  defineTool,
} from "../../src/index.ts";
import { countEnds, endOf, expectIdle, sendEach } from "../fixtures/limits/limited-registry.ts";

/** A registry with a tool `work`, which notes on whose behalf it runs. */
function setUp(limits: LimitsOptions): {
  readonly registry: ToolRegistry;
  /** Ids of calls in the order they began. */
  readonly began: string[];
  readonly tenants: string[];
} {
  const registry = new ToolRegistry({ mode: "async", limits });
  const began: string[] = [];
  const tenants: string[] = [];
  const work = defineTool({
    name: "work",
    description: "Takes a while.",
    input: { type: "object" },
    execute: async (input, { callId, tenant = "", signal }) => {
      began.push(callId);
      tenants.push(tenant);
      await wait((input as { waitMs: number }).waitMs, undefined, { signal });
    },
  });
  const tagged = { ...work, name: "tagged", tags: ["interactive"] };
  registry.register([work, tagged]);
  return { registry, began, tenants };
}

const callOf = (id: string, waitMs: number, options: CallOptions = {}, name = "work") => {
  const call: ToolCall = { id, name, input: { waitMs } };
  return { ...call, options };
};

const sendTo = async (
  queue: object,
  priorities: readonly number[],
): Promise<[string, ToolResult][]> => {
  const { registry } = setUp({ work: { concurrency: 1, queue } });
  const calls = priorities.map((priority, place) => callOf(`${place}`, 10, { priority }));
  const results = await sendEach(registry, calls);
  await expectIdle(registry);
  await registry.close();
  return results.map((result) => [endOf(result), result]);
};
const endsOf = async (queue: object, priorities = [0, 0, 0, 0, 0]): Promise<string> =>
  (await sendTo(queue, priorities))
    .map(([end]) => (end === "ok" ? "o" : end === "QUEUE_FULL" ? "x" : end))
    .join("");

describe("a full queue", () => {
  test("rejects the newcomer, or drops the oldest, or sheds the least urgent", async () => {
    expect(await endsOf({ max: 2 })).toBe("oooxx");
    expect(await endsOf({ max: 0 })).toBe("oxxxx");
    expect(await endsOf({ max: 2, onFull: "drop-oldest" })).toBe("oxxoo");
    expect(await endsOf({ max: 2, onFull: "shed-lowest" }, [0, 3, 1, 2, 4])).toBe("oxoox");
  });

  test("that blocks loses nobody", async () => {
    expect(await endsOf({ max: 2, onFull: "block" })).toBe("ooooo");
    expect(await endsOf({ max: 0, onFull: "block" })).toBe("ooooo");
  });

  test("names its limit, and what its settings were", async () => {
    const [, , third] = await sendTo({ max: 1 }, [0, 0, 0]);
    expect(third?.[1]).toMatchObject({
      error: { code: "QUEUE_FULL", details: { limit: "work", maxQueued: 1 } },
    });
  });

  test("says once that it is congested, and once that it is relieved", async () => {
    const { registry } = setUp({ work: { concurrency: 1, queue: { max: 10, high: 6, low: 2 } } });
    const events: string[] = [];
    registry.on("limit.congested", ({ limit, queued }) => events.push(`${limit} > ${queued}`));
    registry.on("limit.relieved", ({ limit, queued }) => events.push(`${limit} < ${queued}`));
    await sendEach(
      registry,
      Array.from({ length: 9 }, (_, place) => callOf(`${place}`, 1)),
    );
    expect(events).toEqual(["work > 6", "work < 2"]);
    await registry.close();
  });

  test("a listener that changes the limit is not called again for it", async () => {
    const { registry } = setUp({ work: { concurrency: 1, queue: { max: 10, high: 6, low: 2 } } });
    let told = 0;
    registry.on("limit.congested", () => {
      told += 1;
      registry.setLimits({ work: { concurrency: 2 } });
    });
    registry.on("tool.queued", () => registry.setLimits({ "*": { concurrency: 50 } }));
    const calls = Array.from({ length: 10 }, (_, place) => callOf(`${place}`, 1));
    expect(countEnds(await sendEach(registry, calls))).toEqual({ ok: 10 });
    expect(told).toBe(1);
    await expectIdle(registry);
    await registry.close();
  });
});

test("who waits longer than queue.timeoutMs goes, also when that is set while it waits", async () => {
  const { registry } = setUp({ work: { concurrency: 1, queue: { timeoutMs: 30 } } });
  const first = await sendEach(registry, [callOf("a", 80), callOf("b", 1)]);
  expect(first.map(endOf)).toEqual(["ok", "QUEUE_FULL"]);
  registry.setLimits({ work: { queue: undefined } });
  const sent = sendEach(registry, [callOf("a", 80), callOf("b", 1)]);
  registry.setLimits({ work: { queue: { timeoutMs: 30 } } });
  expect((await sent).map(endOf)).toEqual(["ok", "QUEUE_FULL"]);
  await expectIdle(registry);
  await registry.close();
});

test("a call that cannot make it is refused when it comes, with the estimate", async () => {
  const { registry } = setUp({ work: { concurrency: 1 } });
  for (const place of [1, 2, 3]) await registry.call("work", { waitMs: 40 + place });
  const before = sendEach(
    registry,
    Array.from({ length: 5 }, (_, n) => callOf(`${n}`, 40)),
  );
  let isAnswered = false;
  const late = sendEach(registry, [callOf("late", 40, { deadlineMs: 100 })]).finally(() => {
    isAnswered = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(isAnswered).toBe(true);
  const [result] = await late;
  expect(result).toMatchObject({
    error: { code: "DEADLINE_EXCEEDED", details: { limit: "work" } },
    timing: { attempts: 0 },
  });
  const { expectedMs, leftMs } = result?.status === "error" ? result.error.details : {};
  expect(expectedMs).toBeGreaterThan(200);
  expect(leftMs).toBeLessThanOrEqual(100);
  // Who has the time is let in.
  const patient = sendEach(registry, [callOf("patient", 1, { deadlineMs: 60_000 })]);
  expect(countEnds([...(await before), ...(await patient)])).toEqual({ ok: 6 });
  await expectIdle(registry);
  await registry.close();
});

test.each([undefined, { max: 4, onFull: "block" as const }])(
  "a stream pulls from an endless source only as fast as a slow limit lets calls in: queue %j",
  async (queue) => {
    const { registry } = setUp({ work: { concurrency: 3, queue } });
    let pulled = 0;
    let ended = 0;
    let furthest = 0;
    function* endless(): Generator<ToolCall> {
      for (;;) {
        pulled += 1;
        furthest = Math.max(furthest, pulled - ended);
        yield { id: `${pulled}`, name: "work", input: { waitMs: 1 } };
      }
    }
    for await (const event of registry.streamToolCalls(endless())) {
      if (event.type !== "tool.completed") continue;
      ended += 1;
      if (ended === 300) break;
    }
    // Three that run, one that waits, and one whose end is about to be read.
    expect(furthest).toBeLessThanOrEqual(3 + 1 + 3);
    expect(pulled).toBeLessThanOrEqual(307);
    await expectIdle(registry);
    await registry.close();
  },
);

describe("tenants", () => {
  test("a quiet one with 5 calls does not wait for a loud one with 1 000", async () => {
    const { registry, tenants } = setUp({ "*": { concurrency: 4 } });
    const loud = Array.from({ length: 1_000 }, (_, n) => callOf(`${n}`, 0, { tenant: "loud" }));
    const quiet = Array.from({ length: 5 }, (_, n) => callOf(`q${n}`, 0, { tenant: "quiet" }));
    await sendEach(registry, [...loud, ...quiet]);
    // By the time all five have begun, the other has had hardly more than twice as many turns.
    expect(tenants.lastIndexOf("quiet")).toBeLessThan(40);
    await expectIdle(registry);
    await registry.close();
  });

  test("have shares by their weights, also when these change", async () => {
    const { registry, tenants } = setUp({
      "*": { concurrency: 1 },
      tenant: { weight: { pro: 4 } },
    });
    const calls = ["pro", "free"].flatMap((tenant) =>
      Array.from({ length: 100 }, (_, n) => callOf(`${n}`, 1, { tenant })),
    );
    const sent = sendEach(registry, calls);
    await expect.poll(() => tenants.length, { interval: 1 }).toBeGreaterThan(60);
    const first = tenants.slice(0, 60).filter((tenant) => tenant === "pro").length;
    expect(first).toBeGreaterThan(40);
    registry.setLimits({ tenant: { weight: { free: 9 } } });
    const from = tenants.length;
    await expect.poll(() => tenants.length, { interval: 1 }).toBeGreaterThan(from + 40);
    const then = tenants.slice(from, from + 40).filter((tenant) => tenant === "free").length;
    expect(then).toBeGreaterThan(28);
    expect(countEnds(await sent)).toEqual({ ok: 200 });
    await registry.close();
  });

  test("a reserved slot is lent, and is the owner's again as soon as one comes free", async () => {
    const { registry, began } = setUp({
      "*": { concurrency: 3, reserved: { "tenant:vip": 1, "tag:interactive": 1 } },
    });
    const others = Array.from({ length: 30 }, (_, n) => callOf(`${n}`, 5, { tenant: "other" }));
    const sent = sendEach(registry, others);
    expect(began).toEqual(["0", "1", "2"]);
    const owners = sendEach(registry, [
      callOf("vip", 1, { tenant: "vip" }),
      callOf("chat", 1, { tenant: "other" }, "tagged"),
    ]);
    expect(countEnds([...(await owners), ...(await sent)])).toEqual({ ok: 32 });
    expect(began.slice(3, 5).toSorted((left, right) => left.localeCompare(right))).toEqual([
      "chat",
      "vip",
    ]);
    await registry.close();
  });
});

test("urgent calls go first, and others are put off no longer than their ageing says", async () => {
  const { registry, began } = setUp({ "*": { concurrency: 1, ageingMs: 60 } });
  const old = callOf("old", 1, { priority: 1 });
  const low = callOf("low", 1, { priority: 100 });
  const sent = sendEach(registry, [callOf("first", 20), low, old, callOf("urgent", 1)]);
  await wait(5);
  // Comes after `old`, by less than one step of priority is worth.
  const young = sendEach(registry, [callOf("young", 80)]);
  await wait(75);
  const late = sendEach(registry, [callOf("late", 1)]);
  await Promise.all([sent, young, late]);
  expect(began).toEqual(["first", "urgent", "young", "old", "late", "low"]);
  await registry.close();
});
