/**
 * What providers refuse, or models stumble over, in the tools they are told of.
 *
 * A provider that refuses one tool refuses the whole request, so it is better known before. The rules come from the
 * providers' documentation and from the errors that their APIs give.
 */
import type { FormatName, ToolDescription } from "./provider-format.ts";

/** Something about a tool that a provider would not take, or that makes it worse than it could be. */
export interface LintFinding {
  /** `error`: the request is refused. */
  readonly severity: "error" | "warning";
  /** The tool's name as it was given; undefined for the list as a whole. */
  readonly toolName: string | undefined;
  /** What is wrong. */
  readonly message: string;
  /** What to do. */
  readonly remedy: string;
}

/** Most characters of a function's description (OpenAI). */
const MAX_OPENAI_DESCRIPTION = 1_024;
/** Most tools of one request (OpenAI). */
const MAX_OPENAI_TOOLS = 128;
/** From here on a list of tools costs more than the search for the right ones. Bytes of JSON. */
const MUCH_SCHEMA_BYTES = 100_000;
/** Deeper, a schema is taken as it is. */
const MAX_DEPTH = 64;

const COMPOSITIONS = ["oneOf", "anyOf", "allOf"];
const OPENAI_ROOT = [...COMPOSITIONS, "enum", "const", "not"];
const ANTHROPIC_PROPERTY = /^[a-zA-Z0-9_.-]{1,64}$/u;

type Schema = Readonly<Record<string, unknown>>;
type Rule = (tool: ToolDescription) => readonly Problem[];
type Problem = Omit<LintFinding, "toolName">;

/** The rules of each provider; the first ones are everybody's. */
const RULES: Readonly<Record<FormatName, readonly Rule[]>> = {
  "openai-chat": [described, rootWithout(OPENAI_ROOT), shortDescription, arraysHaveItems],
  "openai-responses": [described, rootWithout(OPENAI_ROOT), shortDescription, arraysHaveItems],
  anthropic: [described, rootWithout(COMPOSITIONS), plainPropertyNames],
  gemini: [described, noCircles],
};

/** What a provider would say of these tools, tool by tool, and of their list. Never throws. */
export function lintTools(
  tools: readonly ToolDescription[],
  format: FormatName,
): readonly LintFinding[] {
  const ofTools = tools.flatMap((tool) =>
    RULES[format].flatMap((rule) =>
      rule(tool).map((problem) => Object.assign({ toolName: tool.name }, problem)),
    ),
  );
  return [...ofTools, ...lintList(tools, format)];
}

function lintList(tools: readonly ToolDescription[], format: FormatName): readonly LintFinding[] {
  const remedy = "Register some of them with `deferred: true`: the model then searches for them.";
  const findings: LintFinding[] = [];
  if (format.startsWith("openai") && tools.length > MAX_OPENAI_TOOLS) {
    const message = `${tools.length} tools; at most ${MAX_OPENAI_TOOLS} are taken.`;
    findings.push({ severity: "error", toolName: undefined, message, remedy });
  }
  const bytes = Buffer.byteLength(JSON.stringify(tools));
  if (bytes > MUCH_SCHEMA_BYTES) {
    const message = `The tools take ${Math.round(bytes / 1_000)} KB of every request.`;
    findings.push({ severity: "warning", toolName: undefined, message, remedy });
  }
  return findings;
}

/** What stands for the description of an OpenAPI operation that has none. */
const REQUEST_LINE = /^(?:[A-Z]+ \/\S*)?$/u;

function described({ description }: ToolDescription): readonly Problem[] {
  if (!REQUEST_LINE.test(description.trim())) return [];
  return [
    {
      severity: "warning",
      message: "It has no description, and the model decides by it.",
      remedy: "Say in a sentence what it does and when to use it.",
    },
  ];
}

function rootWithout(keywords: readonly string[]): Rule {
  return ({ inputSchema }) =>
    keywords
      .filter((keyword) => Object.hasOwn(inputSchema, keyword))
      .map((keyword) => ({
        severity: "error",
        message: `Its input has \`${keyword}\` at the top.`,
        remedy: "Put the alternatives into a property, or leave them to the tool to check.",
      }));
}

function shortDescription({ description }: ToolDescription): readonly Problem[] {
  if (description.length <= MAX_OPENAI_DESCRIPTION) return [];
  return [
    {
      severity: "error",
      message: `Its description has ${description.length} characters; at most ${MAX_OPENAI_DESCRIPTION} are taken.`,
      remedy: "Shorten it, and describe the parameters where they stand.",
    },
  ];
}

function arraysHaveItems({ inputSchema }: ToolDescription): readonly Problem[] {
  return nodesOf(inputSchema)
    .filter(({ node }) => typesOf(node).includes("array") && !hasItems(node))
    .map(({ path }) => ({
      severity: "error",
      message: `The list ${path} does not say what it holds.`,
      remedy: "Give it `items`.",
    }));
}

function plainPropertyNames({ inputSchema }: ToolDescription): readonly Problem[] {
  return nodesOf(inputSchema)
    .flatMap(({ node, path }) => propertyNames(node).map((name) => ({ name, path })))
    .filter(({ name }) => !ANTHROPIC_PROPERTY.test(name))
    .map(({ name, path }) => ({
      severity: "error",
      message: `The property ${JSON.stringify(name)} of ${path} has a name that is not taken.`,
      remedy: "Use 1 to 64 letters, digits, underscores, dots and hyphens.",
    }));
}

/** Gemini unrolls references a few times and then refuses. */
function noCircles({ inputSchema }: ToolDescription): readonly Problem[] {
  const circle = [...referencesOf(inputSchema, inputSchema)].find((target) =>
    reaches(inputSchema, target, target),
  );
  if (circle === undefined) return [];
  return [
    {
      severity: "warning",
      message: `Its input refers to itself at ${circle}, which is followed a few levels deep only.`,
      remedy: "Nest to a fixed depth, or take the deeper part as JSON text.",
    },
  ];
}

/** Whether following references from `from` leads to `target`. */
function reaches(root: Schema, from: string, target: string): boolean {
  const seen = new Set<string>();
  const waiting = [from];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (const next of referencesOf(root, resolved(root, at))) {
      if (next === target) return true;
      if (seen.has(next)) continue;
      seen.add(next);
      waiting.push(next);
    }
  }
  return false;
}

function referencesOf(root: Schema, part: unknown): ReadonlySet<string> {
  const references = nodesOf(isSchema(part) ? part : {}, part === root)
    .map(({ node }) => node["$ref"])
    .filter((reference) => typeof reference === "string");
  return new Set(references);
}

function resolved(root: Schema, reference: string): unknown {
  const steps = reference.replace(/^#\/?/u, "").split("/");
  return steps
    .filter((step) => step !== "")
    .map((step) => decode(step).replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce<unknown>(
      (at, step) => (isSchema(at) && Object.hasOwn(at, step) ? at[step] : undefined),
      root,
    );
}

function decode(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}

interface Node {
  readonly node: Schema;
  /** For people: `input`, `input.filter.tags`. */
  readonly path: string;
}

const BY_NAME: ReadonlySet<string> = new Set([
  "properties",
  "patternProperties",
  "$defs",
  "definitions",
  "dependentSchemas",
]);
const LISTS: ReadonlySet<string> = new Set(["oneOf", "anyOf", "allOf", "prefixItems"]);
const SINGLE: ReadonlySet<string> = new Set([
  "items",
  "additionalProperties",
  "not",
  "if",
  "then",
  "else",
  "contains",
]);

/** The schema and every schema within it. `withDefinitions`: those under `$defs` too. */
function nodesOf(schema: Schema, withDefinitions = true): readonly Node[] {
  const found: Node[] = [];
  visit(schema, "input", 0);
  return found;

  function visit(value: unknown, path: string, depth: number): void {
    if (!isSchema(value) || depth > MAX_DEPTH) return;
    found.push({ node: value, path });
    for (const [keyword, part] of Object.entries(value)) {
      if (BY_NAME.has(keyword)) visitNamed(keyword, part, path, depth);
      else if (LISTS.has(keyword) && Array.isArray(part))
        for (const one of part) visit(one, path, depth + 1);
      else if (SINGLE.has(keyword))
        visit(part, keyword === "items" ? `${path}[]` : path, depth + 1);
    }
  }

  function visitNamed(keyword: string, part: unknown, path: string, depth: number): void {
    const isDefinitions = keyword === "$defs" || keyword === "definitions";
    if (!isSchema(part) || (isDefinitions && !withDefinitions)) return;
    for (const [name, one] of Object.entries(part)) visit(one, `${path}.${name}`, depth + 1);
  }
}

function propertyNames(node: Schema): readonly string[] {
  const properties = node["properties"];
  return isSchema(properties) ? Object.keys(properties) : [];
}

function typesOf({ type }: Schema): readonly unknown[] {
  return Array.isArray(type) ? type : [type];
}

function hasItems(node: Schema): boolean {
  return "items" in node || "prefixItems" in node;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
