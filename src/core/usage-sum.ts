/** What a call says it has used, report after report. */
import type { UsageReport } from "./usage-report.ts";

/**
 * Adds a report to what was reported before: tokens add up, and the last `remaining` counts.
 *
 * @param reported - A number means that many tokens.
 * @throws TypeError when a number in it is negative or none.
 */
export function addUsage(sum: UsageReport | undefined, reported: unknown): UsageReport {
  const { tokens, remaining } = readReport(reported);
  const added = sum?.tokens === undefined ? tokens : sum.tokens + (tokens ?? 0);
  const left = remaining ?? sum?.remaining;
  return {
    ...(added !== undefined && { tokens: added }),
    ...(left !== undefined && { remaining: left }),
  };
}

/** Reads it anew, so that nothing else comes along and later changes do not. */
function readReport(reported: unknown): UsageReport {
  if (typeof reported === "number") return { tokens: amount("tokens", reported) };
  const { tokens, remaining } = fieldsOf("The usage", reported, "a number or an object");
  if (remaining === undefined) return { tokens: amount("tokens", tokens) };
  const left = fieldsOf("`remaining`", remaining, "an object");
  return {
    tokens: amount("tokens", tokens),
    remaining: {
      requests: amount("remaining.requests", left["requests"]),
      tokens: amount("remaining.tokens", left["tokens"]),
      resetMs: amount("remaining.resetMs", left["resetMs"]),
    },
  };
}

function fieldsOf(what: string, value: unknown, wanted: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  throw new TypeError(`${what} that is reported must be ${wanted}.`);
}

function amount(name: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "number" && value >= 0 && value < Infinity) return value;
  throw new TypeError(`\`${name}\` of a usage report must be a finite number from 0.`);
}
