import { describe, expect, test } from "vitest";
import { ToolError } from "../core/tool-error.ts";
import { testLimiter } from "../testing/limiter-suite.ts";
import { type MakeLimiter, checkLimiterWalks } from "../testing/limiter-walk.ts";
import { VirtualClock } from "../testing/virtual-clock.ts";
import { Deadline } from "../time/deadline.ts";
import { DEFAULT_CONCURRENCY, type LimitsOptions } from "./limit-options.ts";
import type { AdmissionRequest, Limiter, Permit } from "./limiter.ts";
import { SchedulingLimiter } from "./scheduling-limiter.ts";

testLimiter("SchedulingLimiter", (limits, clock) => new SchedulingLimiter({ limits, clock }));

/** A request of tool `a` that never gives up. */
function request(asked: Partial<AdmissionRequest> = {}): AdmissionRequest {
  const deadline = new Deadline(new VirtualClock());
  return {
    tool: { name: "a" },
    input: undefined,
    priority: 0,
    tenant: undefined,
    askedAt: 0,
    deadline,
    parent: undefined,
    onWait: () => {},
    ...asked,
  };
}

describe("without a limit on all tools", () => {
  test.each<[string, LimitsOptions | undefined]>([
    ["no limits", undefined],
    ["limits of one tool", { a: { concurrency: Infinity } }],
    ["a limit that is left undefined", { "*": { concurrency: undefined } as never }],
  ])("%s: 256 attempts run at once", (_what, limits) => {
    const limiter = new SchedulingLimiter({ limits, clock: new VirtualClock() });
    const answers = Array.from({ length: DEFAULT_CONCURRENCY + 1 }, () =>
      limiter.acquire(request()),
    );
    expect(answers.findIndex((answer) => answer instanceof Promise)).toBe(DEFAULT_CONCURRENCY);
  });

  test("Infinity lets everything in", () => {
    const limiter = new SchedulingLimiter({
      limits: { "*": { concurrency: Infinity } },
      clock: new VirtualClock(),
    });
    const answers = Array.from({ length: 5_000 }, () => limiter.acquire(request()));
    expect(answers.some((answer) => answer instanceof Promise)).toBe(false);
  });
});

describe("the walk catches a limiter that", () => {
  /** The simplest limiter there is: one line, in order, caps on all tools and on `a` and `b`. */
  class BrokenLimiter implements Limiter {
    readonly #limits: LimitsOptions;
    readonly #running: string[] = [];
    #waiting: { request: AdmissionRequest; admit: () => void; order: number }[] = [];
    #arrivals = 0;

    constructor(limits: LimitsOptions) {
      this.#limits = limits;
    }

    acquire(asking: AdmissionRequest): Permit | Promise<Permit> {
      if (this.hasRoom(asking.tool.name)) return this.#admit(asking.tool.name);
      return new Promise((resolve, reject) => {
        const admit = (): void => resolve(this.#admit(asking.tool.name));
        const waiter = { request: asking, admit, order: (this.#arrivals += 1) };
        this.#waiting.push(waiter);
        asking.deadline.onEnd((reason) => {
          if (this.keepsCancelled()) return;
          this.#waiting = this.#waiting.filter((other) => other !== waiter);
          reject(reason);
        });
      });
    }

    change(): void {}

    stats(): [] {
      return [];
    }

    close(): void {}

    hasRoom(toolName: string): boolean {
      const sameTool = this.#running.filter((other) => other === toolName).length;
      return this.#running.length < this.#capOf("*") && sameTool < this.#capOf(toolName);
    }

    keepsCancelled(): boolean {
      return false;
    }

    /** Wakes the next, if there is one. */
    wakeNext(): void {
      const next = this.#waiting
        .filter((waiter) => this.hasRoom(waiter.request.tool.name))
        .toSorted((one, other) => this.compare(one, other))[0];
      this.#waiting = this.#waiting.filter((waiter) => waiter !== next);
      next?.admit();
    }

    compare(
      one: { request: AdmissionRequest; order: number },
      other: { request: AdmissionRequest; order: number },
    ): number {
      return one.request.priority - other.request.priority || one.order - other.order;
    }

    #capOf(scope: string): number {
      return this.#limits[scope]?.concurrency ?? Infinity;
    }

    #admit(toolName: string): Permit {
      this.#running.push(toolName);
      let held = true;
      const release = (): void => {
        if (!held) return;
        held = false;
        this.#running.splice(this.#running.indexOf(toolName), 1);
        this.wakeNext();
      };
      return { begin: () => {}, release };
    }
  }

  const breakage: [string, MakeLimiter, RegExp][] = [
    [
      "wakes nobody",
      (limits) =>
        new (class extends BrokenLimiter {
          override wakeNext(): void {}
        })(limits),
      /waits although it could run/,
    ],
    [
      "forgets the cap of the tool",
      (limits) => new BrokenLimiter({ "*": limits["*"] ?? {} }),
      /attempts of [ab]/,
    ],
    [
      "wakes all at once",
      (limits) =>
        new (class extends BrokenLimiter {
          override hasRoom(toolName: string): boolean {
            return this.#wakes || super.hasRoom(toolName);
          }
          override wakeNext(): void {
            this.#wakes = true;
            super.wakeNext();
            super.wakeNext();
            this.#wakes = false;
          }
          #wakes = false;
        })(limits),
      /attempts/,
    ],
    [
      "lets the last to come go first",
      (limits) =>
        new (class extends BrokenLimiter {
          override compare(one: { order: number }, other: { order: number }): number {
            return other.order - one.order;
          }
        })(limits),
      /who runs is who should/,
    ],
    [
      "keeps those who gave up",
      (limits) =>
        new (class extends BrokenLimiter {
          override keepsCancelled(): boolean {
            return true;
          }
        })(limits),
      /waits|should/,
    ],
  ];

  test.each(breakage)("%s", async (_how, make, finding) => {
    await expect(checkLimiterWalks(make, 300)).rejects.toThrow(finding);
  });

  test("and lets one pass that does none of it", async () => {
    await checkLimiterWalks((limits) => new BrokenLimiter(limits), 100);
  });
});

test("those who gave up are not kept while nobody is served", async () => {
  const limiter = new SchedulingLimiter({
    limits: { "*": { concurrency: 1 } },
    clock: new VirtualClock(),
  });
  const held = await limiter.acquire(request());
  const reason = new ToolError("CALL_CANCELLED", "enough");
  const kept: WeakRef<AdmissionRequest>[] = [];
  for (let index = 0; index < 2_000; index += 1) {
    const deadline = new Deadline(new VirtualClock());
    const asking = request({ deadline, priority: index % 5 });
    kept.push(new WeakRef(asking));
    const answer = Promise.resolve(limiter.acquire(asking));
    deadline.end(reason);
    await expect(answer).rejects.toBe(reason);
  }
  await collectGarbage();
  expect(kept.filter((reference) => reference.deref() !== undefined).length).toBeLessThan(200);
  held.release("success");
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

describe("a limit that opens by itself keeps the program alive", () => {
  /** Knows which of its timers the program stays alive for. */
  class WatchedClock extends VirtualClock {
    awaited = 0;

    override setTimer(delayMs: number, fire: () => void): () => void {
      this.awaited += 1;
      let isOver = false;
      const end = (): void => {
        if (!isOver) this.awaited -= 1;
        isOver = true;
      };
      const cancel = super.setTimer(delayMs, () => {
        end();
        fire();
      });
      return () => {
        end();
        cancel();
      };
    }

    override setBackgroundTimer(delayMs: number, fire: () => void): () => void {
      return super.setTimer(delayMs, fire);
    }
  }

  test("only while somebody waits for it", async () => {
    const clock = new WatchedClock();
    const limits = { a: { rate: { limit: 1, per: "day" as const } } };
    const limiter = new SchedulingLimiter({ limits, clock });
    void limiter.acquire(request());
    const deadline = new Deadline(clock);
    const [first, second] = [limiter.acquire(request({ deadline })), limiter.acquire(request())];
    expect(clock.awaited).toBe(1);
    deadline.end(new ToolError("CALL_CANCELLED", "no longer"));
    await expect(first).rejects.toThrow("no longer");
    expect(clock.awaited).toBe(1);
    limiter.close(new ToolError("CALL_CANCELLED", "closed"));
    await expect(second).rejects.toThrow("closed");
    expect(clock.awaited).toBe(0);
  });

  test("and not to tell that a server lets it open", async () => {
    const clock = new WatchedClock();
    const limits = { a: { rate: { limit: 9, per: "second" as const } } };
    const opened: string[] = [];
    const limiter = new SchedulingLimiter({ limits, clock, emit: ({ type }) => opened.push(type) });
    const error = new ToolError("RATE_LIMITED", "slow down", { retryAfterMs: 3_600_000 });
    (limiter.acquire(request()) as Permit).release("failure", { runMs: 1, error });
    expect(clock.awaited).toBe(0);
    const waiting = limiter.acquire(request({ askedAt: clock.now() }));
    expect(clock.awaited).toBe(1);
    await clock.advance(3_601_000);
    await waiting;
    expect([clock.awaited, opened]).toEqual([0, ["limit.closed", "limit.opened"]]);
  });
});
