/**
 * Parameters that travel as HTTP headers too, by `x-mcp-header` in a tool's input schema (MCP 2026-07-28, Streamable
 * HTTP, custom headers from tool parameters). A tool whose schema breaks the rules for them must not be called.
 */
import { isRecord } from "./mcp-fields.ts";

const KEYWORD = "x-mcp-header";
/** What a header's name may be made of (RFC 9110 §5.6.2). */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/u;
const TYPES: ReadonlySet<unknown> = new Set(["string", "integer", "boolean"]);
/** Keywords that hold values rather than schemas. */
const VALUES: ReadonlySet<string> = new Set(["const", "enum", "default", "examples"]);
/** Keywords that hold schemas by name. */
const NAMED: ReadonlySet<string> = new Set([
  "properties",
  "patternProperties",
  "dependentSchemas",
  "$defs",
  "definitions",
]);
const MOST_LEVELS = 500;

/** Which rule the schema breaks first; undefined when it breaks none. */
export function headerFault(inputSchema: unknown): string | undefined {
  return faultIn(inputSchema, { isProperty: false, isReachable: true, level: 0, names: new Set() });
}

/** Where a schema stands. */
interface Place {
  readonly isProperty: boolean;
  /** Whether only `properties` lead there. */
  readonly isReachable: boolean;
  readonly level: number;
  /** Of the headers before it, in lower case. */
  readonly names: Set<string>;
}

function faultIn(schema: unknown, place: Place): string | undefined {
  if (place.level > MOST_LEVELS) return "it is nested too deeply";
  if (Array.isArray(schema)) return firstFault(schema, away(place));
  if (!isRecord(schema)) return undefined;
  const own = Object.hasOwn(schema, KEYWORD) ? ownFault(schema, place) : undefined;
  return own ?? faultBelow(schema, place);
}

function faultBelow(schema: Readonly<Record<string, unknown>>, place: Place): string | undefined {
  for (const [key, child] of Object.entries(schema)) {
    if (VALUES.has(key)) continue;
    const there = key === "properties" ? { ...place, isProperty: true } : away(place);
    const children = NAMED.has(key) && isRecord(child) ? Object.values(child) : [child];
    const fault = firstFault(children, there);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function firstFault(schemas: readonly unknown[], place: Place): string | undefined {
  for (const schema of schemas) {
    const fault = faultIn(schema, { ...place, level: place.level + 1 });
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function away(place: Place): Place {
  return { ...place, isProperty: false, isReachable: false };
}

function ownFault(schema: Readonly<Record<string, unknown>>, place: Place): string | undefined {
  const name = schema[KEYWORD];
  if (!place.isReachable || !place.isProperty) {
    return `\`${KEYWORD}\` stands where only \`properties\` may lead`;
  }
  if (typeof name !== "string" || !TOKEN.test(name)) {
    return `\`${KEYWORD}\` ${JSON.stringify(name)?.slice(0, 100)} is no name of a header`;
  }
  if (!TYPES.has(schema["type"])) {
    return `\`${KEYWORD}\` "${name}" is at a property that is no string, integer or boolean`;
  }
  if (place.names.has(name.toLowerCase())) return `\`${KEYWORD}\` "${name}" is there twice`;
  place.names.add(name.toLowerCase());
  return undefined;
}
