/** What the calls of a file are meant to give, and where they gave something else. */
import { ERROR_CODES } from "../core/error-codes.ts";
import type { ToolResult } from "../core/tool-result.ts";
import { explainMalformedJson } from "../formats/malformed-json.ts";
import { UsageError } from "./usage-error.ts";

/** The outcome meant for a call, by its id: `ok` or an error code. */
export type Expectations = ReadonlyMap<string, string>;

const REMEDY = 'Write what each failing call is meant to fail with: {"call_7": "INPUT_INVALID"}.';

/**
 * Reads `{ "<call id>": "<error code>" }`. Calls that are not named are meant to be `ok`.
 *
 * @param name - How messages call the file.
 * @throws UsageError when it is something else.
 */
export function readExpectations(text: string, name: string): Expectations {
  const value = parse(text, name);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UsageError(`${name} is not a JSON object.`, REMEDY);
  }
  for (const [callId, outcome] of Object.entries(value)) {
    if (outcome === "ok" || Object.hasOwn(ERROR_CODES, String(outcome))) continue;
    throw new UsageError(`${name}: ${callId}: there is no error code ${String(outcome)}.`, REMEDY);
  }
  return new Map(Object.entries(value));
}

/** What is not as meant, a sentence each; empty when all is. */
export function unmetExpectations(
  expected: Expectations,
  results: readonly ToolResult[],
): readonly string[] {
  const seen = new Set(results.map((result) => result.callId));
  const missing = [...expected.keys()].filter((callId) => !seen.has(callId));
  const wrong = results.flatMap((result) => {
    const meant = expected.get(result.callId) ?? "ok";
    const got = result.status === "ok" ? "ok" : result.error.code;
    return meant === got
      ? []
      : [`${result.callId} (${result.toolName}) gave ${got}, meant was ${meant}.`];
  });
  return [...wrong, ...missing.map((callId) => `${callId} is meant to be there and is not.`)];
}

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = explainMalformedJson(text);
    throw new UsageError(`${name} is not valid JSON: ${why}.`, REMEDY, { cause });
  }
}
