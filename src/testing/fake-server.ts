/** A server with a rate limit, as seen from the server. */
import { ToolError } from "../core/tool-error.ts";
import { type Tool, type ToolContext, defineTool } from "../core/tool.ts";
import { type Clock, SystemClock } from "../time/clock.ts";
import { seededChance } from "./fake-chance.ts";
import { type FakeLatency, latencyOf, waitOn } from "./fake-wait.ts";
import { worstWindow } from "./fake-windows.ts";

/** What a fake server allows. */
export interface FakeServerOptions {
  /** Most requests it accepts in any window of `perMs`. Integer from 1. */
  readonly limit: number;
  /** Length of the window in milliseconds. Default 1_000. */
  readonly perMs?: number | undefined;
  /** Milliseconds of one request that it accepts, as with a fake tool. Refusals take none. Default 0. */
  readonly latencyMs?: FakeLatency | undefined;
  /** What chance is made from. Integer from 1. Default 1. */
  readonly seed?: number | undefined;
  /** Where it waits and counts. Default: the machine's clock. */
  readonly clock?: Clock | undefined;
}

/** An answer to a request. */
export type FakeAnswer =
  | { readonly status: 200; readonly request: number }
  | { readonly status: 429; readonly retryAfterMs: number };

/**
 * A server that accepts at most `limit` requests in any window and answers the others with 429 and the time after
 * which there is room. It counts every request when it comes in, refused ones too, so that a test can say that its
 * limit was never overrun: `expect(server.worstWindow).toBeLessThanOrEqual(100)`.
 */
export class FakeServer {
  readonly limit: number;
  readonly perMs: number;
  /** When requests came in, on its clock, in milliseconds; refused ones too. */
  readonly arrivedAt: number[] = [];
  /** Requests it is answering. */
  running = 0;
  /** Most it ever answered at once. */
  mostAtOnce = 0;
  readonly #accepted: number[] = [];
  readonly #latency: FakeLatency;
  readonly #clock: Clock;
  readonly #chance: () => number;

  constructor({ limit, perMs = 1_000, latencyMs = 0, seed = 1, clock }: FakeServerOptions) {
    this.limit = limit;
    this.perMs = perMs;
    this.#latency = latencyMs;
    this.#clock = clock ?? new SystemClock();
    this.#chance = seededChance(seed);
  }

  /** Requests that came in. */
  get requests(): number {
    return this.arrivedAt.length;
  }

  /** Requests that were accepted. */
  get accepted(): number {
    return this.#accepted.length;
  }

  /** Requests that got a 429. */
  get refused(): number {
    return this.requests - this.accepted;
  }

  /** The most requests that came in within any window of `perMs`, refused ones included. */
  get worstWindow(): number {
    return worstWindow(this.arrivedAt, this.perMs);
  }

  /** Answers a request. @throws The signal's reason, when it aborts before. */
  async request(signal?: AbortSignal): Promise<FakeAnswer> {
    const now = this.#clock.now();
    const request = this.arrivedAt.push(now);
    const oldest = this.#accepted.at(-this.limit);
    const opensAt =
      this.#accepted.length < this.limit || oldest === undefined ? now : oldest + this.perMs;
    if (opensAt > now) return { status: 429, retryAfterMs: opensAt - now };
    this.#accepted.push(now);
    this.running += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.running);
    try {
      const delayMs = latencyOf(this.#latency, request, this.#chance);
      if (delayMs > 0) await waitOn(this.#clock, delayMs, signal);
      return { status: 200, request };
    } finally {
      this.running -= 1;
    }
  }
}

/**
 * A tool that makes one request to a fake server. A 429 becomes `RATE_LIMITED` with `retryAfterMs`, as a tool that
 * calls a real one should do it.
 */
export function fakeServerTool(server: FakeServer, name = "server"): Tool {
  return defineTool({
    name,
    description: "Makes a request to a fake server.",
    input: { type: "object" } as const,
    annotations: { readOnly: true },
    execute: async (_input: unknown, { signal }: ToolContext) => {
      const answer = await server.request(signal);
      if (answer.status === 200) return answer;
      const { retryAfterMs } = answer;
      throw new ToolError("RATE_LIMITED", `429: try again in ${Math.ceil(retryAfterMs)} ms.`, {
        retryAfterMs,
      });
    },
  });
}
