/** Which scopes a tool's calls are in. */
import { matchesPattern } from "../core/name-pattern.ts";
import type { LimitedTool } from "./limiter.ts";

/** The scope that holds every call. */
export const EVERYTHING = "*";
/** The settings under which every tenant has a limit of its own. */
export const EACH_TENANT = "tenant";

/** Of `scopes`, those that `tool` is in, the narrowest first: its name, patterns, its source, tags, everything. */
export function matchScopes(scopes: Iterable<string>, tool: LimitedTool): readonly string[] {
  const matching: string[] = [];
  for (const scope of scopes) if (matches(scope, tool)) matching.push(scope);
  if (matching.length < 2) return matching;
  return narrowestFirst(matching);
}

/** Scopes in the order in which calls pass them. */
export function narrowestFirst(scopes: readonly string[]): readonly string[] {
  return scopes.toSorted(
    (left, right) => breadth(left) - breadth(right) || right.length - left.length,
  );
}

function matches(scope: string, { name, tags = [] }: LimitedTool): boolean {
  if (scope === EVERYTHING) return true;
  if (scope === EACH_TENANT) return false;
  if (scope.startsWith("tag:")) return tags.includes(scope.slice(4));
  if (scope.startsWith("source:")) return name.startsWith(`${scope.slice(7)}.`);
  return matchesPattern(scope, name);
}

function breadth(scope: string): number {
  if (scope === EVERYTHING) return 4;
  if (scope.startsWith("tag:")) return 3;
  if (scope.startsWith("source:")) return 2;
  return scope.includes("*") ? 1 : 0;
}
