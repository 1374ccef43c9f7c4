/** What becomes of those who wait, and of what is told, when limits change. */
import { describe, expect, test } from "vitest";
import { VirtualClock } from "../testing/virtual-clock.ts";
import { Deadline } from "../time/deadline.ts";
import type { LimitsOptions } from "./limit-options.ts";
import type { Permit } from "./limiter.ts";
import { SchedulingLimiter } from "./scheduling-limiter.ts";

interface Asked {
  readonly tenant: string | undefined;
  /** What it was told to wait for. */
  readonly waits: string[];
  permit: Permit | undefined;
  error: unknown;
}

function setUp(limits: LimitsOptions): {
  readonly clock: VirtualClock;
  readonly limiter: SchedulingLimiter;
  readonly events: string[];
  readonly ask: (tenant?: string) => Asked;
} {
  const clock = new VirtualClock();
  const events: string[] = [];
  const limiter = new SchedulingLimiter({
    limits,
    clock,
    emit: ({ type, limit }) => events.push(`${type} ${limit}`),
  });
  const ask = (tenant?: string): Asked => {
    const asked: Asked = { tenant, waits: [], permit: undefined, error: undefined };
    const answer = limiter.acquire({
      tool: { name: "a" },
      input: undefined,
      priority: 0,
      tenant,
      askedAt: clock.now(),
      deadline: new Deadline(clock),
      parent: undefined,
      onWait: (limit) => asked.waits.push(limit),
    });
    if (!(answer instanceof Promise)) asked.permit = answer;
    else {
      answer.then(
        (permit) => (asked.permit = permit),
        (error: unknown) => (asked.error = error),
      );
    }
    return asked;
  };
  return { clock, limiter, events, ask };
}

describe("queue.timeoutMs", () => {
  test("holds for those who wait already, from the change on", async () => {
    const { clock, limiter, ask } = setUp({ a: { concurrency: 1 } });
    ask();
    const waiting = ask();
    await clock.advance(1_000);
    limiter.change({ a: { queue: { timeoutMs: 50 } } });
    await clock.advance(49);
    expect(waiting.error).toBeUndefined();
    await clock.advance(1);
    expect(waiting.error).toMatchObject({ code: "QUEUE_FULL" });
  });

  test("is counted on by changes of something else, and ends when it is taken off", async () => {
    const { clock, limiter, ask } = setUp({ a: { concurrency: 1, queue: { timeoutMs: 50 } } });
    ask();
    const [impatient, patient] = [ask(), ask()];
    await clock.advance(40);
    limiter.change({ "*": { concurrency: 9 }, a: { breaker: true } });
    await clock.advance(10);
    expect([impatient.error, patient.error]).toMatchObject([
      { code: "QUEUE_FULL" },
      { code: "QUEUE_FULL" },
    ]);
    const other = ask();
    await clock.advance(40);
    limiter.change({ a: { queue: undefined } });
    await clock.advance(1_000);
    expect(other.error).toBeUndefined();
  });
});

describe("weights", () => {
  test("count at once, for tenants that wait as well", async () => {
    const { clock, limiter, ask } = setUp({ a: { concurrency: 1 } });
    const all = ["x", "y"].flatMap((tenant) => Array.from({ length: 30 }, () => ask(tenant)));
    limiter.change({ tenant: { weight: { x: 4 } } });
    const served: (string | undefined)[] = [];
    while (served.length < 25) {
      const next = all.find(({ permit }) => permit !== undefined);
      if (next === undefined) throw new Error("Nobody runs.");
      served.push(next.tenant);
      next.permit?.release("success", { runMs: 1 });
      all.splice(all.indexOf(next), 1);
      await clock.advance(1);
    }
    expect(served.slice(0, 20).filter((tenant) => tenant === "x").length).toBeGreaterThan(14);
    expect(
      limiter
        .stats()[0]
        ?.tenants.map(({ weight }) => weight)
        .toSorted(),
    ).toEqual([1, 4]);
  });

  test("a function that throws refuses the call alone, whenever it is asked", async () => {
    let isBroken = false;
    const weight = (tenant: string): number => {
      if (isBroken && tenant === "y") throw new Error("No such tenant.");
      return 1;
    };
    const { clock, limiter, ask } = setUp({ a: { concurrency: 1 }, tenant: { weight } });
    const [x, y, z] = [ask("x"), ask("y"), ask("z")];
    isBroken = true;
    limiter.change({ "a*": { concurrency: 1 } });
    await clock.advance(0);
    expect(y.error).toMatchObject({
      code: "TOOL_FAILED",
      message: "limits.tenant.weight threw; see `cause`.",
      retryable: false,
    });
    x.permit?.release("success");
    await clock.advance(0);
    expect(z.permit).toBeDefined();
    z.permit?.release("success");
    expect(limiter.stats().map(({ running, queued }) => running + queued)).toEqual([0, 0, 0]);
  });

  test("a promise is no weight, and its rejection is nobody's", async () => {
    const weight = (async () => {
      throw new Error("Late.");
    }) as never;
    const { clock, ask } = setUp({ a: { concurrency: 1 }, tenant: { weight } });
    expect(() => ask("x")).toThrow("limits.tenant.weight must be a number above 0");
    await clock.advance(0);
  });
});

describe("what is told", () => {
  test("a queue that is as long as before is told of neither as relieved nor as congested", () => {
    const { limiter, events, ask } = setUp({
      a: { concurrency: 1, queue: { max: 10, high: 2, low: 1 } },
    });
    const all = [ask(), ask(), ask()];
    events.length = 0;
    // Fewer than its high mark wait by now, and more than its low one.
    limiter.change({ a: { queue: { max: 10, high: 3, low: 1 } } });
    expect(events.splice(0)).toEqual(["limit.changed a"]);
    limiter.change({ a: { queue: { max: 10, high: 2, low: 1 } } });
    expect(events.splice(0)).toEqual(["limit.changed a"]);
    limiter.change({ a: { breaker: true } });
    limiter.change({ "*": { concurrency: 5 } });
    expect(events).toEqual(["limit.changed a", "limit.changed *"]);
    limiter.change({ a: { queue: { max: 10, high: 5 } } });
    expect(events.slice(2)).toEqual(["limit.changed a", "limit.relieved a"]);
    limiter.change({ a: { queue: { max: 10, high: 2 } } });
    expect(events.slice(4)).toEqual(["limit.changed a", "limit.congested a"]);
    expect(all.map(({ waits }) => waits)).toEqual([[], ["a"], ["a"]]);
  });
});
