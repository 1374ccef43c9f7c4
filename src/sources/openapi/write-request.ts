/** From a tool's input to a request: path, query, headers, cookies and body, as its plan says. */
import { inputRefusal } from "./input-refusal.ts";
import { ownValue } from "./located-node.ts";
import type { OperationPlan, ParameterPlan } from "./operation.ts";
import { decodeEncoded, encodeLiteral } from "./percent-encode.ts";
import { serializeParameter } from "./serialize-parameter.ts";
import { writeBody } from "./write-body.ts";

/** A request without what lets it in. */
export interface WrittenRequest {
  /** With its query, percent-encoded; begins with a slash. */
  readonly path: string;
  /** Names and values by turns. */
  readonly headers: readonly string[];
  /** `a=1; b=2`; empty when there are none. */
  readonly cookies: string;
  readonly body: string | Uint8Array | undefined;
}

/** Names that the settings of a source have taken: a model cannot set them. Headers in lower case. */
export interface TakenNames {
  readonly header: ReadonlySet<string>;
  readonly query: ReadonlySet<string>;
  readonly cookie: ReadonlySet<string>;
}

type Input = Readonly<Record<string, unknown>>;

const NOTHING: ReadonlySet<string> = new Set();
const NONE_TAKEN: TakenNames = { header: NOTHING, query: NOTHING, cookie: NOTHING };

/** Headers that are the connection's own, or that other parts of a plan speak of (OpenAPI 3.2, section 4.12.2.1). */
const OWN_HEADERS = new Set([
  "accept",
  "content-type",
  "content-length",
  "host",
  "connection",
  "transfer-encoding",
  "keep-alive",
  "upgrade",
  "expect",
  "te",
  "trailer",
]);

/** Writes the requests of one operation. What all of them have in common is worked out once. */
export class RequestWriter {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly #plan: OperationPlan;
  /** Literal text and parameters by turns. */
  readonly #path: readonly (string | ParameterPlan)[];
  readonly #query: readonly ParameterPlan[];
  readonly #fixedQuery: string;
  readonly #headers: readonly ParameterPlan[];
  readonly #cookies: readonly ParameterPlan[];
  readonly #taken: TakenNames;

  constructor(plan: OperationPlan, taken: TakenNames = NONE_TAKEN) {
    const base = new URL(plan.baseUrl);
    this.origin = base.origin;
    this.#plan = plan;
    this.#taken = taken;
    const [beforeFragment = ""] = plan.path.split("#");
    const [path = "", ...query] = beforeFragment.split("?");
    this.#path = pathPieces(base.pathname.replace(/\/$/, ""), path, plan.parameters);
    this.#fixedQuery = [base.search.slice(1), encodeLiteral(query.join("?"))]
      .filter((part) => part !== "")
      .join("&");
    const at = (place: ParameterPlan["in"]): ParameterPlan[] =>
      plan.parameters.filter((parameter) => parameter.in === place);
    this.#query = [...at("query"), ...at("querystring")].filter(
      ({ name }) => !taken.query.has(name),
    );
    this.#headers = at("header").filter(
      ({ name }) => !taken.header.has(name.toLowerCase()) && !OWN_HEADERS.has(name.toLowerCase()),
    );
    this.#cookies = at("cookie").filter(({ name }) => !taken.cookie.has(name));
  }

  /** @throws ToolError `INPUT_INVALID` when an argument cannot be sent. */
  write(given: unknown): WrittenRequest {
    const input: Input = typeof given === "object" && given !== null ? (given as Input) : {};
    const headers: string[] = [];
    for (const parameter of this.#headers) pushHeader(headers, parameter, input);
    const { body: plan } = this.#plan;
    const body = plan === undefined ? undefined : writeBody(plan, ownValue(input, plan.field));
    if (body !== undefined) headers.push("content-type", body.contentType);
    const cookies = written(this.#cookies, input, ["; ", this.#taken.cookie]);
    return { path: this.#target(input), headers, cookies, body: body?.content };
  }

  #target(input: Input): string {
    let path = "";
    for (const piece of this.#path) {
      path += typeof piece === "string" ? piece : placeholderText(piece, input);
    }
    const query = written(this.#query, input, ["&", this.#taken.query]);
    if (query === "") return this.#fixedQuery === "" ? path : `${path}?${this.#fixedQuery}`;
    return this.#fixedQuery === "" ? `${path}?${query}` : `${path}?${this.#fixedQuery}&${query}`;
  }
}

/** Whether a path with these segments would be another path for a server that decodes and tidies it. */
function hasDotSegment(path: string): boolean {
  if (!/\.|%2e/i.test(path)) return false;
  const plain = path
    .replaceAll(/%2e/gi, ".")
    .replaceAll(/%2f/gi, "/")
    .replaceAll(/%5c|\\/gi, "/");
  // What follows a semicolon is a parameter of its segment for some (RFC 3986, section 3.3).
  return plain.split("/").some((segment) => /^\.\.?(?:;|$)/.test(segment));
}

function pathPieces(
  base: string,
  path: string,
  parameters: readonly ParameterPlan[],
): (string | ParameterPlan)[] {
  const slash = path.startsWith("/") ? "" : "/";
  return `${slash}${path}`.split(/\{([^{}]*)\}/).map((piece, index) => {
    const literal = index === 0 ? base + encodeLiteral(piece) : encodeLiteral(piece);
    if (index % 2 === 0) return literal;
    const parameter = parameters.find(({ name, in: place }) => place === "path" && name === piece);
    return parameter ?? encodeLiteral(`{${piece}}`);
  });
}

function placeholderText(parameter: ParameterPlan, input: Input): string {
  const { field } = parameter;
  const text = serializeParameter(parameter, ownValue(input, field));
  if (text === undefined || text === "") {
    throw inputRefusal(field, "it is a part of the path and must not be empty");
  }
  if (hasDotSegment(text)) throw inputRefusal(field, 'it has a segment "." or ".." in a path');
  return text;
}

function pushHeader(headers: string[], parameter: ParameterPlan, input: Input): void {
  const value = serializeParameter(parameter, ownValue(input, parameter.field));
  if (value === undefined) return;
  if (!HEADER_VALUE.test(value)) {
    throw inputRefusal(parameter.field, "a header can hold no line break and only Latin-1 text");
  }
  headers.push(parameter.name, value);
}

/** Without the names that are taken: those of an object's members are the model's. */
function written(
  parameters: readonly ParameterPlan[],
  input: Input,
  [separator, taken]: readonly [separator: string, taken: ReadonlySet<string>],
): string {
  if (parameters.length === 0) return "";
  const joined = joinAll(parameters, input, separator);
  if (taken.size === 0) return joined;
  const isFree = (pair: string): boolean => !taken.has(decodeEncoded(pair.split("=")[0] ?? ""));
  return joined.split(separator).filter(isFree).join(separator);
}

function joinAll(parameters: readonly ParameterPlan[], input: Input, separator: string): string {
  let joined = "";
  for (const parameter of parameters) {
    const text = serializeParameter(parameter, ownValue(input, parameter.field));
    if (text !== undefined && text !== "") joined += joined === "" ? text : separator + text;
  }
  return joined;
}

/** RFC 9110, section 5.5. */
const HEADER_VALUE = /^[\t\u0020-\u007E\u0080-\u00FF]*$/;
