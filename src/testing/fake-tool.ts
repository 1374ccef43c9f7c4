/** Tools that take time, fail and hang as told, for tests of what runs them. */
import type { ErrorCode } from "../core/error-codes.ts";
import { ToolError } from "../core/tool-error.ts";
import {
  type RetryPolicy,
  type Tool,
  type ToolAnnotations,
  type ToolContext,
  defineTool,
} from "../core/tool.ts";
import { type Clock, SystemClock } from "../time/clock.ts";
import { seededChance } from "./fake-chance.ts";
import { type FakeLatency, latencyOf, waitOn } from "./fake-wait.ts";

/** What a fake tool is, and does. All are optional. */
export interface FakeToolOptions {
  /** Default `fake`. */
  readonly name?: string | undefined;
  /**
   * Milliseconds of one run, by chance between two of them, or a function of the run's number, from 1. It ends early
   * when the call is cancelled. Infinity: a tool that hangs until then. Default 0.
   */
  readonly latencyMs?: FakeLatency | undefined;
  /** Run number n, 2n, 3n … fails. Integer from 1. Default: none does. */
  readonly failEvery?: number | undefined;
  /** The part of the runs that fail by chance, from 0 to 1. Default 0. */
  readonly failureRate?: number | undefined;
  /** What failures carry. Default `TOOL_FAILED`. */
  readonly errorCode?: ErrorCode | undefined;
  /** When it may be tried again, as failures tell it, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** Tokens each run reports as its output's `usage.total_tokens`: as with `latencyMs`. Default: none. */
  readonly tokens?: FakeLatency | undefined;
  /** What chance is made from. Integer from 1. Default 1. */
  readonly seed?: number | undefined;
  /** Where it waits. Give the registry's `VirtualClock`; default: the machine's clock. */
  readonly clock?: Clock | undefined;
  /** As in a tool's definition. */
  readonly annotations?: ToolAnnotations | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly retry?: RetryPolicy | undefined;
  readonly timeoutMs?: number | undefined;
}

/** What a run of a fake tool gives. */
export interface FakeOutput {
  /** Which run it was, from 1. */
  readonly run: number;
  readonly usage?: { readonly total_tokens: number };
}

/** A fake tool, and what became of it. It takes any object as its input. */
export interface FakeTool {
  /** What to register. */
  readonly tool: Tool;
  /** When its runs began, on its clock, in milliseconds. */
  readonly startedAt: readonly number[];
  /** The inputs of its runs, in the order they began. */
  readonly inputs: readonly unknown[];
  /** Runs at this moment. */
  readonly running: number;
  /** Most that ever ran at once. */
  readonly mostAtOnce: number;
  /** Runs that gave an output. */
  readonly succeeded: number;
  /** Runs that threw, cancelled ones included. */
  readonly failed: number;
}

/**
 * A tool that takes time and fails as told, and counts what happens to it. The same options give the same runs.
 *
 * It is a closure, so it runs in mode `async`.
 *
 * @example
 * ```ts
 * const slow = fakeTool({ name: "slow", latencyMs: [50, 200], failEvery: 10, clock });
 * registry.register(slow.tool);
 * // … calls …
 * expect(slow.mostAtOnce).toBe(4);
 * ```
 */
export function fakeTool(options: FakeToolOptions = {}): FakeTool {
  const { name = "fake", annotations, tags, retry, timeoutMs } = options;
  const runs = new FakeRuns(name, options);
  const tool = defineTool({
    name,
    description: "A fake tool for tests.",
    input: { type: "object" } as const,
    execute: (input: unknown, context: ToolContext) => runs.run(input, context.signal),
    ...(annotations === undefined ? {} : { annotations }),
    ...(tags === undefined ? {} : { tags }),
    ...(retry === undefined ? {} : { retry }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  return Object.assign(runs, { tool });
}

/** The runs of one fake tool. */
class FakeRuns {
  readonly startedAt: number[] = [];
  readonly inputs: unknown[] = [];
  running = 0;
  mostAtOnce = 0;
  succeeded = 0;
  failed = 0;
  readonly #name: string;
  readonly #options: FakeToolOptions;
  readonly #clock: Clock;
  readonly #chance: () => number;

  constructor(name: string, options: FakeToolOptions) {
    this.#name = name;
    this.#options = options;
    this.#clock = options.clock ?? new SystemClock();
    this.#chance = seededChance(options.seed ?? 1);
  }

  async run(input: unknown, signal: AbortSignal): Promise<FakeOutput> {
    const { latencyMs = 0 } = this.#options;
    const number = this.startedAt.push(this.#clock.now());
    this.inputs.push(input);
    this.running += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.running);
    // Drawn at the start, all of them, so that how runs overlap changes nothing.
    const delayMs = latencyOf(latencyMs, number, this.#chance);
    const fails = this.#fails(number);
    const output = this.#outputOf(number);
    try {
      if (delayMs > 0) await waitOn(this.#clock, delayMs, signal);
      if (fails) throw this.#failure(number);
      this.succeeded += 1;
      return output;
    } catch (thrown) {
      this.failed += 1;
      throw thrown;
    } finally {
      this.running -= 1;
    }
  }

  #fails(number: number): boolean {
    const { failEvery = Infinity, failureRate = 0 } = this.#options;
    return this.#chance() < failureRate || number % failEvery === 0;
  }

  #outputOf(number: number): FakeOutput {
    const { tokens } = this.#options;
    if (tokens === undefined) return { run: number };
    return { run: number, usage: { total_tokens: latencyOf(tokens, number, this.#chance) } };
  }

  #failure(number: number): ToolError {
    const { errorCode = "TOOL_FAILED", retryAfterMs } = this.#options;
    const message = `Run ${number} of ${this.#name} fails, as it was told to.`;
    return new ToolError(errorCode, message, retryAfterMs === undefined ? {} : { retryAfterMs });
  }
}
