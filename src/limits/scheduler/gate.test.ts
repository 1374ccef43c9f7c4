/** What gates keep of tenants and keys that have gone, and what they must not forget. */
import { describe, expect, test } from "vitest";
import { VirtualClock } from "../../testing/virtual-clock.ts";
import { Deadline } from "../../time/deadline.ts";
import { ToolError } from "../../core/tool-error.ts";
import type { LimitsOptions } from "../limit-options.ts";
import type { Permit, PermitOutcome } from "../limiter.ts";
import { SchedulingLimiter } from "../scheduling-limiter.ts";
import { Gate } from "./gate.ts";
import { NO_METERS } from "./gate-meters.ts";
import { GateTemplate } from "./gate-template.ts";

function setUp(limits: LimitsOptions): {
  readonly clock: VirtualClock;
  readonly limiter: SchedulingLimiter;
  readonly ask: (tenant?: string) => Permit | Promise<Permit>;
  readonly run: (tenant: string, outcome?: PermitOutcome) => void;
} {
  const clock = new VirtualClock();
  const limiter = new SchedulingLimiter({ limits, clock });
  const ask = (tenant?: string): Permit | Promise<Permit> =>
    limiter.acquire({
      tool: { name: "a" },
      input: undefined,
      priority: 0,
      tenant,
      askedAt: clock.now(),
      deadline: new Deadline(clock),
      parent: undefined,
      onWait: () => {},
    });
  const run = (tenant: string, outcome: PermitOutcome = "success"): void => {
    const permit = ask(tenant);
    if (permit instanceof Promise) throw new Error(`${tenant} has to wait`);
    const error = new ToolError("TOOL_FAILED", "no");
    permit.release(outcome, outcome === "failure" ? { runMs: 5, error } : { runMs: 5 });
  };
  return { clock, limiter, ask, run };
}

function makeGate(weightOf: (tenant: string | undefined) => number): Gate {
  const options = { concurrency: 4 };
  const template = new GateTemplate("a", options, { makeMeters: () => NO_METERS, weightOf });
  return new Gate({ name: "a", template, meters: NO_METERS, weightOf });
}

describe("tenants that came once and never come again are forgotten", () => {
  test.each<[string, LimitsOptions]>([
    ["a concurrency", { tenant: { concurrency: 1 } }],
    ["a rate", { tenant: { rate: { limit: 5, perMs: 1_000 } } }],
    [
      "a bucket that holds less than its rate",
      { tenant: { rate: { limit: 60, perMs: 1_000, kind: "bucket", burst: 5 } } },
    ],
    ["tokens in parts", { tenant: { tokens: { limit: 5_000.5, perMs: 1_000 } } }],
    ["a breaker after failures in a row", { tenant: { breaker: { openForMs: 100 } } }],
    ["a breaker that has opened", { tenant: { breaker: { failures: 1, openForMs: 100 } } }],
    [
      "a breaker after a rate of failures",
      { tenant: { breaker: { failureRate: 0.5, windowMs: 1_000, openForMs: 100 } } },
    ],
  ])("with %s", async (_what, limits) => {
    const { clock, limiter, run } = setUp(limits);
    for (let round = 0; round < 10; round += 1) {
      for (let tenant = 0; tenant < 300; tenant += 1) run(`${round}.${tenant}`, "failure");
      await clock.advance(2_000);
    }
    const known = limiter.stats().map(({ sumOf = 1 }) => sumOf);
    expect(known.reduce((sum, count) => sum + count, 0)).toBeLessThan(1_000);
  });

  test("also by the gate that all of them pass", () => {
    const gate = makeGate(() => 1);
    for (let tenant = 0; tenant < 5_000; tenant += 1) {
      const account = gate.accountOf({ name: "a" }, `${tenant}`);
      gate.line.charge(account, 1);
      gate.line.settle(account, 1, 3);
    }
    expect([...gate.accounts()].length).toBeLessThan(200);
  });
});

test("a tenant whose bucket is not full is not forgotten, and gets no second one", async () => {
  const { clock, ask, run } = setUp({
    tenant: { rate: { limit: 1, perMs: 60_000, kind: "bucket", burst: 10 } },
  });
  for (let start = 0; start < 8; start += 1) run("greedy");
  for (let tenant = 0; tenant < 500; tenant += 1) run(`${tenant}`);
  await clock.advance(1);
  run("greedy");
  run("greedy");
  expect(ask("greedy")).toBeInstanceOf(Promise);
});

describe("what rates have counted counts on when they change", () => {
  test("for a bucket, what it holds: neither more nor less", () => {
    const { limiter, ask, run } = setUp({
      a: { rate: { limit: 60, perMs: 60_000, kind: "bucket", burst: 5 } },
    });
    run("u");
    limiter.change({ a: { rate: { limit: 61, perMs: 60_000, kind: "bucket", burst: 5 } } });
    for (let start = 0; start < 4; start += 1) run("u");
    expect(ask("u")).toBeInstanceOf(Promise);
  });

  test("for each window by its length, in whatever order they are written", async () => {
    const minute = { limit: 5, perMs: 60_000 };
    const { clock, limiter, ask, run } = setUp({ a: { rate: [{ limit: 3, perMs: 1 }, minute] } });
    for (let start = 0; start < 3; start += 1) run("u");
    await clock.advance(10);
    limiter.change({ a: { rate: { ...minute, limit: 3 } } });
    expect(ask("u")).toBeInstanceOf(Promise);
  });

  test("for tokens, debts as well", async () => {
    const clock = new VirtualClock();
    const limits = { a: { tokens: { limit: 10, perMs: 1_000, kind: "bucket", estimate: 1 } } };
    const limiter = new SchedulingLimiter({ limits: limits as LimitsOptions, clock });
    const request = {
      tool: { name: "a" },
      input: undefined,
      priority: 0,
      tenant: undefined,
      askedAt: 0,
      deadline: new Deadline(clock),
      parent: undefined,
      onWait: () => {},
    };
    const permit = limiter.acquire(request) as Permit;
    permit.release("success", { runMs: 1, usage: { tokens: 30 } });
    limiter.change({ a: { tokens: { ...limits.a.tokens, limit: 11 } as never } });
    expect(limiter.stats().find(({ limit }) => limit === "a")?.rates[0]?.remaining).toBe(-19);
  });
});

test("a weight that changes while attempts run leaves nothing charged when they are over", () => {
  let weight = 1;
  const gate = makeGate(() => weight);
  const account = gate.accountOf({ name: "a" }, "u");
  gate.line.charge(account, 1_000);
  weight = 10;
  gate.weighAgain();
  gate.line.settle(account, 1_000, 1_000);
  expect([account.weight, account.pending]).toEqual([10, 0]);
});

describe("what a server says is left", () => {
  const RATES = [
    { limit: 60, per: "minute" },
    { limit: 5_000, per: "day" },
  ] as const;

  test.each<[string, { requests: number; resetMs?: number }, [number, number]]>([
    ["without a time is left of the shortest window", { requests: 2 }, [2, 4_999]],
    ["for a while is left of the window it fits in", { requests: 2, resetMs: 9_000 }, [2, 4_999]],
    ["for hours is left of the day", { requests: 2, resetMs: 9_000_000 }, [59, 2]],
    ["for more than a day is left of the day", { requests: 2, resetMs: 1e9 }, [59, 2]],
  ])("%s", async (_what, remaining, left) => {
    const { clock, limiter, ask } = setUp({ a: { rate: RATES } });
    (ask() as Permit).release("success", { runMs: 1, usage: { remaining } });
    const leftNow = (): unknown =>
      limiter.stats().flatMap(({ rates }) => rates.map((rate) => rate.remaining));
    expect(leftNow()).toEqual(left);
    if (remaining.resetMs !== undefined) return;
    await clock.advance(60_000);
    expect(leftNow()).toEqual([60, 4_999]);
  });
});
