/** Calls that limits refused, in one line. */
import type { ToolError } from "../core/tool-error.ts";
import type { ToolResult } from "../core/tool-result.ts";
import { oneLine } from "./one-line.ts";
import { remedyForError } from "./remedies.ts";

/** What limits refuse calls with. */
const REFUSALS: ReadonlySet<string> = new Set([
  "QUEUE_FULL",
  "CIRCUIT_OPEN",
  "RATE_LIMITED",
  "DEADLINE_EXCEEDED",
]);

/** How many calls were refused by which limits, and what to do about it; undefined when none was. */
export function explainRefusals(results: readonly ToolResult[]): string | undefined {
  const refused = results.flatMap((result) => {
    if (result.status === "ok") return [];
    const limit = refusedBy(result.error);
    return limit === undefined ? [] : [{ error: result.error, limit }];
  });
  if (refused.length === 0) return undefined;
  const counts = new Map<string, number>();
  for (const { error, limit } of refused) {
    const what = `${error.code} by ${limit}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  const parts = [...counts].map(([what, count]) => `${count}× ${what}`);
  const remedies = new Set(refused.map(({ error }) => remedyForError(error)));
  const calls = refused.length === 1 ? "1 call" : `${refused.length} calls`;
  return oneLine(`Limits refused ${calls}: ${parts.join(", ")}. ${[...remedies].join(" ")}`);
}

/** The limit that refused a call: such errors name it, those of tools and pools do not. */
function refusedBy({ code, details }: ToolError): string | undefined {
  const limit = REFUSALS.has(code) ? details?.["limit"] : undefined;
  return typeof limit === "string" ? limit : undefined;
}
