/** The operations of a document, before they are read. */
import { isPlainObject } from "../../schema/plain-object.ts";
import { DocumentProblem } from "./document-problem.ts";
import { entriesOf, type LocatedNode, nodeAt, rootOf, textAt, textsAt } from "./located-node.ts";
import { NameBook } from "./operation-name.ts";
import type { References } from "./resolve-reference.ts";

/** One operation, found and named. */
export interface ListedOperation {
  /** Upper case. */
  readonly method: string;
  readonly path: string;
  readonly name: string;
  readonly operationId: string | undefined;
  readonly tags: readonly string[];
  readonly deprecated: boolean;
  readonly node: LocatedNode;
  /** What it stands in, which may hold parameters and servers for it. */
  readonly pathItem: LocatedNode;
}

/** All operations in the document's order, and the paths that have none that can be found. */
export interface OperationList {
  readonly operations: readonly ListedOperation[];
  readonly problems: readonly string[];
}

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];
/** RFC 9110, section 5.6.2: a token. */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

/** Lists and names them. Throws `MissingDocument`. */
export function listOperations(references: References): OperationList {
  const operations: ListedOperation[] = [];
  const problems: string[] = [];
  const names = new NameBook();
  for (const [path, given] of entriesOf(nodeAt(rootOf(references.entry), "paths"))) {
    if (!path.startsWith("/")) {
      if (!path.startsWith("x-")) problems.push(`path ${path}: it must begin with a slash`);
      continue;
    }
    try {
      for (const found of operationsOf(given, references)) {
        operations.push({ path, ...found, name: names.nameFor({ path, ...found }) });
      }
    } catch (thrown) {
      if (!(thrown instanceof DocumentProblem)) throw thrown;
      problems.push(`path ${path}: ${thrown.message}`);
    }
  }
  if (operations.length + problems.length === 0) problems.push("the document has no operations");
  return { operations, problems };
}

type FoundOperation = Omit<ListedOperation, "path" | "name">;

/** What stands beside a path's `$ref` counts before what that leads to. */
function operationsOf(given: LocatedNode, references: References): FoundOperation[] {
  const target = references.resolve(given);
  const items = target === given ? [given] : [given, target];
  const found = new Map<string, FoundOperation>();
  for (const pathItem of items) {
    for (const [method, node] of methodsOf(pathItem)) {
      if (!found.has(method)) found.set(method, describe(method, node, pathItem));
    }
  }
  return [...found.values()];
}

function methodsOf(pathItem: LocatedNode): [method: string, node: LocatedNode][] {
  const usual = METHODS.map((method) => [method, nodeAt(pathItem, method)] as const);
  const others = entriesOf(nodeAt(pathItem, "additionalOperations"));
  return [...usual, ...others]
    .filter(([method, { value }]) => TOKEN.test(method) && isPlainObject(value))
    .map(([method, node]) => [method.toUpperCase(), node]);
}

function describe(method: string, node: LocatedNode, pathItem: LocatedNode): FoundOperation {
  const operationId = textAt(node, "operationId")?.trim();
  return {
    method,
    operationId: operationId === "" ? undefined : operationId,
    tags: textsAt(node, "tags"),
    deprecated: nodeAt(node, "deprecated").value === true,
    node,
    pathItem,
  };
}
