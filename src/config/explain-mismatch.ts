/** What ajv finds in a config, in words: what is wrong and what to do, one problem for each value. */
import { closestNames, suggestion } from "../core/closest-names.ts";
import { type ConfigPath, pathFromPointer, valueAt } from "./config-path.ts";
import type { SchemaError, SchemaNode } from "./config-schema.ts";
import type { ConfigProblem } from "./config-source.ts";

/** Longest text that a message repeats. */
const MAX_SHOWN_LENGTH = 60;

/** Options of MCP servers that there are, and that no text can say. */
const CODE_ONLY: ReadonlySet<string> = new Set(["authProvider", "elicit", "sample"]);
const NOT_IN_A_CONFIG =
  "is made of code, which a config does not hold. Register this server in your program, by `registerMcp`.";

const NOT_EMPTY = " that is not empty";

/**
 * Puts what is wrong with a config into words. Messages show what was written, never what an
 * environment variable holds.
 *
 * @param written - The config before its variables were filled in.
 * @param filledIn - The config that was checked.
 */
export function explainMismatches(
  errors: readonly SchemaError[],
  written: unknown,
  filledIn: unknown,
): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const explained = new Set<string>();
  // An `anyOf` comes after the errors of its branches and says what all of them together want.
  const unions = new Set(errors.filter(isUnion).map((error) => error.instancePath));
  for (const error of errors) {
    const path = pathFromPointer(error.instancePath, filledIn);
    // Comes after the error of the key, which says more.
    if (error.keyword === "propertyNames") continue;
    if (error.propertyName !== undefined) problems.push(wrongKey(error, path));
    else if (error.keyword === "additionalProperties") problems.push(unknownKey(error, path));
    else if (error.keyword === "required" && !unions.has(error.instancePath))
      problems.push(missingKey(error, path));
    else if (isUnion(error) || !unions.has(error.instancePath)) {
      if (explained.has(error.instancePath)) continue;
      explained.add(error.instancePath);
      problems.push({ path, message: wrongValue(error, valueAt(written, path)) });
    }
  }
  return problems;
}

function isUnion({ keyword }: SchemaError): boolean {
  return keyword === "anyOf";
}

function unknownKey({ params, parentSchema }: SchemaError, path: ConfigPath): ConfigProblem {
  const key = String(params["additionalProperty"]);
  const known = Object.keys((parentSchema as SchemaNode).properties ?? {});
  const [closest] = closestNames(key, known);
  const remedy =
    closest === undefined
      ? `Known: ${known.filter((name) => !name.startsWith("$")).join(", ")}.`
      : suggestion([closest]).trim();
  const isCode = path[0] === "mcpServers" && CODE_ONLY.has(key);
  const message = isCode ? NOT_IN_A_CONFIG : `is unknown. ${remedy}`;
  return { path: [...path, key], part: "key", message };
}

function wrongKey(
  { propertyName = "", parentSchema }: SchemaError,
  path: ConfigPath,
): ConfigProblem {
  const { description = "" } = parentSchema as SchemaNode;
  return {
    path: [...path, propertyName],
    part: "key",
    message: `is not known here. ${description}`,
  };
}

function missingKey({ params, parentSchema }: SchemaError, path: ConfigPath): ConfigProblem {
  const key = String(params["missingProperty"]);
  const { description = "" } = (parentSchema as SchemaNode).properties?.[key] ?? {};
  return { path, message: `has no "${key}". Write it: ${lowerFirst(description)}` };
}

function wrongValue({ data, parentSchema }: SchemaError, written: unknown): string {
  const schema = parentSchema as SchemaNode;
  const wanted = describe(schema);
  if (typeof written === "string" && written !== data) {
    return `is filled in from ${show(written)}. That must give ${wanted}.`;
  }
  const meant = typeof written === "string" ? closestNames(written, wordsOf(schema)) : [];
  return `is ${show(written)}. Write ${wanted}.${suggestion(meant.slice(0, 1))}`;
}

/** The words among the values that `schema` takes. */
function wordsOf({ anyOf = [], enum: values = [] }: SchemaNode): readonly string[] {
  const own = values.filter((value) => typeof value === "string");
  return [...own, ...anyOf.flatMap((part) => (typeof part === "object" ? wordsOf(part) : []))];
}

/** What `schema` takes, as the object of a sentence. References are to what must be filled in by now. */
function describe(schema: SchemaNode): string {
  if (schema.anyOf !== undefined) {
    const parts = schema.anyOf.filter((part) => typeof part === "object");
    return list(parts.filter((part) => part.$ref === undefined).map(describe));
  }
  if (schema.enum !== undefined) return list(schema.enum.map(show));
  if (schema.const !== undefined) return show(schema.const);
  return list([schema.type ?? []].flat().map((type) => describeType(type, schema)));
}

function describeType(type: string, schema: SchemaNode): string {
  if (type === "number" || type === "integer") return describeNumber(type, schema);
  if (type === "string") return describeText(schema);
  if (type === "object") {
    const { required = [] } = schema;
    return `an object${required.length === 0 ? "" : ` with ${required.map(show).join(" and ")}`}`;
  }
  if (type === "array") return `a list${schema.minItems === undefined ? "" : NOT_EMPTY}`;
  return type === "boolean" ? "true or false" : type;
}

function describeText({ pattern, examples = [], minLength }: SchemaNode): string {
  if (pattern !== undefined) return `text like ${list(examples.map(show))}`;
  return `text${minLength === undefined ? "" : NOT_EMPTY}`;
}

function describeNumber(type: string, schema: SchemaNode): string {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum } = schema;
  const name = type === "integer" ? "an integer" : "a number";
  const least =
    exclusiveMinimum === undefined ? bound("from", minimum) : bound("above", exclusiveMinimum);
  const most =
    exclusiveMaximum === undefined ? bound("to", maximum) : bound("and below", exclusiveMaximum);
  return `${name}${least}${most}`;
}

function bound(word: string, value: number | undefined): string {
  return value === undefined ? "" : ` ${word} ${value}`;
}

function list(parts: readonly string[]): string {
  const all = [...parts];
  const last = all.pop() ?? "nothing";
  return all.length === 0 ? last : `${all.join(", ")} or ${last}`;
}

function show(value: unknown): string {
  if (typeof value === "string") {
    const isLong = value.length > MAX_SHOWN_LENGTH;
    return JSON.stringify(isLong ? `${value.slice(0, MAX_SHOWN_LENGTH)}…` : value);
  }
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object" && value !== null) return "an object";
  return typeof value === "function" || typeof value === "symbol"
    ? `a ${typeof value}`
    : String(value);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
