/** The promises of the {@link Limiter} port, as tests that every limiter with caps on concurrency runs. */
import { describe, expect, test } from "vitest";
import { ToolError } from "../core/tool-error.ts";
import type { LimitsOptions } from "../limits/limit-options.ts";
import type { Limiter } from "../limits/limiter.ts";
import { Deadline } from "../time/deadline.ts";
import { type AskedOf, LimiterRequest, type Standing } from "./limiter-request.ts";
import { type MakeLimiter, checkLimiterWalks } from "./limiter-walk.ts";
import { VirtualClock } from "./virtual-clock.ts";

const cancelled = new ToolError("CALL_CANCELLED", "The caller gave up.");
const closing = new ToolError("CALL_CANCELLED", "The limiter closes.");

/** A limiter, its clock, and a short way to ask for permits. */
interface Stage {
  readonly limiter: Limiter;
  readonly clock: VirtualClock;
  readonly ask: (asked?: AskedOf) => LimiterRequest;
  readonly settle: () => Promise<void>;
}

function stageOf(make: MakeLimiter, limits: LimitsOptions): Stage {
  const clock = new VirtualClock();
  const limiter = make(limits, clock);
  return {
    limiter,
    clock,
    ask: (asked) => new LimiterRequest(limiter, clock, asked),
    settle: () => clock.advance(0),
  };
}

function standings(requests: readonly LimiterRequest[]): Standing[] {
  return requests.map(({ standing }) => standing);
}

/**
 * Registers the tests that every {@link Limiter} with caps on concurrency must pass.
 *
 * @param name - What the limiter is called in the report.
 */
export function testLimiter(name: string, make: MakeLimiter): void {
  describe(`${name} keeps the promises of a limiter`, () => {
    testAdmission(make);
    testOrder(make);
    testGivingUp(make);
    testFullQueues(make);
    testClosing(make);

    test("whatever happens: caps hold, nobody waits who could run, and order is kept", async () => {
      await checkLimiterWalks(make, 300);
    });
  });
}

function testAdmission(make: MakeLimiter): void {
  test("a permit comes at once, without a promise or a word of waiting, while there is room", () => {
    const { ask } = stageOf(make, { "*": { concurrency: 3 }, a: { concurrency: 2 } });
    const requests = [ask(), ask(), ask({ toolName: "b" })];
    expect(requests.map(({ wasAtOnce, heldBy }) => [wasAtOnce, heldBy])).toEqual([
      [true, []],
      [true, []],
      [true, []],
    ]);
  });

  test("the limit that holds a request is told once, by its name", async () => {
    const { ask, settle } = stageOf(make, { "*": { concurrency: 2 }, a: { concurrency: 1 } });
    ask();
    const behindTool = ask();
    ask({ toolName: "b" });
    const behindAll = ask({ toolName: "b" });
    const behindBoth = ask();
    await settle();
    expect(behindTool.heldBy).toEqual(["a"]);
    expect(behindAll.heldBy).toEqual(["*"]);
    expect(behindBoth.heldBy).toEqual(["a"]);
  });

  test("a tool at its own cap keeps no place from other tools", async () => {
    const { ask, settle } = stageOf(make, { "*": { concurrency: 2 }, a: { concurrency: 1 } });
    const requests = [ask(), ask(), ask(), ask({ toolName: "b" })];
    await settle();
    expect(standings(requests)).toEqual(["running", "waiting", "waiting", "running"]);
  });

  test("one release lets one in, however often it is repeated", async () => {
    const { ask, settle } = stageOf(make, { "*": { concurrency: 1 } });
    const [first, ...others] = [ask(), ask(), ask()];
    first.release(3);
    await settle();
    first.release(3);
    await settle();
    expect(standings(others)).toEqual(["running", "waiting"]);
  });

  test("a tool whose name every object has as a member is a tool like any other", () => {
    const { ask } = stageOf(make, { "*": { concurrency: 8 } });
    for (const toolName of ["constructor", "__proto__", "toString", "*"]) {
      expect(ask({ toolName }).standing, toolName).toBe("running");
    }
  });
}

function testOrder(make: MakeLimiter): void {
  test("the smaller priority runs first, and within one the one that came first", async () => {
    const { ask, settle } = stageOf(make, { "*": { concurrency: 1 } });
    const running = ask();
    const priorities = [1, 0, -1, 0, 2.5, -1, 1];
    const waiting = priorities.map((priority, place) => ({
      place,
      request: ask({ priority, toolName: place % 2 === 0 ? "a" : "b" }),
    }));
    const served: number[] = [];
    for (let current = running; served.length < priorities.length;) {
      current.release();
      await settle();
      const next = waiting.find(({ request }) => request.standing === "running");
      if (next === undefined) break;
      served.push(next.place);
      current = next.request;
    }
    expect(served).toEqual([2, 5, 1, 3, 0, 6, 4]);
  });
}

function testGivingUp(make: MakeLimiter): void {
  test("a request is refused with its deadline's reason the moment that ends", async () => {
    const { ask, settle } = stageOf(make, { "*": { concurrency: 1 } });
    ask();
    const waiting = ask();
    waiting.deadline.end(cancelled);
    await settle();
    expect(waiting.standing).toEqual({ refused: cancelled });
  });

  test("it leaves the line: its place goes to the next, and it never gets a permit", async () => {
    const { ask, settle } = stageOf(make, { "*": { concurrency: 1 } });
    const requests = [ask(), ask(), ask(), ask()];
    requests[1]?.deadline.end(cancelled);
    requests[0]?.release();
    requests[2]?.deadline.end(cancelled);
    await settle();
    expect(requests.map((request) => request.refusal ?? request.standing)).toEqual([
      "released",
      "CALL_CANCELLED",
      "running",
      "waiting",
    ]);
  });

  test("a deadline that has ended is refused where it would have to wait", async () => {
    const { limiter, clock, ask, settle } = stageOf(make, { "*": { concurrency: 1 } });
    const running = ask();
    const deadline = new Deadline(clock);
    deadline.end(cancelled);
    const told: string[] = [];
    const answer = (async () =>
      limiter.acquire({
        tool: { name: "a" },
        input: undefined,
        priority: 0,
        tenant: undefined,
        askedAt: 0,
        deadline,
        parent: undefined,
        onWait: (limitName) => told.push(limitName),
      }))();
    await expect(answer).rejects.toBe(cancelled);
    expect(told).toEqual([]);

    running.release();
    await settle();
    expect(ask().standing).toBe("running");
  });

  test("who runs out of time while waiting is refused then, and no timer is left", async () => {
    const { clock, ask } = stageOf(make, { "*": { concurrency: 1 } });
    ask();
    const waiting = ask();
    waiting.deadline.expireAfter(50, () => cancelled);
    await clock.advance(49);
    expect(waiting.standing).toBe("waiting");
    await clock.advance(1);
    expect(waiting.refusal).toBe("CALL_CANCELLED");
    expect(clock.pendingTimers).toBe(0);
  });

  test("a deadline is let go of as soon as its request runs or is refused", async () => {
    const { limiter, ask, settle } = stageOf(make, { "*": { concurrency: 1 } });
    const [first, second, third, fourth] = [ask(), ask(), ask(), ask()];
    expect(second.deadline.listening).toBe(1);
    third.deadline.end(cancelled);
    first.release();
    limiter.close(closing);
    await settle();
    for (const { deadline } of [first, second, third, fourth]) expect(deadline.listening).toBe(0);
  });

  test("a deadline that ends once the permit is held changes nothing", async () => {
    const { ask, settle } = stageOf(make, { "*": { concurrency: 1 } });
    const [first, second] = [ask(), ask()];
    first.deadline.end(cancelled);
    await settle();
    expect(standings([first, second])).toEqual(["running", "waiting"]);
    first.release();
    await settle();
    expect(second.standing).toBe("running");
  });

  test("who cancels on hearing that it waits is refused, and keeps no place", async () => {
    const { ask, settle } = stageOf(make, { "*": { concurrency: 1 } });
    const first = ask();
    const second: LimiterRequest = ask({
      onWait: () => void Promise.resolve().then(() => second.deadline.end(cancelled)),
    });
    await settle();
    expect(second.refusal).toBe("CALL_CANCELLED");
    const third = ask();
    first.release();
    await settle();
    expect(third.standing).toBe("running");
  });
}

function testFullQueues(make: MakeLimiter): void {
  test("where nobody may wait, QUEUE_FULL comes instead, and names the limit", async () => {
    const { ask, settle } = stageOf(make, {
      "*": { concurrency: 2 },
      a: { concurrency: 1, queue: { max: 0 } },
    });
    const first = ask();
    const refused = ask();
    await settle();
    expect(refused.refusal).toBe("QUEUE_FULL");
    expect(refused.heldBy).toEqual([]);
    expect(refused.standing).toMatchObject({
      refused: { retryable: true, details: { limit: "a", maxQueued: 0 } },
    });
    first.release();
    expect(ask().standing).toBe("running");
  });

  test("a queue takes as many as it may, and again once somebody has left it", async () => {
    const { ask, settle } = stageOf(make, { a: { concurrency: 1, queue: { max: 2 } } });
    const [first, second, third] = [ask(), ask(), ask()];
    expect(ask().refusal).toBe("QUEUE_FULL");
    third.deadline.end(cancelled);
    const fourth = ask();
    expect(ask().refusal).toBe("QUEUE_FULL");
    first.release();
    const fifth = ask();
    await settle();
    expect(standings([second, fourth, fifth])).toEqual(["running", "waiting", "waiting"]);
  });

  test("the queue of `*` bounds all who wait, whatever limit they wait for", () => {
    const { ask } = stageOf(make, {
      "*": { concurrency: 3, queue: { max: 2 } },
      a: { concurrency: 1 },
      b: { concurrency: 1 },
    });
    ask();
    ask({ toolName: "b" });
    expect([ask(), ask({ toolName: "b" })].map(({ standing }) => standing)).toEqual([
      "waiting",
      "waiting",
    ]);
    for (const toolName of ["a", "b"]) {
      const refused = ask({ toolName });
      expect(refused.standing).toMatchObject({ refused: { details: { limit: "*" } } });
    }
    expect(ask({ toolName: "c" }).standing).toBe("running");
  });

  test("the queue of a tool bounds its calls, whatever limit holds them", async () => {
    const { ask, settle } = stageOf(make, {
      "*": { concurrency: 1 },
      a: { concurrency: 5, queue: { max: 1 } },
    });
    ask({ toolName: "b" });
    const waiting = [ask(), ask(), ask({ toolName: "b" })];
    await settle();
    expect(waiting.map(({ standing }) => standing)).toEqual([
      "waiting",
      {
        refused: expect.objectContaining({
          code: "QUEUE_FULL",
          details: { limit: "a", maxQueued: 1 },
        }) as unknown,
      },
      "waiting",
    ]);
  });
}

function testClosing(make: MakeLimiter): void {
  test("close refuses all who wait and all who come later, and permits stay held", async () => {
    const { limiter, ask, settle } = stageOf(make, {
      "*": { concurrency: 2 },
      a: { concurrency: 1 },
    });
    const running = ask();
    const waiting = [ask(), ask(), ask({ priority: -1 })];
    ask({ toolName: "b" });
    waiting.push(ask({ toolName: "b" }));
    limiter.close(closing);
    await settle();
    for (const { standing } of waiting) expect(standing).toEqual({ refused: closing });
    expect(ask().standing).toEqual({ refused: closing });
    expect(ask({ toolName: "new" }).standing).toEqual({ refused: closing });

    running.release();
    await settle();
    expect(ask().standing).toEqual({ refused: closing });
  });

  test("who closes it on hearing of a request that waits has that one refused too", async () => {
    const { limiter, ask, settle } = stageOf(make, { "*": { concurrency: 1 } });
    const running = ask();
    const waiting = ask({ onWait: () => limiter.close(closing) });
    running.release();
    await settle();
    expect(waiting.standing).toEqual({ refused: closing });
  });
}
