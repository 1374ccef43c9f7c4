/** Tools of a source whose names are taken: told by whom, in a line for each, not in one for each tool. */
import type { Tool } from "../core/tool.ts";
import type { CatalogEntry } from "../registry/tool-catalog.ts";

/** Names in a line; more are counted. */
const MAX_NAMED = 5;

/** A tool that is left out, and what has its name. */
export interface TakenName {
  readonly tool: Tool;
  readonly owner: Pick<CatalogEntry<unknown>, "tool" | "source" | "namespace">;
}

/** For each owner a line that names both sides, the namespace, how many tools collide, and what to do. */
export function takenProblems(source: string, taken: readonly TakenName[]): readonly string[] {
  const byOwner = Map.groupBy(taken, ({ owner }) => ownerOf(owner));
  return [...byOwner].map(([owner, group]) => takenProblem(source, owner, group));
}

function takenProblem(source: string, owner: string, group: readonly TakenName[]): string {
  const count = group.length === 1 ? "1 tool" : `${group.length} tools`;
  const own = named(source, group[0]?.tool);
  const names = group.slice(0, MAX_NAMED).map(({ owner: { tool } }) => tool.name);
  if (group.length > names.length) names.push(`${group.length - names.length} more`);
  const verb = group.length === 1 ? "is" : "are";
  return (
    `${count} of ${own} ${verb} left out, for ${owner}: ${names.join(", ")}. ` +
    "Give one of the two another `namespace`, or pass `replace: true`."
  );
}

/** Who has tools of these names, as the end of a sentence. */
function ownerOf({ source, namespace, tool }: TakenName["owner"]): string {
  const where = namespace === undefined ? "" : ` in the namespace "${namespace}"`;
  return source === undefined
    ? `tools of these names were registered${where} before`
    : `${named(source, tool)} has tools of these names${where}`;
}

/** Two sources of one namespace have one name, so where they come from is said as well. */
function named(source: string, tool: Tool | undefined): string {
  const { origin } = tool ?? {};
  return origin?.kind === "source" ? `source "${source}" (${origin.label})` : `source "${source}"`;
}
