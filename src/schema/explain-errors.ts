/**
 * Ajv's errors as issues that a model can act on: what was expected and where, one issue for each
 * place and demand, and never the value itself.
 */
import type { ErrorObject } from "ajv";
import { toJsonPointer } from "./json-pointer.ts";
import { isUnionFailure, pruneUnionErrors } from "./union-errors.ts";
import type { ValidationIssue } from "./validator.ts";

/** Most issues that are listed; a last one says how many there are besides. */
const MAX_ISSUES = 20;

/** Most allowed values or known names that a message lists. */
const MAX_LISTED = 30;

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  integer: "an integer",
  boolean: "a boolean",
  null: "null",
  array: "an array",
  object: "an object",
};

interface Findings {
  readonly types: Set<string>;
  readonly values: Set<string>;
  readonly demands: Set<string>;
}

/** Turns ajv's errors into issues. */
export function explainErrors(errors: readonly ErrorObject[]): readonly ValidationIssue[] {
  const places = new Map<string, Findings>();
  for (const error of pruneUnionErrors(errors)) {
    if (!isSummary(error)) addFinding(places, error);
  }
  const issues = [...places].flatMap(([path, findings]) =>
    messagesOf(findings).map((message) => ({ path, message })),
  );
  return limitIssues(issues);
}

/** Cuts a list of issues to what a model can read; a last issue says how many there are besides. */
export function limitIssues(issues: readonly ValidationIssue[]): readonly ValidationIssue[] {
  if (issues.length <= MAX_ISSUES) return issues;
  const rest = issues.length - MAX_ISSUES;
  return [...issues.slice(0, MAX_ISSUES), { path: "", message: `and ${rest} more like these` }];
}

/** Whether the error only says that others, which ajv reports too, occurred. */
function isSummary(error: ErrorObject): boolean {
  return isUnionFailure(error) || error.keyword === "if" || error.keyword === "propertyNames";
}

function addFinding(places: Map<string, Findings>, error: ErrorObject): void {
  const path = placeOf(error);
  let findings = places.get(path);
  if (findings === undefined) {
    findings = { types: new Set(), values: new Set(), demands: new Set() };
    places.set(path, findings);
  }
  const { keyword, params } = error;
  if (keyword === "type") {
    for (const type of [params["type"] as string | string[]].flat()) findings.types.add(type);
  } else if (keyword === "enum") {
    for (const value of params["allowedValues"] as unknown[]) findings.values.add(spell(value));
  } else if (keyword === "const") {
    findings.values.add(spell(params["allowedValue"]));
  } else {
    findings.demands.add(demandOf(error));
  }
}

/** A missing or surplus property is named by the path; so is a property whose name is wrong. */
function placeOf({ instancePath, params, propertyName }: ErrorObject): string {
  const name =
    propertyName ??
    params["missingProperty"] ??
    params["additionalProperty"] ??
    params["unevaluatedProperty"];
  return typeof name === "string" ? instancePath + toJsonPointer([name]) : instancePath;
}

/** What ajv says of these is too short, or speaks of schemas rather than of the value. */
const DEMANDS: Readonly<Record<string, (error: ErrorObject) => string>> = {
  required: (error) => `is required${expectedType(error)}`,
  dependentRequired: ({ params }) => `is required together with ${spell(params["property"])}`,
  dependencies: ({ params }) => `is required together with ${spell(params["property"])}`,
  additionalProperties: (error) => `is not a known property${knownNames(error)}`,
  unevaluatedProperties: (error) => `is not a known property${knownNames(error)}`,
  oneOf: () => "must fit exactly one of the alternatives and fits several",
  not: () => "must not be of the excluded form",
  "false schema": () => "is not allowed",
};

function demandOf(error: ErrorObject): string {
  const { keyword, message = `must satisfy "${keyword}"`, propertyName } = error;
  if (propertyName !== undefined) return `is no valid property name: it ${message}`;
  return DEMANDS[keyword]?.(error) ?? message;
}

/** A model that left a property out is told what to put there. */
function expectedType({ params, parentSchema }: ErrorObject): string {
  const properties = parentSchema?.["properties"] as Record<string, unknown> | undefined;
  const schema = properties?.[params["missingProperty"] as string] as
    | { type?: unknown }
    | undefined;
  const types = [schema?.type ?? []].flat() as string[];
  return types.length === 0
    ? ""
    : `: ${list(
        types.map((type) => TYPE_NAMES[type] ?? type),
        "or",
      )}`;
}

function knownNames({ parentSchema }: ErrorObject): string {
  const known = Object.keys((parentSchema?.["properties"] as object | undefined) ?? {});
  return known.length === 0 ? "" : `; known are ${list(known.map(spell), "and")}`;
}

function messagesOf({ types, values, demands }: Findings): string[] {
  // An integer is a number: a model need not be told both.
  if (types.has("number")) types.delete("integer");
  const expected = [...types].map((type) => TYPE_NAMES[type] ?? type);
  if (values.size === 1) expected.push(...values);
  if (values.size > 1) expected.push(`one of ${list([...values], "or")}`);
  const messages = [...demands];
  if (expected.length > 0) messages.unshift(`must be ${list(expected, "or")}`);
  return messages;
}

function list(words: readonly string[], conjunction: string): string {
  if (words.length > MAX_LISTED) {
    return `${words.slice(0, MAX_LISTED).join(", ")} and ${words.length - MAX_LISTED} more`;
  }
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} ${conjunction} ${words.at(-1)}`;
}

function spell(value: unknown): string {
  return JSON.stringify(value);
}
