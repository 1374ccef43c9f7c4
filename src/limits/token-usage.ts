/** How many tokens a call is taken to use, and how many it did. */
import { askSetting, settingError } from "./ask-setting.ts";
import type { TokenRateOptions } from "./limit-options.ts";
import { valueAtPath } from "./value-at-path.ts";

/** Tokens a call is taken to use until it is known, unless its limit says otherwise. */
export const DEFAULT_ESTIMATE = 1_000;

/** Where outputs say what was used, unless the limit says otherwise. */
export const DEFAULT_USED = "usage.total_tokens";

/**
 * The tokens to reserve for a call, from its parsed input. Above 0.
 *
 * Throws `TOOL_FAILED`, not retryable, when they cannot be told; the message names the setting, never the input.
 */
export type EstimateOf = (input: unknown) => number;

/** The tokens that a call used, from its output; undefined when that does not say. */
export type UsedOf = (output: unknown) => number | undefined;

/**
 * Makes the function that estimates a call's tokens.
 *
 * @param estimate - Default 1_000.
 * @param path - The setting, for messages: `limits["tag:llm"].tokens.estimate`.
 * @throws TypeError when `estimate` is no function and no number above 0.
 */
export function compileEstimate(estimate: TokenRateOptions["estimate"], path: string): EstimateOf {
  if (typeof estimate === "function") return byFunction(estimate, path);
  const tokens = estimate === undefined ? DEFAULT_ESTIMATE : estimate;
  if (isAmount(tokens)) return () => tokens;
  throw new TypeError(`${path} must be a number above 0, or a function of a call's input.`);
}

function byFunction(estimate: (input: unknown) => unknown, path: string): EstimateOf {
  return (input) => {
    const tokens = askSetting(estimate, input, path);
    if (isAmount(tokens)) return tokens;
    throw settingError(`${path} gave something else than a number above 0.`, path);
  };
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && value > 0 && value < Infinity;
}

/**
 * Makes the function that reads from an output what a call used. It never throws: the call is over, and an output that
 * does not say leaves the estimate as it is.
 *
 * @param used - Default `usage.total_tokens`.
 * @param path - The setting, for messages: `limits["tag:llm"].tokens.used`.
 * @throws TypeError when `used` is no function and no path of names joined by dots.
 */
export function compileUsed(used: TokenRateOptions["used"], path: string): UsedOf {
  if (typeof used === "function") return byReader(used, path);
  const steps = used === undefined ? DEFAULT_USED : used;
  if (typeof steps !== "string" || !/^[^.\s]+(?:\.[^.\s]+)*$/.test(steps)) {
    throw new TypeError(
      `${path} must be a path such as "${DEFAULT_USED}", or a function of a call's output.`,
    );
  }
  const names = steps.split(".");
  return (output) => countOf(valueAtPath(output, names));
}

function byReader(used: (output: unknown) => unknown, path: string): UsedOf {
  return (output) => {
    try {
      return countOf(askSetting(used, output, path));
    } catch {
      return undefined;
    }
  };
}

function countOf(tokens: unknown): number | undefined {
  return typeof tokens === "number" && tokens >= 0 && tokens < Infinity ? tokens : undefined;
}
