/** Which operations of a document become tools. */
import { suggestionOrKnown } from "../../core/closest-names.ts";
import { matchesPattern } from "../../core/name-pattern.ts";
import type { ListedOperation } from "./list-operations.ts";
import type { OpenApiOptions, OperationFilter } from "./openapi-options.ts";

type Field = keyof OperationFilter;

const FIELDS: readonly Field[] = ["tags", "paths", "methods", "operationIds"];

const VALUES: Readonly<Record<Field, (operation: ListedOperation) => readonly string[]>> = {
  tags: ({ tags }) => tags,
  paths: ({ path }) => [path],
  methods: ({ method }) => [method],
  operationIds: ({ operationId, name }) =>
    operationId === undefined ? [name] : [operationId, name],
};

/** What was selected, and what is odd about the settings. */
export interface Selection {
  readonly operations: readonly ListedOperation[];
  readonly problems: readonly string[];
}

/**
 * Selects by `include` and `exclude`. Deprecated operations are left out unless `include.operationIds` has their very id.
 *
 * @throws TypeError when `include` names what there is not, with what it may have meant.
 */
export function selectOperations(
  operations: readonly ListedOperation[],
  { include = {}, exclude }: Pick<OpenApiOptions, "include" | "exclude">,
): Selection {
  checkFilter("include", include);
  checkFilter("exclude", exclude ?? {});
  const [missing] = unmatched(operations, include);
  if (missing !== undefined) throw new TypeError(`\`include\`: ${missing}`);
  const isNamed = (operation: ListedOperation): boolean =>
    VALUES.operationIds(operation).some((id) => include.operationIds?.includes(id));
  const selected = operations.filter(
    (operation) =>
      fits(operation, include) &&
      (!operation.deprecated || isNamed(operation)) &&
      !(exclude !== undefined && givenFields(exclude).length > 0 && fits(operation, exclude)),
  );
  if (selected.length === 0 && operations.length > 0)
    throw new TypeError(nothingLeft(operations, include));
  const unused = exclude === undefined ? [] : unmatched(operations, exclude);
  return { operations: selected, problems: unused.map((problem) => `\`exclude\`: ${problem}`) };
}

function fits(operation: ListedOperation, filter: OperationFilter): boolean {
  return givenFields(filter).every((field) =>
    (filter[field] ?? []).some((pattern) => matches(pattern, field, operation)),
  );
}

function matches(pattern: string, field: Field, operation: ListedOperation): boolean {
  // Methods are written in either case.
  const plain = (text: string): string => (field === "methods" ? text.toLowerCase() : text);
  return VALUES[field](operation).some((value) => matchesPattern(plain(pattern), plain(value)));
}

/** For each pattern that fits nothing a sentence that says so. */
function unmatched(operations: readonly ListedOperation[], filter: OperationFilter): string[] {
  return givenFields(filter).flatMap((field) =>
    (filter[field] ?? [])
      .filter((pattern) => !operations.some((operation) => matches(pattern, field, operation)))
      .map((pattern) => {
        const known = operations.flatMap((operation) => VALUES[field](operation));
        return `no operation fits \`${field}\` "${pattern}". ${suggestionOrKnown(pattern.replaceAll("*", ""), known)}`;
      }),
  );
}

function nothingLeft(operations: readonly ListedOperation[], include: OperationFilter): string {
  const deprecated = operations.filter(
    (operation) => fits(operation, include) && operation.deprecated,
  );
  const remedy =
    deprecated.length > 0
      ? `Deprecated operations are taken by their very id: ${deprecated
          .map(({ name }) => name)
          .slice(0, 5)
          .join(", ")}.`
      : "One must fit every field of `include`, and not all of those of `exclude`.";
  return `\`include\` and \`exclude\` leave none of ${operations.length} operations. ${remedy}`;
}

function givenFields(filter: OperationFilter): Field[] {
  return FIELDS.filter((field) => filter[field] !== undefined);
}

function checkFilter(name: string, filter: OperationFilter): void {
  for (const [field, patterns] of Object.entries(filter)) {
    if (!FIELDS.includes(field as Field)) {
      throw new TypeError(`\`${name}.${field}\` is unknown. Known: ${FIELDS.join(", ")}.`);
    }
    const isList = Array.isArray(patterns) && patterns.every((item) => typeof item === "string");
    if (patterns !== undefined && !isList) {
      throw new TypeError(`\`${name}.${field}\` must be a list of texts.`);
    }
  }
}
