import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ToolError, type ToolErrorOptions } from "../core/tool-error.ts";
import type { ErrorCode } from "../core/error-codes.ts";
import { AdaptiveConcurrency, isOverload, resolveAdaptive } from "./adaptive-concurrency.ts";
import type { AdaptiveOptions } from "./limit-options.ts";

const good = { startedAt: 0, wasFull: true, runMs: 1, overload: false };
const bad = { ...good, overload: true };

describe("the defaults", () => {
  test.each<[string, AdaptiveOptions | true, number | undefined, object]>([
    ["from 1 to 256, beginning at 16", true, undefined, { min: 1, max: 256, initial: 16 }],
    ["up to the limit's concurrency", true, 8, { min: 1, max: 8, initial: 4 }],
    ["up to 256 where that is Infinity", {}, Infinity, { max: 256 }],
    ["beginning at the floor, where that is high", { min: 40 }, undefined, { initial: 40 }],
  ])("%s", (_what, options, concurrency, settings) => {
    expect(resolveAdaptive(options, concurrency)).toMatchObject(settings);
  });
});

describe("it grows", () => {
  test("by one with a round of good answers", () => {
    const adaptive = new AdaptiveConcurrency({ initial: 4 });
    expect([1, 2, 3].map(() => adaptive.end(good, 1))).toEqual([undefined, undefined, undefined]);
    expect(adaptive.end(good, 1)).toEqual({ from: 4, to: 5, reason: "used" });
    expect(adaptive.limit).toBe(5);
  });

  test("never while it is not fully used", () => {
    const adaptive = new AdaptiveConcurrency({ initial: 4 });
    for (let answers = 0; answers < 1_000; answers += 1)
      adaptive.end({ ...good, wasFull: false }, 1);
    expect(adaptive.limit).toBe(4);
  });

  test("up to its ceiling", () => {
    const adaptive = new AdaptiveConcurrency({ initial: 4, max: 6 });
    for (let answers = 0; answers < 1_000; answers += 1) adaptive.end(good, 1);
    expect(adaptive.limit).toBe(6);
    adaptive.end(bad, 1);
    expect(adaptive.limit).toBe(4);
  });
});

describe("it shrinks", () => {
  test("to seven tenths at overload, whether or not it was fully used", () => {
    const adaptive = new AdaptiveConcurrency({ initial: 100 });
    const change = adaptive.end({ ...bad, wasFull: false }, 5);
    expect(change).toEqual({ from: 100, to: 70, reason: "overload" });
  });

  test("once a round: what began before says nothing any more, good or bad", () => {
    const adaptive = new AdaptiveConcurrency({ initial: 100 });
    adaptive.end(bad, 5);
    for (let answers = 0; answers < 100; answers += 1) {
      adaptive.end({ ...bad, startedAt: 4 }, 6);
      adaptive.end({ ...good, startedAt: 4 }, 6);
    }
    expect(adaptive.limit).toBe(70);
    expect(adaptive.end({ ...bad, startedAt: 6 }, 9)?.to).toBe(49);
  });

  test("by one at least, and never below its floor", () => {
    const adaptive = new AdaptiveConcurrency({ initial: 5, min: 3, backoff: 0.99 });
    const limits = [1, 2, 3, 4].map((round) => {
      adaptive.end({ ...bad, startedAt: round }, round + 0.5);
      return adaptive.limit;
    });
    expect(limits).toEqual([4, 3, 3, 3]);
  });

  test("at answers slower than the goal", () => {
    const adaptive = new AdaptiveConcurrency({ initial: 10, latencyMs: 50 });
    expect(adaptive.end({ ...good, runMs: 50 }, 1)).toBeUndefined();
    expect(adaptive.end({ ...good, runMs: 51 }, 1)?.reason).toBe("overload");
  });
});

test("it stays within its bounds, an integer, and tells every change, whatever happens", () => {
  const bounds = fc
    .tuple(fc.integer({ min: 1, max: 20 }), fc.nat({ max: 20 }), fc.nat({ max: 20 }))
    .map(([min, more, further]) => ({ min, initial: min + more, max: min + more + further }));
  const answer = fc.record({
    ageMs: fc.nat({ max: 5 }),
    wasFull: fc.boolean(),
    runMs: fc.nat({ max: 5 }),
    overload: fc.boolean(),
  });
  const property = fc.property(bounds, fc.array(answer, { maxLength: 200 }), (given, answers) => {
    const adaptive = new AdaptiveConcurrency(given);
    let now = 10;
    for (const { ageMs, ...rest } of answers) {
      now += 1;
      const from = adaptive.limit;
      const change = adaptive.end({ ...rest, startedAt: now - ageMs }, now);
      expect(adaptive.limit).toSatisfy(Number.isInteger);
      expect(adaptive.limit).toBeGreaterThanOrEqual(given.min);
      expect(adaptive.limit).toBeLessThanOrEqual(given.max);
      expect(change?.to ?? from).toBe(adaptive.limit);
    }
  });
  fc.assert(property);
});

/** A client of a {@link server}: keeps as many attempts running as its limit lets it. */
interface Client {
  readonly adaptive: AdaptiveConcurrency;
  readonly running: { startedAt: number; endsAt: number; overload: boolean }[];
}

/**
 * A server that answers `capacity` at once in 10 ms and everything beyond with overload, from all clients together;
 * looked at every millisecond for `forMs`. Calls `onTick` after each.
 */
function server(
  clients: readonly Client[],
  { from, forMs, capacity }: { from: number; forMs: number; capacity: number },
  onTick: () => void = () => {},
): void {
  for (let now = from; now < from + forMs; now += 1) {
    for (const { adaptive, running } of clients) {
      const wasFull = running.length >= adaptive.limit;
      for (const done of running.filter(({ endsAt }) => endsAt <= now)) {
        running.splice(running.indexOf(done), 1);
        adaptive.end({ ...done, wasFull, runMs: now - done.startedAt }, now);
      }
    }
    // In turn, so that neither client is served first.
    const most = Math.max(...clients.map(({ adaptive }) => adaptive.limit));
    for (let turn = 0; turn < most; turn += 1) {
      for (const { adaptive, running } of now % 2 === 0 ? clients : clients.toReversed()) {
        if (running.length >= adaptive.limit) continue;
        const load = clients.reduce((sum, client) => sum + client.running.length, 0);
        const overload = load >= capacity;
        running.push({ startedAt: now, endsAt: now + (overload ? 1 : 10), overload });
      }
    }
    onTick();
  }
}

test("it finds what a server can take, and follows when that changes", () => {
  const capacities = fc.integer({ min: 4, max: 60 });
  const property = fc.property(capacities, capacities, (before, after) => {
    const client: Client = { adaptive: new AdaptiveConcurrency({ max: 500 }), running: [] };
    let from = 0;
    for (const capacity of [before, after]) {
      server([client], { from, forMs: 2_000, capacity });
      const limits: number[] = [];
      server([client], { from: from + 2_000, forMs: 2_000, capacity }, () => {
        limits.push(client.adaptive.limit);
      });
      const mean = limits.reduce((sum, limit) => sum + limit, 0) / limits.length;
      // A saw between 0.7 of the capacity and one above it has its middle at 0.85.
      expect(mean).toBeGreaterThan(0.7 * capacity - 1);
      expect(mean).toBeLessThan(capacity + 1);
      expect(Math.max(...limits)).toBeLessThanOrEqual(capacity + 2);
      from += 4_000;
    }
  });
  fc.assert(property, { numRuns: 15 });
});

test("two that share a server come to equal shares, however unequal they begin", () => {
  const large: Client = { adaptive: new AdaptiveConcurrency({ initial: 60 }), running: [] };
  const small: Client = { adaptive: new AdaptiveConcurrency({ initial: 1 }), running: [] };
  server([large, small], { from: 0, forMs: 3_000, capacity: 60 });
  let sums = [0, 0];
  server([large, small], { from: 3_000, forMs: 20_000, capacity: 60 }, () => {
    sums = [(sums[0] ?? 0) + large.adaptive.limit, (sums[1] ?? 0) + small.adaptive.limit];
  });
  const [one = 0, other = 0] = sums;
  // Jain's index: 1 for equal shares, 0.5 when one has everything.
  expect((one + other) ** 2 / (2 * (one ** 2 + other ** 2))).toBeGreaterThan(0.98);
});

function error(code: ErrorCode, options?: ToolErrorOptions): ToolError {
  return new ToolError(code, "no", options);
}

describe("what counts as overload", () => {
  const circle = new Error("round");
  circle.cause = circle;
  const deep = new Error("outer", { cause: new Error("inner", { cause: { statusCode: 503 } }) });
  const unreadable = new Proxy(
    {},
    {
      get: () => {
        throw new Error("private");
      },
    },
  );

  test.each<[string, ToolError, boolean]>([
    ["a rate limit of the server", error("RATE_LIMITED"), true],
    ["a full queue there", error("QUEUE_FULL"), true],
    ["an attempt that took too long", error("DEADLINE_EXCEEDED"), true],
    ["a call whose time is over", error("DEADLINE_EXCEEDED", { retryable: false }), false],
    ["a budget that is used up", error("RATE_LIMITED", { retryable: false }), false],
    ["status 429", error("TOOL_FAILED", { details: { status: 429 } }), true],
    ["status 503, called httpStatus", error("TOOL_FAILED", { details: { httpStatus: 503 } }), true],
    ["status 500", error("TOOL_FAILED", { details: { status: 500 } }), false],
    ["a cause with statusCode 429", error("TOOL_FAILED", { cause: { statusCode: 429 } }), true],
    ["a cause of a cause", error("TOOL_FAILED", { cause: deep }), true],
    ["a rate limit as a cause", error("TOOL_FAILED", { cause: error("RATE_LIMITED") }), true],
    ["a failure like others", error("TOOL_FAILED", { cause: new Error("bug") }), false],
    ["a cause that is its own", error("TOOL_FAILED", { cause: circle }), false],
    ["a cause that cannot be read", error("TOOL_FAILED", { cause: unreadable }), false],
    ["a text as a cause", error("TOOL_FAILED", { cause: "429" }), false],
    ["a crash", error("WORKER_CRASHED"), false],
  ])("%s: %#", (_what, given, expected) => {
    expect(isOverload(given)).toBe(expected);
  });
});
