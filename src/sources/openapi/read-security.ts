/** How one is let in: the document's security schemes, and which of them an operation asks for. */
import { setOwn } from "../../schema/plain-object.ts";
import { DocumentProblem } from "./document-problem.ts";
import {
  entriesOf,
  itemsOf,
  type LocatedNode,
  nodeAt,
  resolveUrl,
  rootOf,
  textAt,
  textsAt,
} from "./located-node.ts";
import type { SecurityScheme } from "./operation.ts";
import type { References } from "./resolve-reference.ts";

/** One way to be let in: the names of the schemes that are needed together, with the scopes of each. */
export type SecurityWay = readonly {
  readonly scheme: string;
  readonly scopes: readonly string[];
}[];

/** The ways into an operation, in the document's order, with none (`{}`) at the end; empty: none is needed. */
export function readSecurity(
  operation: LocatedNode,
  references: References,
): readonly SecurityWay[] {
  const own = nodeAt(operation, "security");
  const node = own.value === undefined ? nodeAt(rootOf(references.entry), "security") : own;
  const ways = itemsOf(node).map((way) =>
    entriesOf(way).map(([scheme]) => ({ scheme, scopes: textsAt(way, scheme) })),
  );
  if (ways.every((way) => way.length === 0)) return [];
  return ways.toSorted((one, other) => Number(one.length === 0) - Number(other.length === 0));
}

/**
 * The document's schemes by name, those that are asked for and not declared included.
 *
 * @param asked - The ways into the operations that are used: a token is asked for with their scopes.
 * @param apiUrl - What the address of a token is relative to.
 */
export function readSecuritySchemes(
  references: References,
  asked: readonly SecurityWay[],
  apiUrl: string | undefined,
): Readonly<Record<string, SecurityScheme>> {
  const root = rootOf(references.entry);
  const declared = [
    ...entriesOf(nodeAt(root, "components", "securitySchemes")),
    ...entriesOf(nodeAt(root, "securityDefinitions")),
  ];
  const schemes: Record<string, SecurityScheme> = {};
  for (const [name, given] of declared) {
    setOwn(schemes, name, readScheme(given, references, { scopes: scopesOf(name, asked), apiUrl }));
  }
  for (const { scheme } of asked.flat()) {
    if (!Object.hasOwn(schemes, scheme)) {
      setOwn(schemes, scheme, { kind: "other", type: "undeclared" });
    }
  }
  return schemes;
}

interface TokenRequest {
  readonly scopes: readonly string[];
  readonly apiUrl: string | undefined;
}

function readScheme(
  given: LocatedNode,
  references: References,
  token: TokenRequest,
): SecurityScheme {
  const node = resolved(given, references);
  const type = textAt(node, "type") ?? "unknown";
  switch (type.toLowerCase()) {
    case "basic":
      return { kind: "basic" };
    case "http":
      return httpScheme(textAt(node, "scheme") ?? "");
    case "apikey":
      return apiKey(node);
    case "oauth2":
      return oauth2(node, references, token);
    default:
      return { kind: "other", type };
  }
}

/** Of its flows, the only one without a person. */
function oauth2(node: LocatedNode, references: References, token: TokenRequest): SecurityScheme {
  const flow =
    textAt(node, "flow") === "application" ? node : nodeAt(node, "flows", "clientCredentials");
  const tokenUrl = textAt(flow, "tokenUrl");
  const absolute = tokenUrl === undefined ? undefined : absoluteUrl(tokenUrl, references, token);
  if (absolute === undefined) return { kind: "other", type: "oauth2" };
  return { kind: "clientCredentials", tokenUrl: absolute, scopes: token.scopes };
}

function resolved(node: LocatedNode, references: References): LocatedNode {
  try {
    return references.resolve(node);
  } catch (thrown) {
    if (thrown instanceof DocumentProblem) return { ...node, value: { type: "unreadable" } };
    throw thrown;
  }
}

function httpScheme(scheme: string): SecurityScheme {
  const name = scheme.toLowerCase();
  return name === "bearer" || name === "basic" ? { kind: name } : { kind: "other", type: name };
}

function apiKey(node: LocatedNode): SecurityScheme {
  const place = textAt(node, "in")?.toLowerCase();
  const name = textAt(node, "name");
  const isPlace = place === "header" || place === "query" || place === "cookie";
  if (!isPlace || name === undefined) return { kind: "other", type: "apiKey" };
  return { kind: "apiKey", in: place, name };
}

function absoluteUrl(
  url: string,
  { entry }: References,
  { apiUrl }: TokenRequest,
): string | undefined {
  const base = apiUrl === undefined ? entry.url : `${apiUrl}/`;
  const absolute = resolveUrl(url, base);
  return absolute !== undefined && /^https?:/.test(absolute) ? absolute : undefined;
}

/** The scopes that any of the operations asks of a scheme. */
function scopesOf(scheme: string, asked: readonly SecurityWay[]): string[] {
  const parts = asked.flat().filter((part) => part.scheme === scheme);
  return [...new Set(parts.flatMap(({ scopes }) => scopes))].toSorted();
}
