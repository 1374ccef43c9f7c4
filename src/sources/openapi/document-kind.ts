/** Whether something is an OpenAPI document, and what it is instead. */
import { isPlainObject } from "../../schema/plain-object.ts";
import { ownValue } from "./located-node.ts";

/** The dialects that are told apart when reading. */
export type DocumentVersion = "2.0" | "3.0" | "3.1" | "3.2";

/** The version of a document; newer ones of 3 are read like 3.2. Undefined: it is no OpenAPI document. */
export function versionOf(root: unknown): DocumentVersion | undefined {
  const swagger = versionText(root, "swagger") ?? "";
  if (/^2(\.|$)/.test(swagger)) return "2.0";
  const openapi = versionText(root, "openapi") ?? "";
  const minor = /^3\.(\d+)/.exec(openapi)?.[1];
  if (minor === undefined) return openapi === "3" ? "3.0" : undefined;
  if (minor === "0") return "3.0";
  return minor === "1" ? "3.1" : "3.2";
}

type Clue = readonly [what: string, fits: (root: Record<string, unknown>) => boolean];

const CLUES: readonly Clue[] = [
  ["an OpenAPI overlay, which changes another document: apply it first", has("overlay")],
  ["an Arazzo description of workflows", has("arazzo")],
  ["an AsyncAPI document, which describes messages", has("asyncapi")],
  ["a Swagger 1.x document: convert it to OpenAPI 3", has("swaggerVersion")],
  ["a Postman collection: export it as OpenAPI", isPostman],
  ["an Insomnia export: export it as OpenAPI", (root) => root["__export_format"] !== undefined],
  ["a Google API discovery document", (root) => root["kind"] === "discovery#restDescription"],
  ["a HAR file, a recording of requests", has("log")],
  ["a GraphQL schema, and GraphQL is not read", isGraphQl],
  ["a list of MCP servers: register it with `registerMcp`", has("mcpServers")],
  ["a JSON Schema, which describes data and no operations", isJsonSchema],
  ["an error message of a server", has("error")],
];

/** What a value is that is no OpenAPI document, as the end of the sentence "it is …". */
export function describeOther(root: unknown): string {
  if (Array.isArray(root)) return "a list";
  if (!isPlainObject(root)) return `a single ${root === null ? "null" : typeof root}`;
  const version = versionText(root, "openapi") ?? versionText(root, "swagger");
  if (version !== undefined) {
    return `of version ${version.slice(0, 20)}; 2.0, 3.0, 3.1 and 3.2 are read`;
  }
  const clue = CLUES.find(([, fits]) => fits(root));
  if (clue !== undefined) return clue[0];
  const fields = Object.keys(root).slice(0, 5).join(", ");
  return `an object without a field \`openapi\` or \`swagger\`${fields === "" ? "" : `; it has ${fields}`}`;
}

/** What the document says of its version: a text, or a number where it stands unquoted in YAML. */
export function versionText(root: unknown, field: "openapi" | "swagger"): string | undefined {
  const version = ownValue(root, field);
  return typeof version === "string" || typeof version === "number" ? String(version) : undefined;
}

function has(field: string): (root: Record<string, unknown>) => boolean {
  return (root) => Object.hasOwn(root, field);
}

function isPostman({ info }: Record<string, unknown>): boolean {
  const schema = ownValue(info, "schema");
  return (
    ownValue(info, "_postman_id") !== undefined ||
    (typeof schema === "string" && schema.includes("getpostman.com"))
  );
}

function isGraphQl(root: Record<string, unknown>): boolean {
  return Object.hasOwn(root, "__schema") || ownValue(root["data"], "__schema") !== undefined;
}

function isJsonSchema(root: Record<string, unknown>): boolean {
  const dialect = root["$schema"];
  return (
    (typeof dialect === "string" && dialect.includes("json-schema.org")) ||
    (Object.hasOwn(root, "type") && Object.hasOwn(root, "properties"))
  );
}
