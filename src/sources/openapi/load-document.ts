/** Gets documents: the one that a source is made of, and those that it refers to. */
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { thrownText } from "../../core/thrown-text.ts";
import { ToolError } from "../../core/tool-error.ts";
import { describeOther, versionOf } from "./document-kind.ts";
import { type DocumentFile, ownValue, resolveUrl, shownUrl } from "./located-node.ts";
import { parseText } from "./parse-document.ts";
import type { References } from "./resolve-reference.ts";
import type { TextReader } from "./text-reader.ts";

/** Most documents that one document may be spread over, itself included. */
const MAX_DOCUMENTS = 100;

/**
 * Gets the document that a source is made of.
 *
 * @throws TypeError when what is given is no OpenAPI document, or no address; ToolError `SOURCE_UNAVAILABLE` when
 *   something else is found at its address, and what `reader` throws.
 */
export async function loadEntry(
  given: string | URL | object,
  reader: TextReader,
): Promise<DocumentFile> {
  if (typeof given === "object" && !(given instanceof URL)) return givenObject(given);
  const url = addressOf(given);
  const isRelative = typeof given === "string" && url.protocol === "file:" && !given.includes(":");
  const { text, url: found } = await reader.read(url).catch((thrown: unknown) => {
    throw isRelative ? withDirectory(thrown) : thrown;
  });
  const root = await parseText(text).catch((thrown: unknown) => {
    throw notOpenApi(url, isGraphQlText(text) ?? thrownText(thrown), thrown);
  });
  if (versionOf(root) === undefined) throw notOpenApi(url, `it is ${describeOther(root)}`);
  return toFile(root, found);
}

/** Loads all that is wanted; what cannot be had is noted as a failure. */
export async function loadWanted(references: References, reader: TextReader): Promise<void> {
  const free = MAX_DOCUMENTS - references.size;
  const wanted = [...references.wanted];
  for (const url of wanted.slice(Math.max(0, free))) {
    references.fail(
      url,
      `${shownUrl(url)} is not loaded: the document is spread over more than ${MAX_DOCUMENTS} others`,
    );
  }
  await Promise.all(
    wanted.slice(0, Math.max(0, free)).map((url) => loadOne(references, url, reader)),
  );
}

async function loadOne(references: References, url: string, reader: TextReader): Promise<void> {
  try {
    const { text, url: found } = await reader.read(new URL(url));
    references.add(toFile(await parseText(text), found), url);
  } catch (thrown) {
    references.fail(
      url,
      `${shownUrl(url)}, which it refers to, cannot be read: ${thrownText(thrown)}`,
    );
  }
}

function givenObject(given: object): DocumentFile {
  const root = asJson(given);
  if (versionOf(root) !== undefined) return toFile(root, undefined);
  throw new TypeError(
    `The object that was given is no OpenAPI document: it is ${describeOther(root)}.`,
  );
}

/** A copy that is JSON and nothing else. */
function asJson(given: object): unknown {
  try {
    return JSON.parse(JSON.stringify(given)) as unknown;
  } catch (cause) {
    throw new TypeError(
      "The OpenAPI document cannot be written as JSON: give it as it was before its `$ref`s were replaced by what " +
        "they name.",
      { cause },
    );
  }
}

function toFile(root: unknown, url: URL | undefined): DocumentFile {
  const self = ownValue(root, "$self");
  const base = typeof self === "string" ? resolveUrl(self, url?.href) : undefined;
  const href = url?.href.replace(/#.*$/s, "");
  return { url: href, base: base?.replace(/#.*$/s, "") ?? href, root };
}

function addressOf(given: unknown): URL {
  if (given instanceof URL) return checkedProtocol(given);
  if (typeof given !== "string" || given === "") {
    throw new TypeError("An OpenAPI document is given by its URL, its path, or as an object.");
  }
  if (/^\s*[{<]|\n/.test(given)) {
    throw new TypeError(
      "What was given is the text of an OpenAPI document: give its URL, its path, or the object that the text stands for.",
    );
  }
  // Two letters at least before the colon: `C:\api.yaml` is a path.
  return /^[a-z][a-z\d+.-]+:/i.test(given)
    ? checkedProtocol(parsedUrl(given))
    : pathToFileURL(resolve(given));
}

function parsedUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null)
    throw new TypeError(`${text} is no URL. Give the OpenAPI document's URL or path.`);
  return url;
}

function checkedProtocol(url: URL): URL {
  if (/^(?:https?|file):$/.test(url.protocol)) return url;
  throw new TypeError(
    `An OpenAPI document cannot be read from a ${url.protocol} address: give an http(s) URL, a file URL or a path.`,
  );
}

function withDirectory(thrown: unknown): TypeError {
  return new TypeError(
    `${thrownText(thrown)} Relative paths start from the current directory, ${process.cwd()}.`,
    { cause: thrown },
  );
}

function notOpenApi(url: URL, what: string, cause?: unknown): TypeError | ToolError {
  const options = cause === undefined ? {} : { cause };
  if (url.protocol === "file:") {
    return new TypeError(`${fileURLToPath(url)} is no OpenAPI document: ${what}.`, options);
  }
  const address = shownUrl(url.href);
  return new ToolError("SOURCE_UNAVAILABLE", `${address} is no OpenAPI document: ${what}.`, {
    ...options,
    retryable: false,
    details: { url: address },
  });
}

function isGraphQlText(text: string): string | undefined {
  return /^\s*(?:type|schema|interface|input|enum|directive|extend|scalar)\s+[\w@{]/m.test(
    text.slice(0, 5_000),
  )
    ? "it is a GraphQL schema, and GraphQL is not read"
    : undefined;
}
