/**
 * Makes one batch of the calls that one answer of a model asks for.
 *
 * Frameworks run each call by itself, and start those of one answer within one turn of the event loop, some in
 * microtasks and some in its check phase. So calls are gathered until the next check phase: `setImmediate`
 * comes after all of them, and at once when there is nothing else to do.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { CallOptions } from "../core/tool-call.ts";
import type { ToolResult } from "../core/tool-result.ts";

/** What runs the batches; a ToolRegistry. */
export interface BatchRunner {
  executeToolCalls(calls: unknown, options: CallOptions): Promise<ToolResult[]>;
}

/**
 * One call, as `executeToolCalls` reads our own form: arguments as a value, or as JSON text. Without an id it is called by
 * its place in the batch.
 */
export type CollectedCall = { readonly id: string | undefined; readonly name: string } & (
  | { readonly input: unknown }
  | { readonly arguments: string }
);

interface WaitingCall {
  readonly call: CollectedCall;
  /** Goes back to the async context in which the call was made: those of one turn may be of several requests. */
  readonly within: ReturnType<typeof AsyncLocalStorage.snapshot>;
  readonly resolve: (result: ToolResult) => void;
  readonly reject: (reason: unknown) => void;
}

/** Calls that can go in one batch: their options are the same. */
interface OpenBatch {
  readonly options: CallOptions;
  readonly waiting: WaitingCall[];
}

/** Compared by identity. The signal comes first in the index, for it tells runs apart. */
const COMPARED = [
  "mode",
  "deadlineMs",
  "priority",
  "tenant",
  "idempotencyKey",
  "budget",
  "context",
] as const satisfies readonly (keyof CallOptions)[];

/** Gathers calls that come in the same turn of the event loop, and runs those with the same options as one batch. */
export class CallCollector {
  readonly #runner: BatchRunner;
  /** By signal, so that a thousand agents at once do not compare each with each. */
  #open = new Map<AbortSignal | undefined, OpenBatch[]>();

  constructor(runner: BatchRunner) {
    this.#runner = runner;
  }

  /**
   * Runs a call together with those that come in the same turn, in the order in which they come. Resolves with its
   * result, whether it failed or not.
   *
   * @throws TypeError when the registry is closed or an option is wrong, as `executeToolCalls` does.
   */
  run(call: CollectedCall, options: CallOptions): Promise<ToolResult> {
    if (this.#open.size === 0) setImmediate(() => this.#send());
    return new Promise((resolve, reject) => {
      const within = AsyncLocalStorage.snapshot();
      this.#batchFor(options).waiting.push({ call, within, resolve, reject });
    });
  }

  #batchFor(options: CallOptions): OpenBatch {
    const { signal } = options;
    const batches = this.#open.get(signal) ?? [];
    this.#open.set(signal, batches);
    const fits = (batch: OpenBatch): boolean =>
      COMPARED.every((field) => Object.is(options[field], batch.options[field]));
    const found = batches.find(fits);
    if (found !== undefined) return found;
    const opened = { options, waiting: [] };
    batches.push(opened);
    return opened;
  }

  #send(): void {
    const batches = [...this.#open.values()].flat();
    this.#open = new Map();
    for (const batch of batches) void this.#runBatch(batch);
  }

  async #runBatch({ options, waiting }: OpenBatch): Promise<void> {
    try {
      const calls = waiting.map(({ call }) => call);
      // Each goes to its framework as soon as it is there: some show results while others still run.
      const onResult = (result: ToolResult, index: number): void => waiting[index]?.resolve(result);
      const enter = (index: number, start: () => void): void => waiting[index]?.within(start);
      const results = await this.#runner.executeToolCalls(calls, { ...options, onResult, enter });
      // A runner of another kind may know nothing of `onResult`.
      for (const [index, result] of results.entries()) onResult(result, index);
      if (results.length < waiting.length) throw new TypeError("A call was given no result.");
    } catch (thrown) {
      for (const { reject } of waiting) reject(thrown);
    }
  }
}
