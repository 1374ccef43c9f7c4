/**
 * When no branch of an `anyOf` or `oneOf` fits, ajv reports what is wrong with each of them. Most of
 * that misleads: of a union of objects told apart by `kind`, the errors of the kinds not meant. This
 * keeps the errors of the branch that was meant, where that can be told.
 *
 * Ajv writes the errors of a union's branches in order and directly before the union's own.
 */
import type { ErrorObject } from "ajv";

/** The errors without those of union branches that were plainly not meant. */
export function pruneUnionErrors(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  if (!errors.some((error) => isUnionFailure(error) || error.keyword === "contains")) return errors;
  const kept: ErrorObject[] = [];
  for (const error of errors) {
    if (isUnionFailure(error)) pruneBranches(kept, error);
    // Of an array that lacks an item, no item is to blame.
    if (error.keyword === "contains") takeErrorsBelow(kept, [`${error.schemaPath}/`]);
    kept.push(error);
  }
  return kept;
}

/** Whether this is a union of which no branch fits. */
export function isUnionFailure({ keyword, params }: ErrorObject): boolean {
  if (keyword === "anyOf") return true;
  return keyword === "oneOf" && (params["passingSchemas"] as unknown) === null;
}

function pruneBranches(kept: ErrorObject[], union: ErrorObject): void {
  const branches = takeErrorsBelow(kept, branchPrefixes(union));
  for (const error of branchesMeant(branches, union).flat()) kept.push(error);
}

/** The one branch that was meant; where none was, what told them all apart; else all. */
function branchesMeant(
  branches: readonly ErrorObject[][],
  union: ErrorObject,
): readonly ErrorObject[][] {
  if (branches.some((branch) => branch.length === 0)) return branches;
  const reasons = branches.map((branch) => branch.filter((error) => excludes(error, union)));
  const meant = branches.filter((_branch, index) => reasons[index]?.length === 0);
  if (meant.length === 0) return reasons;
  return meant.length === 1 ? meant : branches;
}

/** Takes the last errors off the list as long as they belong to one of the places; by place. */
function takeErrorsBelow(kept: ErrorObject[], prefixes: readonly string[]): ErrorObject[][] {
  const taken: ErrorObject[][] = prefixes.map(() => []);
  for (let last = kept.at(-1); last !== undefined; last = kept.at(-1)) {
    const path = `${last.schemaPath}/`;
    const place = taken[prefixes.findIndex((prefix) => path.startsWith(prefix))];
    if (place === undefined) break;
    place.push(last);
    kept.pop();
  }
  return taken.map((place) => place.toReversed());
}

/** Where the errors of each branch point to, which is elsewhere when the branch is a `$ref`. */
function branchPrefixes({ schema, schemaPath }: ErrorObject): string[] {
  return (schema as unknown[]).map((branch, index) => {
    const ref = (branch as { $ref?: unknown } | null)?.$ref;
    return `${typeof ref === "string" ? ref : `${schemaPath}/${index}`}/`;
  });
}

/** Whether an error says that its branch was not meant: a wrong tag, or a value of another type. */
function excludes(error: ErrorObject, union: ErrorObject): boolean {
  if (error.keyword === "type") return error.instancePath === union.instancePath;
  return error.keyword === "const" || error.keyword === "enum";
}
