/**
 * The part of a document's schemas that one operation needs. Each schema that a `$ref` leads to becomes a definition,
 * normalised once for all operations; an operation gets those that it reaches, and `$ref`s that go round in circles stay
 * as they are. Nothing is replaced by what it refers to, so the size is bounded by the document's.
 */
import { createHash } from "node:crypto";
import { basename, dirname, relative } from "node:path/posix";
import type { JsonSchema } from "../../core/json-schema.ts";
import { toJsonPointer } from "../../schema/json-pointer.ts";
import { cutCircles } from "./cut-circles.ts";
import { versionOf } from "./document-kind.ts";
import type { DocumentFile, LocatedNode } from "./located-node.ts";
import { normaliseSchema } from "./normalise-schema.ts";
import type { References } from "./resolve-reference.ts";

/** A schema, normalised, and the names of the definitions that it refers to itself. */
export interface NormalSchema {
  readonly schema: JsonSchema;
  readonly refs: ReadonlySet<string>;
}

/** Normalises schemas, and knows their definitions. */
export class SchemaSlicer {
  readonly #references: References;
  readonly #siblingsCount: boolean;
  readonly #targets = new Map<string, LocatedNode>();
  readonly #names = new Map<string, string>();
  readonly #definitions = new Map<string, NormalSchema>();

  constructor(references: References) {
    this.#references = references;
    const version = versionOf(references.entry.root);
    this.#siblingsCount = version === "3.1" || version === "3.2";
  }

  /** One schema, whose `$ref`s name definitions. Throws `DocumentProblem`, `MissingDocument`. */
  read(node: LocatedNode): NormalSchema {
    const refs = new Set<string>();
    const schema = normaliseSchema(node, {
      siblingsCount: this.#siblingsCount,
      resolve: (part) => this.#references.resolve(part),
      nameTarget: (part, ref) => {
        const name = this.#nameOf(this.#references.target(ref, part));
        refs.add(name);
        return name;
      },
    });
    return { schema, refs };
  }

  /**
   * All definitions that can be reached from these, by name, for `$defs`; undefined when there are none. Throws
   * `DocumentProblem`, `MissingDocument`.
   */
  definitions(names: Iterable<string>): Readonly<Record<string, JsonSchema>> | undefined {
    const reached = new Map<string, JsonSchema>();
    const waiting = new Set(names);
    // A set that grows while it is gone through is gone through to its new end.
    for (const name of waiting) {
      const { schema, refs } = this.#definition(name);
      reached.set(name, schema);
      for (const ref of refs) waiting.add(ref);
    }
    if (reached.size === 0) return undefined;
    // Circles are cut as seen from where the operation comes in.
    const sound = [...cutCircles(reached)];
    return Object.fromEntries(sound.toSorted(([one], [other]) => (one < other ? -1 : 1)));
  }

  #definition(name: string): NormalSchema {
    const known = this.#definitions.get(name);
    if (known !== undefined) return known;
    const made = this.read(this.#targets.get(name) as LocatedNode);
    this.#definitions.set(name, made);
    return made;
  }

  #nameOf(target: LocatedNode): string {
    const pointer = toJsonPointer(target.path);
    const key = `${target.file.url ?? ""}#${pointer}`;
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const name = definitionName(target, pointer, this.#references.entry);
    this.#names.set(key, name);
    this.#targets.set(name, target);
    return name;
  }
}

/**
 * The name of a definition: that of the component where it is one of the document itself, else with a hash of where it
 * stands behind it, so that the name depends on nothing but that.
 */
function definitionName(target: LocatedNode, pointer: string, entry: DocumentFile): string {
  const { file, path } = target;
  const last = path.at(-1) ?? fileName(file);
  const clean = last.replaceAll(/[^\w.-]+/g, "_");
  // A document may have both, and a name of one kind must not stand for the other's.
  const home = versionOf(entry.root) === "2.0" ? "/definitions/" : "/components/schemas/";
  const isComponent = pointer.startsWith(home) && !pointer.slice(home.length).includes("/");
  const isPlain = file === entry && isComponent && clean === last && !(clean in Object.prototype);
  if (isPlain) return clean;
  const place = `${relativeAddress(file, entry)}#${pointer}`;
  return `${clean}_${createHash("sha256").update(place).digest("hex").slice(0, 8)}`;
}

function fileName({ url = "" }: DocumentFile): string {
  return basename(url).replace(/\.\w+$/, "") || "schema";
}

/** From the document that was asked for: the same wherever that lies. */
function relativeAddress({ url }: DocumentFile, { url: from }: DocumentFile): string {
  if (url === undefined || from === undefined || url === from)
    return url === from ? "" : (url ?? "");
  const [one, other] = [new URL(url), new URL(from)];
  if (one.protocol !== other.protocol || one.host !== other.host) return url;
  return relative(dirname(other.pathname), one.pathname) + one.search;
}
