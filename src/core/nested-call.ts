/** Calls that a tool makes: what may be said of them, and what is wrong with what was said. */
import { EXECUTION_MODES, type ExecutionMode } from "./execution-mode.ts";

/** How a tool wants a call run that it makes. All are optional. */
export interface NestedCallOptions {
  /** Where to run it. Stronger than the called tool's and the registry's mode. Not inherited. */
  readonly mode?: ExecutionMode | undefined;
  /** Cancels the call. It is cancelled in any case when the calling tool is, or has been answered. */
  readonly signal?: AbortSignal | undefined;
  /** Most milliseconds for the call, waiting and retries included. Default: what is left to the calling tool. */
  readonly deadlineMs?: number | undefined;
  /** A smaller number runs sooner. Default: the calling tool's. */
  readonly priority?: number | undefined;
  /** Told to the called tool, to recognise a repeated effect by. Not inherited. */
  readonly idempotencyKey?: string | undefined;
}

/** Runs another tool of the same registry. What a tool has as `context.call`. */
export type CallTool = (
  name: string,
  input?: unknown,
  options?: NestedCallOptions,
) => Promise<unknown>;

type OptionName = keyof NestedCallOptions;
type Check = (value: unknown) => boolean;

const CHECKS: Readonly<Record<OptionName, readonly [fits: Check, wanted: string]>> = {
  mode: [
    (value) => EXECUTION_MODES.some((mode) => mode === value),
    `one of ${EXECUTION_MODES.join(", ")}`,
  ],
  signal: [(value) => value instanceof AbortSignal, "an AbortSignal"],
  deadlineMs: [(value) => typeof value === "number" && !Number.isNaN(value), "a number"],
  priority: [(value) => Number.isFinite(value), "a finite number; a smaller one runs sooner"],
  idempotencyKey: [(value) => typeof value === "string", "a string"],
};

/**
 * Checks what a tool passed to `context.call`.
 *
 * @throws TypeError that names what is wrong.
 */
export function checkNestedCall(name: unknown, options: unknown): void {
  if (typeof name !== "string") {
    throw new TypeError("`context.call` takes the name of a tool first, as a string.");
  }
  if (typeof options !== "object" || options === null) {
    throw new TypeError("`context.call` takes options as an object, after the input.");
  }
  for (const [key, value] of Object.entries(options)) {
    if (!Object.hasOwn(CHECKS, key)) {
      const known = Object.keys(CHECKS).join(", ");
      throw new TypeError(`Option "${key}" of context.call is unknown; known: ${known}.`);
    }
    const [fits, wanted] = CHECKS[key as OptionName];
    if (value !== undefined && !fits(value)) {
      throw new TypeError(`Option "${key}" of context.call must be ${wanted}.`);
    }
  }
}
