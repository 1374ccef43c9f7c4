/** One operation of a document as a tool: its name and description, its input, and how it is called. */
import type { JsonSchema } from "../../core/json-schema.ts";
import { setOwn } from "../../schema/plain-object.ts";
import { DocumentProblem } from "./document-problem.ts";
import type { ListedOperation } from "./list-operations.ts";
import {
  entriesOf,
  type LocatedNode,
  nodeAt,
  rootOf,
  scalarAt,
  textAt,
  textsAt,
} from "./located-node.ts";
import { acceptOf } from "./media-types.ts";
import type { Operation } from "./operation.ts";
import { describeOperation } from "./operation-description.ts";
import { readBody } from "./read-body.ts";
import { type InputField, listParameters, readParameters } from "./read-parameters.ts";
import { readSecurity, type SecurityWay } from "./read-security.ts";
import type { References } from "./resolve-reference.ts";
import type { Servers } from "./server-url.ts";
import type { SchemaSlicer } from "./slice-schema.ts";

/** What operations of one document are read with. */
export interface DocumentSurroundings {
  readonly references: References;
  readonly slicer: SchemaSlicer;
  readonly servers: Servers;
  readonly rename: (name: string) => string;
}

/** An operation, read, and the ways into it with their scopes. */
export interface ReadOperation {
  readonly operation: Operation;
  readonly ways: readonly SecurityWay[];
}

/** Reads an operation. Throws `DocumentProblem`, `MissingDocument`, and TypeErrors of `Servers`. */
export function readOperation(
  listed: ListedOperation,
  around: DocumentSurroundings,
): ReadOperation {
  const { node, pathItem, path, method, tags, deprecated } = listed;
  const { references, slicer } = around;
  checkMethod(method);
  const nodes = listParameters(node, pathItem, references);
  const parameters = readParameters(path, nodes, slicer);
  const body = readBody(node, {
    references,
    slicer,
    parameters: nodes,
    taken: parameters.map(({ field }) => field),
  });
  const accept = acceptOf(responseTypes(node, references));
  const ways = readSecurity(node, references);
  const operation = {
    name: around.rename(listed.name),
    description: describeOperation(listed),
    tags,
    deprecated,
    input: inputSchema([...parameters, ...(body === undefined ? [] : [body])], slicer),
    plan: {
      method,
      path,
      baseUrl: around.servers.urlFor(node, pathItem),
      parameters: parameters.map(({ plan }) => plan),
      ...(body !== undefined && { body: body.plan }),
      ...(accept !== undefined && { accept }),
      security: ways.map((way) => way.map(({ scheme }) => scheme)),
    },
  };
  return { operation, ways };
}

function checkMethod(method: string): void {
  if (method !== "CONNECT") return;
  throw new DocumentProblem("its method CONNECT opens a tunnel, which is no call");
}

function inputSchema(fields: readonly InputField[], slicer: SchemaSlicer): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  for (const { field, schema } of fields) setOwn(properties, field, schema);
  const required = fields.filter((field) => field.required).map(({ field }) => field);
  const $defs = slicer.definitions(fields.flatMap(({ refs }) => [...refs]));
  return {
    type: "object",
    properties,
    ...(required.length > 0 && { required }),
    additionalProperties: false,
    ...($defs !== undefined && { $defs }),
  };
}

/** The media types of what comes back when all is well. */
function responseTypes(operation: LocatedNode, references: References): string[] {
  const responses = entriesOf(nodeAt(operation, "responses"));
  const good = responses.filter(([status]) => /^2(?:\d\d|xx)$/i.test(status));
  const used = good.length > 0 ? good : responses.filter(([status]) => status === "default");
  const types = used.flatMap(([, response]) => contentTypes(response, references));
  if (types.length > 0) return types;
  const own = nodeAt(operation, "produces").value !== undefined;
  return textsAt(own ? operation : rootOf(references.entry), "produces");
}

/** A response that cannot be read is no reason to do without the operation. */
function contentTypes(response: LocatedNode, references: References): string[] {
  try {
    return entriesOf(nodeAt(references.resolve(response), "content")).map(([type]) => type);
  } catch (thrown) {
    if (thrown instanceof DocumentProblem) return [];
    throw thrown;
  }
}

/** The title and version of a document, for people. */
export function describeDocument({ entry }: References): {
  readonly title: string;
  readonly version: string;
} {
  const info = nodeAt(rootOf(entry), "info");
  return {
    title: textAt(info, "title")?.trim() || "untitled",
    version: scalarAt(info, "version") ?? "",
  };
}
