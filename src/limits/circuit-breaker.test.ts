import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BreakerTicket, CircuitBreaker } from "./circuit-breaker.ts";
import type { BreakerOptions } from "./limit-options.ts";
import type { PermitOutcome } from "./limiter.ts";

/** Calls that start and end at once. */
function run(breaker: CircuitBreaker, now: number, ...outcomes: PermitOutcome[]): unknown[] {
  return outcomes.map((outcome) => breaker.end(breaker.start(now), outcome, now));
}

const times = (count: number, outcome: PermitOutcome): PermitOutcome[] =>
  Array.from({ length: count }, () => outcome);

/** A breaker that opened at 0 for 100 ms, and a call that began before. */
function opened(options: BreakerOptions = {}): { breaker: CircuitBreaker; early: BreakerTicket } {
  const breaker = new CircuitBreaker({ failures: 1, openForMs: 100, ...options });
  const early = breaker.start(0);
  run(breaker, 0, "failure");
  return { breaker, early };
}

describe("it opens", () => {
  test("at the fifth failure in a row, for 30 s, unless it is told otherwise", () => {
    const breaker = new CircuitBreaker(true);
    expect(run(breaker, 7, ...times(4, "failure"))).toEqual(times(4, undefined as never));
    expect([breaker.state, breaker.failures, breaker.retryAfterMs(7)]).toEqual(["closed", 4, 0]);
    expect(run(breaker, 7, "failure")).toEqual(["opened"]);
    expect([breaker.state, breaker.failures, breaker.reason]).toEqual([
      "open",
      5,
      "5 calls in a row failed",
    ]);
    expect(breaker.retryAfterMs(7)).toBe(30_000);
    expect(breaker.retryAfterMs(30_006)).toBe(1);
    expect(breaker.retryAfterMs(40_000)).toBe(0);
  });

  test("not when a success comes between", () => {
    const breaker = new CircuitBreaker({ failures: 3 });
    run(breaker, 0, "failure", "failure", "success", "failure", "failure");
    expect([breaker.state, breaker.failures]).toEqual(["closed", 2]);
  });

  test("whatever was cancelled between", () => {
    const breaker = new CircuitBreaker({ failures: 3 });
    expect(run(breaker, 0, "failure", "ignored", "failure", "ignored", "failure")).toContain(
      "opened",
    );
    const other = new CircuitBreaker({ failures: 1 });
    run(other, 0, ...times(50, "ignored"));
    expect(other.state).toBe("closed");
  });

  test("once, though calls that ran beside fail as well", () => {
    const breaker = new CircuitBreaker({ failures: 2 });
    const tickets = Array.from({ length: 5 }, () => breaker.start(0));
    const changes = tickets.map((ticket) => breaker.end(ticket, "failure", 9));
    expect(changes).toEqual([undefined, "opened", undefined, undefined, undefined]);
    expect(breaker.retryAfterMs(9)).toBe(30_000);
  });

  test("when too great a part of the calls of a window fails, and there are enough", () => {
    const breaker = new CircuitBreaker({ failureRate: 0.5, windowMs: 1_000, minimumCalls: 4 });
    run(breaker, 0, "failure", "failure", "failure");
    expect(breaker.state).toBe("closed");
    expect(run(breaker, 0, "success")).toEqual(["opened"]);
    expect(breaker.reason).toBe("3 of 4 calls in 1000 ms failed");
  });

  test("at the very rate it is told", () => {
    const breaker = new CircuitBreaker({ failureRate: 0.5, minimumCalls: 4 });
    expect(run(breaker, 0, "success", "success", "failure", "failure")).toContain("opened");
  });

  test("not for failures that have left the window", () => {
    const breaker = new CircuitBreaker({ failureRate: 0.5, windowMs: 1_000, minimumCalls: 4 });
    run(breaker, 0, "failure", "failure", "failure");
    run(breaker, 1_000, "success", "success", "success", "failure");
    expect([breaker.state, breaker.failures]).toEqual(["closed", 1]);
    breaker.look(2_000);
    expect(breaker.failures).toBe(0);
  });

  test("not for a row of failures, where it goes by a rate", () => {
    const breaker = new CircuitBreaker({ failureRate: 0.9 });
    run(breaker, 0, ...times(9, "success"), ...times(8, "failure"));
    expect(breaker.state).toBe("closed");
  });
});

describe("half-open", () => {
  test("it comes by when its time is over, and says so once", () => {
    const { breaker } = opened();
    expect(breaker.look(99)).toBeUndefined();
    expect(breaker.look(100)).toBe("half-opened");
    expect(breaker.look(100)).toBeUndefined();
    expect(breaker.state).toBe("half-open");
  });

  test("it lets out one call at a time, whose success closes it", () => {
    const { breaker } = opened();
    const probe = breaker.start(100);
    expect(breaker.retryAfterMs(100)).toBe(100);
    expect(breaker.end(probe, "success", 140)).toBe("closed");
    expect([breaker.state, breaker.failures, breaker.retryAfterMs(140)]).toEqual(["closed", 0, 0]);
  });

  test("with three probes it needs three successes, and never has more than three out", () => {
    const { breaker } = opened({ probes: 3 });
    const first = [breaker.start(100), breaker.start(100)];
    expect(breaker.retryAfterMs(100)).toBe(0);
    first.push(breaker.start(100));
    expect(breaker.retryAfterMs(100)).toBeGreaterThan(0);
    expect(first.map((probe) => breaker.end(probe, "success", 110))).toEqual([
      undefined,
      undefined,
      "closed",
    ]);
  });

  test("one failure opens it again, and what the other probes say then counts no more", () => {
    const { breaker } = opened({ probes: 3 });
    const probes = [breaker.start(100), breaker.start(100), breaker.start(100)] as const;
    breaker.end(probes[0], "success", 110);
    expect(breaker.end(probes[1], "failure", 120)).toBe("opened");
    expect(breaker.retryAfterMs(120)).toBe(100);
    expect(breaker.end(probes[2], "success", 125)).toBeUndefined();
    breaker.look(220);
    expect(breaker.end(probes[2], "success", 225)).toBeUndefined();
    expect(breaker.state).toBe("half-open");
  });

  test("each time it tries anew: probes of before neither take room nor count", () => {
    const { breaker } = opened({ probes: 2 });
    const [first, second] = [breaker.start(100), breaker.start(100)];
    breaker.end(first, "success", 110);
    breaker.start(110);
    breaker.end(second, "failure", 120);
    const probe = breaker.start(220);
    expect(breaker.retryAfterMs(220)).toBe(0);
    breaker.start(220);
    expect(breaker.end(probe, "success", 230)).toBeUndefined();
    expect(breaker.state).toBe("half-open");
  });

  test("a probe that was cancelled makes room for another, and says nothing", () => {
    const { breaker } = opened();
    expect(breaker.end(breaker.start(100), "ignored", 105)).toBeUndefined();
    expect([breaker.state, breaker.retryAfterMs(105)]).toEqual(["half-open", 0]);
  });

  test("a call that began before it opened neither closes it nor opens it", () => {
    for (const outcome of ["success", "failure", "ignored"] as const) {
      const { breaker, early } = opened();
      expect(breaker.end(early, outcome, 50)).toBeUndefined();
      expect(breaker.state).toBe("open");
      breaker.look(100);
      expect(breaker.end(early, outcome, 150)).toBeUndefined();
      expect([breaker.state, breaker.retryAfterMs(150)]).toEqual(["half-open", 0]);
      breaker.end(breaker.start(150), "success", 160);
      expect(breaker.end(early, outcome, 170)).toBeUndefined();
      expect([breaker.state, breaker.failures]).toEqual(["closed", 0]);
    }
  });

  test("a probe that never ends is given up after as long as it stays open", () => {
    const { breaker } = opened();
    const lost = breaker.start(100);
    expect(breaker.retryAfterMs(150)).toBe(50);
    expect(breaker.retryAfterMs(200)).toBe(0);
    const other = breaker.start(200);
    expect(breaker.retryAfterMs(200)).toBe(100);
    expect(breaker.end(lost, "failure", 210)).toBeUndefined();
    expect(breaker.end(other, "success", 220)).toBe("closed");
  });

  test("while all probes are out callers are told to come back within a second", () => {
    const { breaker } = opened({ openForMs: 60_000 });
    breaker.start(60_000);
    expect(breaker.retryAfterMs(60_000)).toBe(1_000);
  });

  test("closed again, it counts from nothing", () => {
    const breaker = new CircuitBreaker({ failureRate: 0.5, minimumCalls: 2, openForMs: 100 });
    run(breaker, 0, "failure", "failure");
    run(breaker, 100, "success");
    expect(run(breaker, 101, "failure")).toEqual([undefined]);
    expect([breaker.state, breaker.failures]).toEqual(["closed", 1]);
  });
});

interface Running {
  readonly ticket: BreakerTicket;
  /** Which half-opening it is a probe of. */
  readonly probeOf: number | undefined;
  readonly startedAt: number;
}

/** A breaker of 100 ms that is told anything, and what must hold each time. */
class Walk {
  readonly #probes: number;
  readonly #breaker: CircuitBreaker;
  #now = 0;
  #halfOpenings = 0;
  #running: Running[] = [];

  constructor(options: BreakerOptions & { readonly probes: number }) {
    this.#probes = options.probes;
    this.#breaker = new CircuitBreaker({ ...options, openForMs: 100, windowMs: 500 });
  }

  wait(ms: number): void {
    this.#now += ms;
  }

  start(): void {
    if (this.#breaker.retryAfterMs(this.#now) > 0) return;
    const probeOf = this.#breaker.state === "half-open" ? this.#halfOpenings : undefined;
    const startedAt = this.#now;
    this.#running.push({ ticket: this.#breaker.start(startedAt), probeOf, startedAt });
    if (probeOf === undefined) return;
    const out = this.#running.filter((one) => one.probeOf === probeOf);
    const awaited = out.filter((one) => one.startedAt > this.#now - 100);
    expect(awaited.length).toBeLessThanOrEqual(this.#probes);
  }

  end(which: number, outcome: PermitOutcome): void {
    const ended = this.#running[which % this.#running.length];
    if (ended === undefined) return;
    this.#running = this.#running.filter((one) => one !== ended);
    const before = this.#breaker.state;
    const change = this.#breaker.end(ended.ticket, outcome, this.#now);
    expect(change === undefined).toBe(this.#breaker.state === before);
    if (change === "closed") expect([before, outcome]).toEqual(["half-open", "success"]);
    if (before === "half-open" && change !== undefined) {
      expect(ended.probeOf).toBe(this.#halfOpenings);
    }
  }

  check(): void {
    if (this.#breaker.look(this.#now) === "half-opened") this.#halfOpenings += 1;
    expect(this.#breaker.retryAfterMs(this.#now)).toBeLessThanOrEqual(100);
    expect(this.#breaker.retryAfterMs(this.#now + 100)).toBe(0);
  }
}

const upTo = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });

test("a call that began under another breaker counts nowhere", () => {
  const ticket = new CircuitBreaker({ failures: 1 }).start(0);
  const breaker = new CircuitBreaker({ failures: 1 });
  expect(breaker.end(ticket, "failure", 1)).toBeUndefined();
  expect(breaker.state).toBe("closed");
});

test("whatever happens, it is never stuck, and lets out no more probes than it may", () => {
  const step = fc.oneof(
    fc.constant((walk: Walk) => walk.start()),
    fc.integer({ min: 1, max: 80 }).map((ms) => (walk: Walk) => walk.wait(ms)),
    fc.tuple(fc.nat(), fc.constantFrom<PermitOutcome>("success", "failure", "ignored")).map(
      ([which, outcome]) =>
        (walk: Walk) =>
          walk.end(which, outcome),
    ),
  );
  const options = fc.oneof(
    fc.record({ failures: upTo(3), probes: upTo(3) }),
    fc.record({ failureRate: fc.constantFrom(0.3, 1), minimumCalls: upTo(4), probes: upTo(3) }),
  );
  const property = fc.property(options, fc.array(step, { maxLength: 80 }), (given, steps) => {
    const walk = new Walk(given);
    for (const move of steps) {
      move(walk);
      walk.check();
    }
  });
  fc.assert(property, { numRuns: 500 });
});
