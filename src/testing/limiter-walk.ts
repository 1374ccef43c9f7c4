/**
 * A limiter on a walk at random: requests come, end, are cancelled and run out of time, several in
 * one turn of the event loop. After each turn: no cap is exceeded, nobody waits who could run, who
 * runs is who came first by priority and arrival, and who was refused had given up.
 */
import * as fc from "fast-check";
import { expect } from "vitest";
import { ToolError } from "../core/tool-error.ts";
import type { LimitsOptions } from "../limits/limit-options.ts";
import type { Limiter } from "../limits/limiter.ts";
import { LimiterRequest } from "./limiter-request.ts";
import type { Clock } from "../time/clock.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** Makes the limiter under test, with limits as a registry takes them. */
export type MakeLimiter = (limits: LimitsOptions, clock: Clock) => Limiter;

const cancelled = new ToolError("CALL_CANCELLED", "The caller gave up.");

/** What a walk does in one step. */
type Act =
  | {
      readonly does: "ask";
      readonly toolName: string;
      readonly priority: number;
      /** How long it waits before it gives up. */
      readonly patienceMs: number;
    }
  | { readonly does: "release" | "cancel"; readonly which: number };

/** Steps of one turn of the event loop, and how long until the next. */
interface Turn {
  readonly acts: readonly Act[];
  readonly thenMs: number;
}

/** Most attempts at once: over all tools, of tool `a` and of tool `b`. */
interface Caps {
  readonly all: number;
  readonly a: number | undefined;
  readonly b: number | undefined;
}

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      does: fc.constant("ask" as const),
      toolName: fc.constantFrom("a", "b", "c"),
      priority: fc.integer({ min: -1, max: 1 }),
      patienceMs: fc.option(fc.integer({ min: 1, max: 20 }), { nil: Infinity }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ does: fc.constant("release" as const), which: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant("cancel" as const), which: fc.nat() }) },
);
const turn: fc.Arbitrary<Turn> = fc.record({
  acts: fc.array(act, { maxLength: 6 }),
  thenMs: fc.constantFrom(0, 0, 0, 3, 10),
});
const cap: fc.Arbitrary<number | undefined> = fc.constantFrom(1, 2, 3, undefined);
const caps: fc.Arbitrary<Caps> = fc.record({ all: fc.constantFrom(1, 2, 4), a: cap, b: cap });

/**
 * Checks that on `walks` walks at random the limiter does what it must: rejects with the shortest walk
 * on which it does not.
 */
export async function checkLimiterWalks(make: MakeLimiter, walks: number): Promise<void> {
  const property = fc.asyncProperty(
    caps,
    fc.array(turn, { maxLength: 25 }),
    async (limits, turns) => {
      const walk = new Walk(make, limits);
      for (const { acts, thenMs } of turns) {
        for (const one of acts) walk.do(one);
        await walk.clock.advance(thenMs);
        walk.check();
      }
      await walk.drainOut();
    },
  );
  await fc.assert(property, { numRuns: walks, includeErrorInReport: true });
}

/** One walk: a limiter, everybody who ever asked, and a slow and simple model of who should run. */
class Walk {
  readonly clock = new VirtualClock();
  readonly #limiter: Limiter;
  readonly #caps: ReadonlyMap<string, number>;
  readonly #requests: LimiterRequest[] = [];
  /** By the model: who runs, and who waits in order of arrival. */
  readonly #running = new Set<LimiterRequest>();
  #waiting: LimiterRequest[] = [];

  constructor(make: MakeLimiter, limits: Caps) {
    const { all, a = Infinity, b = Infinity } = limits;
    this.#limiter = make(
      {
        "*": { concurrency: all },
        a: { concurrency: a },
        b: { concurrency: b },
      },
      this.clock,
    );
    this.#caps = new Map([
      ["*", all],
      ["a", a],
      ["b", b],
    ]);
  }

  do(one: Act): void {
    if (one.does === "ask") this.#ask(one);
    else if (one.does === "release") this.#release(pick(this.#holders(), one.which));
    else this.#cancel(pick(this.#waiting, one.which));
    this.#expectRoomKept();
  }

  check(): void {
    this.#waiting = this.#waiting.filter(({ deadline }) => deadline.reason === undefined);
    this.#expectRoomKept();
    this.#expectWorkConserved();
    for (const request of this.#requests) {
      const { standing } = request;
      if (typeof standing !== "string") expect(request.deadline.reason).toBe(standing.refused);
      expect(standing === "running", "who runs is who should").toBe(this.#running.has(request));
      expect(standing === "waiting", "who waits is who should").toBe(
        this.#waiting.includes(request),
      );
    }
  }

  /** Lets everybody run to the end: nobody is left behind. */
  async drainOut(): Promise<void> {
    for (let left = this.#requests.length; left > 0; left -= 1) {
      this.#release(pick(this.#holders(), 0));
      await this.clock.advance(0);
      this.check();
    }
    expect(this.#requests.filter(({ standing }) => standing === "waiting")).toEqual([]);
  }

  #ask({ toolName: asked, priority, patienceMs }: Extract<Act, { does: "ask" }>): void {
    const couldRun = this.#hasRoom(asked);
    const request = new LimiterRequest(this.#limiter, this.clock, { toolName: asked, priority });
    request.deadline.expireAfter(patienceMs, () => cancelled);
    this.#requests.push(request);
    if (couldRun) this.#running.add(request);
    else this.#waiting.push(request);
  }

  #release(request: LimiterRequest | undefined): void {
    if (request === undefined) return;
    this.#running.delete(request);
    const couldRun = this.#waiting.filter(({ toolName: asked }) => this.#hasRoom(asked));
    const next = couldRun.toSorted((one, other) => one.priority - other.priority)[0];
    if (next !== undefined) {
      this.#waiting.splice(this.#waiting.indexOf(next), 1);
      this.#running.add(next);
    }
    request.release();
  }

  /** Those who have their permit in hand: one granted in this turn comes by a promise. */
  #holders(): LimiterRequest[] {
    return [...this.#running].filter(({ standing }) => standing === "running");
  }

  #cancel(request: LimiterRequest | undefined): void {
    if (request === undefined) return;
    this.#waiting.splice(this.#waiting.indexOf(request), 1);
    request.deadline.end(cancelled);
  }

  #hasRoom(asked: string): boolean {
    const sameTool = [...this.#running].filter((request) => request.toolName === asked);
    return this.#running.size < this.#capOf("*") && sameTool.length < this.#capOf(asked);
  }

  #capOf(scope: string): number {
    return this.#caps.get(scope) ?? Infinity;
  }

  /** What was granted, seen from outside, without the model. */
  #granted(asked?: string): number {
    return this.#requests.filter(
      (request) =>
        request.standing === "running" && (asked === undefined || request.toolName === asked),
    ).length;
  }

  #expectRoomKept(): void {
    expect(this.#granted(), "attempts in all").toBeLessThanOrEqual(this.#capOf("*"));
    for (const asked of ["a", "b"]) {
      expect(this.#granted(asked), `attempts of ${asked}`).toBeLessThanOrEqual(this.#capOf(asked));
    }
  }

  #expectWorkConserved(): void {
    const couldRun = this.#requests.filter(
      ({ standing, toolName: asked }) =>
        standing === "waiting" &&
        this.#granted() < this.#capOf("*") &&
        this.#granted(asked) < this.#capOf(asked),
    );
    expect(couldRun, "waits although it could run").toEqual([]);
  }
}

function pick<Item>(items: readonly Item[], which: number): Item | undefined {
  return items[which % Math.max(1, items.length)];
}
