/** How many tokens a request to a model may use, and how many its answer says it did. */
import { DEFAULT_ESTIMATE } from "./token-usage.ts";
import { valueAtPath } from "./value-at-path.ts";

/** Of text in English, by the rule of thumb that providers give. */
const CHARACTERS_PER_TOKEN = 4;

/** Where requests have what the model reads. */
const PROMPTS = ["messages", "prompt", "input", "contents", "system", "instructions", "tools"];
/** By which a request is known: one of these is there. */
const MARKS = ["messages", "prompt", "contents"];
/** Where requests say how long the answer may be. */
const ANSWERS = [
  ["max_tokens"],
  ["max_completion_tokens"],
  ["max_output_tokens"],
  ["maxTokens"],
  ["maxOutputTokens"],
  ["generationConfig", "maxOutputTokens"],
  ["config", "maxOutputTokens"],
];

/** How a request is counted. */
export interface EstimateOptions {
  /** Whether the longest answer it allows is counted, too. */
  readonly reservesAnswer: boolean;
  /** What is not known to be a request is not taken to use more. */
  readonly limit: number;
}

/**
 * The tokens that `input` is taken to use, if it looks like a request to a model: it has `messages`, a `prompt` or
 * `contents`, or an `input` beside a `model`. Else 1_000, or `limit` if that is less.
 */
export function estimateTokens(input: unknown, { reservesAnswer, limit }: EstimateOptions): number {
  if (!looksLikeRequest(input)) return Math.min(DEFAULT_ESTIMATE, limit);
  const characters = charactersIn(PROMPTS.map((field) => input[field]));
  const read = Math.ceil(characters / CHARACTERS_PER_TOKEN);
  return Math.max(1, read + (reservesAnswer ? longestAnswer(input) : 0));
}

/**
 * The sum of the numbers at the paths of the first list of which any is there; undefined when none is.
 *
 * @param paths - Names joined by dots.
 */
export function readTokensUsed(
  output: unknown,
  paths: readonly (readonly string[])[],
): number | undefined {
  for (const summands of paths) {
    const found = summands
      .map((path) => valueAtPath(output, path.split(".")))
      .filter((value) => isCount(value));
    if (found.length > 0) return found.reduce((sum, one) => sum + one, 0);
  }
  return undefined;
}

function looksLikeRequest(input: unknown): input is Readonly<Record<string, unknown>> {
  if (typeof input !== "object" || input === null) return false;
  return MARKS.some((mark) => mark in input) || ("input" in input && "model" in input);
}

function longestAnswer(input: unknown): number {
  return ANSWERS.map((path) => valueAtPath(input, path)).find((value) => isCount(value)) ?? 0;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value < Infinity;
}

/** Of all texts in some values, whatever their shape. What is there several times counts once. */
function charactersIn(values: readonly unknown[]): number {
  const seen = new Set<unknown>();
  const open = [...values];
  let characters = 0;
  for (let value = open.pop(); value !== undefined || open.length > 0; value = open.pop()) {
    if (typeof value === "string") characters += value.length;
    if (typeof value !== "object" || value === null || seen.has(value)) continue;
    seen.add(value);
    for (const inside of Object.values(value)) open.push(inside);
  }
  return characters;
}
