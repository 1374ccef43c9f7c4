/** Where the requests of an operation go. */
import { versionOf } from "./document-kind.ts";
import { DocumentProblem } from "./document-problem.ts";
import { suggestionOrKnown } from "../../core/closest-names.ts";
import {
  entriesOf,
  itemsOf,
  type LocatedNode,
  nodeAt,
  rootOf,
  scalarAt,
  textAt,
  textsAt,
} from "./located-node.ts";
import type { OpenApiOptions } from "./openapi-options.ts";
import type { References } from "./resolve-reference.ts";

/** The servers of a document, with what the settings say of them. */
export class Servers {
  readonly #root: LocatedNode;
  readonly #options: OpenApiOptions;
  readonly #isSwagger: boolean;
  /** Where the document was found, `$self` or not: an API lies beside its document, not beside its name. */
  readonly #address: string | undefined;
  #base: string | undefined;

  /** @throws TypeError when the settings name a server or a variable that there is not. */
  constructor({ entry }: References, options: OpenApiOptions) {
    this.#root = rootOf(entry);
    this.#options = options;
    this.#isSwagger = versionOf(entry.root) === "2.0";
    this.#address = entry.url;
    checkVariables(this.#root, options.serverVariables ?? {});
    if (options.server !== undefined) this.documentUrl();
  }

  /**
   * The base URL of an operation, whose own servers go before its path's, and these before the document's.
   *
   * @throws DocumentProblem when the operation's own servers have none that can be used; TypeError when the document's
   *   have none.
   */
  urlFor(operation: LocatedNode, pathItem: LocatedNode): string {
    if (typeof this.#options.server === "string") return this.documentUrl();
    const [own] = [operation, pathItem].flatMap((node) => itemsOf(nodeAt(node, "servers")));
    if (own !== undefined) return this.#absolute(own, (problem) => new DocumentProblem(problem));
    const schemes = this.#isSwagger ? textsAt(operation, "schemes") : [];
    if (schemes.length === 0 || this.#options.server !== undefined) return this.documentUrl();
    return this.#resolved(swaggerUrls(this.#root, this.#address, schemes)[0] ?? "/", asMistake);
  }

  /**
   * The base URL of the document.
   *
   * @throws TypeError that says what to set.
   */
  documentUrl(): string {
    return (this.#base ??= this.#chosen());
  }

  #chosen(): string {
    const { server = 0 } = this.#options;
    if (typeof server === "string") return this.#resolved(server, asMistake);
    if (this.#isSwagger) {
      const urls = swaggerUrls(this.#root, this.#address, textsAt(this.#root, "schemes"));
      return this.#resolved(picked(urls, server), asMistake);
    }
    const servers = itemsOf(nodeAt(this.#root, "servers"));
    if (servers.length === 0) return this.#resolved(picked(["/"], server), asMistake);
    const urls = servers.map((node) => textAt(node, "url") ?? "");
    picked(urls, server);
    return this.#absolute(servers[server] as LocatedNode, asMistake);
  }

  #absolute(server: LocatedNode, toError: (problem: string) => Error): string {
    const url = textAt(server, "url") ?? "/";
    const filled = url.replaceAll(/\{([^{}]+)\}/g, (_all, name: string) => {
      const value = this.#variable(server, name);
      if (value !== undefined) return value;
      throw toError(
        `the server ${url} has the variable ${name} without a default: set \`serverVariables: { ${name}: … }\``,
      );
    });
    return this.#resolved(filled, toError);
  }

  #variable(server: LocatedNode, name: string): string | undefined {
    const variable = nodeAt(server, "variables", name);
    const given = this.#options.serverVariables;
    if (given === undefined || !Object.hasOwn(given, name)) return scalarAt(variable, "default");
    const value = String(given[name]);
    const allowed = itemsOf(nodeAt(variable, "enum")).map(({ value: item }) => String(item));
    if (allowed.length === 0 || allowed.includes(value)) return value;
    throw new TypeError(
      `\`serverVariables\`: ${name} cannot be "${value}". The document allows ${allowed.join(", ")}.`,
    );
  }

  #resolved(text: string, toError: (problem: string) => Error): string {
    const isFile = this.#address?.startsWith("file:") ?? false;
    const url = URL.parse(text, isFile ? undefined : this.#address);
    if (url === null) {
      const whence = isFile ? "is a file" : "was given as an object";
      throw toError(
        `its server is "${text}", which is relative, and the document ${whence}: ` +
          'set `server: "https://…"`, the address that it is relative to and itself',
      );
    }
    if (!/^https?:$/.test(url.protocol)) {
      throw toError(
        `its server ${url.href} is none of http or https: set \`server\` to one that is`,
      );
    }
    if (url.username !== "" || url.password !== "") {
      throw toError(
        `its server ${url.host} has a name or a password in its address: set \`server\` without, and \`auth\``,
      );
    }
    return `${url.origin}${url.pathname}`.replace(/(?<!\/)\/+$/, "");
  }
}

function asMistake(problem: string): TypeError {
  return new TypeError(`The OpenAPI document cannot be used: ${problem}.`);
}

function picked(urls: readonly string[], index: number): string {
  const url = Number.isInteger(index) ? urls[index] : undefined;
  if (url !== undefined) return url;
  const list = urls.map((known, at) => `${at}: ${known}`).join(", ");
  throw new TypeError(`\`server: ${index}\` is none of the document's servers. It has ${list}.`);
}

/**
 * The servers of a Swagger 2.0 document: `schemes`, `host` and `basePath`, each by default what the document itself was
 * reached by. Encrypted ones come first.
 */
function swaggerUrls(root: LocatedNode, address: string | undefined, schemes: string[]): string[] {
  const path = textAt(root, "basePath") ?? "/";
  const host = textAt(root, "host");
  const own = address?.startsWith("http") === true ? new URL(address) : undefined;
  if (host === undefined && own === undefined) return [path];
  const known = schemes.filter((scheme) => /^https?$/.test(scheme));
  const used = known.length > 0 ? known : [own?.protocol.slice(0, -1) ?? "https"];
  const sorted = used.toSorted((one, other) => other.length - one.length);
  return sorted.map(
    (scheme) => `${scheme}://${host ?? own?.host ?? ""}/${path.replace(/^\/+/, "")}`,
  );
}

function checkVariables(root: LocatedNode, given: Readonly<Record<string, string>>): void {
  const paths = entriesOf(nodeAt(root, "paths")).map(([, item]) => item);
  const operations = paths.flatMap(entriesOf).map(([, operation]) => operation);
  const urls = [root, ...paths, ...operations]
    .flatMap((node) => itemsOf(nodeAt(node, "servers")))
    .map((server) => textAt(server, "url") ?? "");
  const names = urls.join(" ").matchAll(/\{([^{}]+)\}/g);
  const known = [...new Set(Array.from(names, ([, name = ""]) => name))];
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new TypeError(
    `\`serverVariables\`: no server of the document has a variable "${unknown}". ${suggestionOrKnown(unknown, known)}`,
  );
}
