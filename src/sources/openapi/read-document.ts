/**
 * Reads an OpenAPI document: Swagger 2.0, OpenAPI 3.0, 3.1 or 3.2, JSON or YAML, in one file or spread over several.
 *
 * Every version is read as it stands, operation by operation, rather than upgraded as a whole: so a broken operation costs
 * nothing but itself, other files are read by the rules of the document that refers to them, and only what an operation
 * needs is ever looked at or fetched.
 */
import { DocumentProblem, MissingDocument } from "./document-problem.ts";
import { versionOf, versionText } from "./document-kind.ts";
import { listOperations, type ListedOperation, type OperationList } from "./list-operations.ts";
import { loadEntry, loadWanted } from "./load-document.ts";
import type { OpenApiOptions } from "./openapi-options.ts";
import type { OpenApiDocument } from "./operation.ts";
import { shownUrl } from "./located-node.ts";
import { renamer } from "./operation-name.ts";
import {
  describeDocument,
  type DocumentSurroundings,
  type ReadOperation,
  readOperation,
} from "./read-operation.ts";
import { readSecuritySchemes } from "./read-security.ts";
import { References } from "./resolve-reference.ts";
import { selectOperations } from "./select-operations.ts";
import { Servers } from "./server-url.ts";
import { SchemaSlicer } from "./slice-schema.ts";
import { type FetchText, TextReader } from "./text-reader.ts";

/**
 * Reads the document and the operations that the settings select. What is wrong with single operations is in `problems`.
 *
 * @param given - An http(s) URL, a file URL, a path, or the document as an object, which is copied.
 * @param fetchText - Fetches the document and what it refers to over http(s), where that is allowed.
 * @throws TypeError when what is given is no OpenAPI document, or the settings do not fit it; ToolError
 *   `SOURCE_UNAVAILABLE` when something else is found at its address, and what `fetchText` throws for it.
 */
export async function readDocument(
  given: string | URL | object,
  options: OpenApiOptions,
  fetchText: FetchText,
): Promise<OpenApiDocument> {
  const reader = new TextReader(fetchText);
  const references = new References(await loadEntry(given, reader));
  const list = await untilLoaded(references, reader, () => listOperations(references));
  const selection = selectOperations(list.operations, options);
  const around: DocumentSurroundings = {
    references,
    slicer: new SchemaSlicer(references),
    servers: new Servers(references, options),
    rename: renamer(
      list.operations.map(({ name }) => name),
      options.rename,
    ),
  };
  const { read, problems } = await readAll(selection.operations, around, reader);
  const ways = read.flatMap((operation) => operation.ways);
  const [first] = read;
  const securitySchemes = await untilLoaded(references, reader, () =>
    readSecuritySchemes(references, ways, first?.operation.plan.baseUrl),
  );
  return {
    ...describeDocument(references),
    label: labelOf(references),
    operations: read.map(({ operation }) => operation),
    securitySchemes,
    problems: [...newerVersion(references), ...list.problems, ...selection.problems, ...problems],
  };
}

/** Does it again, with what it needed and was not there, until it needs no more. */
async function untilLoaded<Result>(
  references: References,
  reader: TextReader,
  act: () => Result,
): Promise<Result> {
  for (;;) {
    try {
      return act();
    } catch (thrown) {
      if (!(thrown instanceof MissingDocument)) throw thrown;
    }
    await loadWanted(references, reader);
  }
}

interface ReadAll {
  readonly read: readonly ReadOperation[];
  readonly problems: readonly string[];
}

async function readAll(
  listed: OperationList["operations"],
  around: DocumentSurroundings,
  reader: TextReader,
): Promise<ReadAll> {
  const results = new Map<ListedOperation, ReadOperation | string | undefined>(
    listed.map((operation) => [operation, undefined]),
  );
  let waiting = listed;
  while (waiting.length > 0) {
    for (const operation of waiting) results.set(operation, tryRead(operation, around));
    waiting = waiting.filter((operation) => results.get(operation) === undefined);
    if (waiting.length > 0) await loadWanted(around.references, reader);
  }
  const all = [...results.values()];
  return {
    read: all.filter((result) => typeof result === "object"),
    problems: all.filter((result) => typeof result === "string"),
  };
}

/** The operation, why it cannot be read, or undefined when that needs another document. */
function tryRead(
  listed: ListedOperation,
  around: DocumentSurroundings,
): ReadOperation | string | undefined {
  try {
    return readOperation(listed, around);
  } catch (thrown) {
    if (thrown instanceof MissingDocument) return undefined;
    const isTooDeep = thrown instanceof RangeError;
    if (!isTooDeep && !(thrown instanceof DocumentProblem)) throw thrown;
    const reason = isTooDeep ? "its schemas are nested too deeply" : thrown.message;
    return `${listed.name} (${listed.method} ${listed.path}) is left out: ${reason}`;
  }
}

/** Without query and credentials: those may be secret. */
function labelOf({ entry }: References): string {
  if (entry.url === undefined) return describeDocument({ entry } as References).title;
  return shownUrl(entry.url);
}

function newerVersion({ entry }: References): string[] {
  const version = versionText(entry.root, "openapi") ?? "2.0";
  return versionOf(entry.root) === "3.2" && !version.startsWith("3.2")
    ? [`the document is of OpenAPI ${version}, which is read like 3.2`]
    : [];
}
