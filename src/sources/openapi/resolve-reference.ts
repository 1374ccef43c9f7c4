/**
 * Follows `$ref`s, within a document and into others. Reading is synchronous: where another document is needed that is
 * not there yet, its address is noted and `MissingDocument` thrown; whoever reads loads it and reads again. So only
 * documents are fetched that an operation needs which was asked for.
 *
 * A `$ref` is a URL relative to the nearest `$id`, to the document's `$self` or to its address (OpenAPI 3.2, section
 * 4.1.2), and its fragment is a JSON Pointer (RFC 6901) or an `$anchor`.
 */
import { fromJsonPointer, toJsonPointer } from "../../schema/json-pointer.ts";
import { DocumentProblem, MissingDocument } from "./document-problem.ts";
import {
  type DocumentFile,
  type LocatedNode,
  nodeAt,
  ownValue,
  resolveUrl,
  rootOf,
  shownUrl,
} from "./located-node.ts";
import { decodeEncoded } from "./percent-encode.ts";
import { indexNames, type NamedNodes } from "./schema-names.ts";

/** Most `$ref`s that lead to one another. */
const MAX_HOPS = 100;

/** Documents by address, and what their `$ref`s mean. */
export class References {
  readonly entry: DocumentFile;
  /** Addresses of documents that are needed and not there. */
  readonly wanted: Set<string> = new Set();
  readonly #files = new Map<string, DocumentFile>();
  readonly #failed = new Map<string, string>();
  readonly #names = new Map<DocumentFile, NamedNodes>();

  constructor(entry: DocumentFile) {
    this.entry = entry;
    this.add(entry);
  }

  /** How many documents were loaded, or could not be. */
  get size(): number {
    return new Set(this.#files.values()).size + this.#failed.size;
  }

  /** Takes in a document, under the address that was asked for too. */
  add(file: DocumentFile, askedFor?: string): void {
    for (const url of [file.url, file.base, askedFor]) {
      if (url !== undefined) this.#files.set(url, file);
    }
    if (askedFor !== undefined) this.wanted.delete(askedFor);
  }

  /** Notes why a document cannot be had. */
  fail(url: string, reason: string): void {
    this.#failed.set(url, reason);
    this.wanted.delete(url);
  }

  /** The node itself, or what its `$ref` leads to in the end. Throws `DocumentProblem`, `MissingDocument`. */
  resolve(node: LocatedNode): LocatedNode {
    let at = node;
    for (let hops = 0; hops <= MAX_HOPS; hops += 1) {
      const ref = ownValue(at.value, "$ref");
      if (typeof ref !== "string") return at;
      at = this.target(ref, at);
    }
    throw new DocumentProblem(
      `the $ref "${String(ownValue(node.value, "$ref"))}" leads in a circle`,
    );
  }

  /** What a `$ref` in a node names, which may have a `$ref` again. Throws `DocumentProblem`, `MissingDocument`. */
  target(ref: string, from: LocatedNode): LocatedNode {
    const [address = "", fragment = ""] = splitOnce(ref, "#");
    const resource = this.#resource(address, from, ref);
    const found =
      this.#fragment(resource, fragment) ??
      // Documents whose schemas have an `$id` often mean their root all the same.
      (address === "" ? this.#fragment(rootOf(from.file), fragment) : undefined);
    if (found !== undefined) return found;
    throw new DocumentProblem(`the $ref "${ref}" leads nowhere${placeOf(from, this.entry)}`);
  }

  #resource(address: string, from: LocatedNode, ref: string): LocatedNode {
    if (address === "" && from.base === from.file.base) return rootOf(from.file);
    const url = resolveUrl(address, from.base)?.replace(/#.*$/s, "");
    if (url === undefined) {
      throw new DocumentProblem(
        `the $ref "${ref}" is relative, and the document has no address: give its URL or its path ` +
          "instead of an object",
      );
    }
    const file = this.#files.get(url);
    return file === undefined ? (this.#byId(url) ?? this.#missing(url, from)) : rootOf(file);
  }

  #byId(url: string): LocatedNode | undefined {
    for (const file of new Set([this.entry, ...this.#files.values()])) {
      const found = this.#namesOf(file).ids.get(url);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #missing(url: string, from: LocatedNode): never {
    const reason = this.#failed.get(url) ?? whyNotFrom(url, from.file);
    if (reason !== undefined) throw new DocumentProblem(reason);
    this.wanted.add(url);
    throw new MissingDocument(url);
  }

  #fragment(resource: LocatedNode, fragment: string): LocatedNode | undefined {
    if (fragment === "") return resource;
    const text = decodeEncoded(fragment);
    const found = text.startsWith("/")
      ? nodeAt(resource, ...fromJsonPointer(text))
      : this.#namesOf(resource.file).anchors.get(`${resource.base ?? ""}#${text}`);
    return found?.value === undefined ? undefined : found;
  }

  #namesOf(file: DocumentFile): NamedNodes {
    const names = this.#names.get(file) ?? indexNames(file);
    this.#names.set(file, names);
    return names;
  }
}

/** The address of a node, for people: without the document's own where it is the one that was asked for. */
export function placeOf(node: LocatedNode, entry: DocumentFile): string {
  const pointer = `#${toJsonPointer(node.path)}`;
  const { file } = node;
  return file === entry || file.url === undefined
    ? ` (${pointer})`
    : ` (${shownUrl(file.url)}${pointer})`;
}

/** Why a document may not refer to an address; undefined when it may. */
function whyNotFrom(url: string, { url: from }: DocumentFile): string | undefined {
  if (/^https?:/.test(url)) return undefined;
  if (!url.startsWith("file:"))
    return `it refers to ${shownUrl(url)}, and only http, https and files are read`;
  if (from === undefined) {
    return `it refers to the file ${shownUrl(url)}, which a document that was given as an object may not: give its path instead`;
  }
  if (from.startsWith("file:")) return undefined;
  return `${shownUrl(from)} refers to the file ${shownUrl(url)}, which a document from the network may not`;
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
