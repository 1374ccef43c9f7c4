/** Issues of Standard Schema libraries as ours: paths as JSON Pointers, and no values in messages. */
import type { StandardIssue } from "../core/standard-schema.ts";
import { limitIssues } from "./explain-errors.ts";
import { toJsonPointer } from "./json-pointer.ts";
import type { ValidationIssue } from "./validator.ts";

type Path = readonly PropertyKey[];

/** What the issues of zod, valibot and arktype have besides the standard's two fields. */
interface LibraryIssue extends StandardIssue {
  /** arktype: the value, printed. */
  readonly actual?: unknown;
  /** arktype: the message without the path before it. */
  readonly problem?: unknown;
  /** valibot, and zod 3 of an enum: the value, printed. zod 3, of a wrong type: the name of the value's type. */
  readonly received?: unknown;
  /** zod. */
  readonly code?: unknown;
  /** zod, of a union: the issues of each branch. */
  readonly errors?: unknown;
}

/** Turns a library's issues into ours. */
export function convertIssues(issues: readonly StandardIssue[]): readonly ValidationIssue[] {
  return limitIssues(issues.flatMap((issue) => convert(issue, [])));
}

function convert(issue: LibraryIssue, base: Path): ValidationIssue[] {
  // Not `path.map`: arktype's paths are a subclass of Array whose constructor takes the items.
  const path = [...base, ...Array.from(issue.path ?? [], segmentOf)];
  const branches = branchesOf(issue);
  if (branches.length === 0) return [{ path: toJsonPointer(path), message: messageOf(issue) }];
  const [closest] = branches
    .filter((branch) => branch.every((nested) => (nested.path ?? []).length > 0))
    .toSorted((one, other) => one.length - other.length);
  if (closest !== undefined) return closest.flatMap((nested) => convert(nested, path));
  const messages = new Set(branches.flat().map(messageOf));
  return [{ path: toJsonPointer(path), message: [...messages].join(" or ") }];
}

function segmentOf(segment: PropertyKey | { readonly key: PropertyKey }): PropertyKey {
  return typeof segment === "object" ? segment.key : segment;
}

/**
 * zod says "Invalid input" of a union, and keeps the issues of each branch: of the closest one, if
 * the value is of the right type for any, they say what to mend.
 */
function branchesOf({ errors }: LibraryIssue): readonly (readonly LibraryIssue[])[] {
  if (!Array.isArray(errors)) return [];
  return (errors as unknown[]).filter(
    (branch): branch is readonly LibraryIssue[] => Array.isArray(branch) && branch.length > 0,
  );
}

/** The library's message, less the value that arktype and valibot print in it. */
function messageOf(issue: LibraryIssue): string {
  const { message, problem, actual, received, code } = issue;
  const text = typeof problem === "string" ? problem : message;
  if (typeof actual === "string" && actual !== "missing") return withoutActual(text, issue);
  if (typeof received !== "string" || received === "undefined") return text;
  if (code === "invalid_type") return text;
  if (code === "invalid_enum_value") return text.replace(`, received '${received}'`, "");
  // "Invalid type: Expected number but received 5", "Invalid email: Received 5"
  return text.endsWith(received)
    ? text.slice(0, -received.length).replace(/(?::| but) received $/iu, "")
    : text;
}

/** "must be a number (was 5)", '("5") must be…', and of a union several of these in a row. */
function withoutActual(text: string, issue: LibraryIssue): string {
  const parts = Array.isArray(issue.errors) ? (issue.errors as LibraryIssue[]) : [];
  let bare = text;
  for (const { actual } of [issue, ...parts]) {
    bare = bare.replaceAll(` (was ${String(actual)})`, "").replaceAll(`(${String(actual)}) `, "");
  }
  return bare.includes("(was ") ? "does not fit any of the alternatives" : bare;
}
