/** How the requests of one operation are let in: which schemes, with which credentials, written where. */
import { thrownText } from "../../core/thrown-text.ts";
import { ToolError } from "../../core/tool-error.ts";
import { TokenSource } from "./client-credentials.ts";
import { type Credentials, basicText, fitsScheme, wantedBy } from "./credentials.ts";
import type { HiddenTexts } from "../hidden-texts.ts";
import type { HttpAgent } from "./http-agent.ts";
import type { Credential, OpenApiCredential } from "./openapi-options.ts";
import type { OperationPlan, SecurityScheme } from "./operation.ts";
import { encodeComponent } from "./percent-encode.ts";

/** What a request carries to be let in. */
export interface Admission {
  /** Names and values by turns. */
  readonly headers: readonly string[];
  /** `key=value` pairs, percent-encoded. */
  readonly query: string;
  /** `key=value` pairs. */
  readonly cookies: string;
}

/** What credentials of all operations of a source have in common. */
export interface AccessParts {
  readonly credentials: Credentials;
  readonly schemes: Readonly<Record<string, SecurityScheme>>;
  readonly agent: HttpAgent;
  readonly hidden: HiddenTexts;
  /** Kept for the source, by scheme. */
  readonly tokens: Map<string, TokenSource>;
}

type Place = "header" | "query" | "cookie";

/** One thing that a request carries. */
interface Grant {
  readonly place: Place;
  readonly name: string;
  /** Made anew for each request unless it is fixed. */
  readonly value: string | (() => string | Promise<string>);
  readonly tokens?: TokenSource | undefined;
}

/** Lets the requests of one operation in. */
export class Authorization {
  readonly #grants: readonly Grant[];
  /** What to do where that is not enough, for people. */
  readonly hint: string;
  readonly #fixed: Admission | undefined;

  constructor(plan: OperationPlan, parts: AccessParts) {
    this.#grants = chooseGrants(plan, parts);
    this.hint = hintFor(plan, parts, this.#grants.length > 0);
    const values = this.#grants.map(({ value }) => value);
    const isFixed = values.every((value) => typeof value === "string");
    this.#fixed = isFixed ? admissionOf(this.#grants, values) : undefined;
  }

  /** The names it takes at a place; headers in lower case. */
  namesAt(place: Place): readonly string[] {
    const names = this.#grants.filter((grant) => grant.place === place).map(({ name }) => name);
    return place === "header" ? names.map((name) => name.toLowerCase()) : names;
  }

  /** @throws ToolError `PERMISSION_DENIED` or `SOURCE_UNAVAILABLE` when a credential cannot be had. */
  admission(): Admission | Promise<Admission> {
    return this.#fixed ?? this.#make();
  }

  /** Its tokens were not accepted, and are not used again. Whether there were any: others may be accepted. */
  forget(refused: Admission): boolean {
    const sources = this.#grants.flatMap(({ tokens }) => (tokens === undefined ? [] : [tokens]));
    for (const source of sources) {
      for (const text of refused.headers) source.forget(text.replace(/^Bearer /, ""));
    }
    return sources.length > 0;
  }

  async #make(): Promise<Admission> {
    const values = this.#grants.map(async ({ value }) => textOf(value));
    return admissionOf(this.#grants, await Promise.all(values));
  }
}

/** The first way in that there are credentials for. A way that needs none is the last that is taken. */
function chooseGrants({ security }: OperationPlan, parts: AccessParts): readonly Grant[] {
  const { credentials, schemes } = parts;
  for (const names of security) {
    const grants = names.map((name) => {
      const scheme = schemes[name];
      const credential = scheme && credentialFor(name, scheme, credentials);
      return scheme && credential && grantOf(name, [scheme, credential], parts);
    });
    const found = grants.filter((grant) => grant !== undefined);
    if (names.length > 0 && found.length === names.length) return found;
  }
  return fallbackGrants(security, parts);
}

/** A document that knows of no schemes may still belong to a server that wants one. */
function fallbackGrants(security: OperationPlan["security"], parts: AccessParts): readonly Grant[] {
  const { credentials, schemes } = parts;
  const isSilent = Object.keys(schemes).length === 0 && security.length === 0;
  const fallback = isSilent ? credentials["default"] : undefined;
  if (fallback === undefined) return [];
  const scheme: SecurityScheme = { kind: "username" in fallback ? "basic" : "bearer" };
  if (!fitsScheme(fallback, scheme)) return [];
  return [grantOf("default", [scheme, fallback], parts)];
}

function credentialFor(
  name: string,
  scheme: SecurityScheme,
  credentials: Credentials,
): OpenApiCredential | undefined {
  if (Object.hasOwn(credentials, name)) return credentials[name];
  const fallback = credentials["default"];
  return fallback !== undefined && fitsScheme(fallback, scheme) ? fallback : undefined;
}

function grantOf(
  name: string,
  [scheme, credential]: readonly [SecurityScheme, OpenApiCredential],
  parts: AccessParts,
): Grant {
  const ask = (given: Credential): string | (() => Promise<string>) =>
    typeof given === "string" ? given : () => asked(name, given, parts.hidden);
  if ("bearer" in credential) return inHeader(mapped(ask(credential.bearer), bearerText));
  if ("apiKey" in credential) {
    const place = scheme.kind === "apiKey" ? scheme : { in: "header" as const, name: "x-api-key" };
    return { place: place.in, name: place.name, value: ask(credential.apiKey) };
  }
  if ("username" in credential) {
    const pair = [ask(credential.username), ask(credential.password)] as const;
    return inHeader(basicValue(pair, parts.hidden));
  }
  const tokens = tokenSourceOf(name, [scheme, credential], parts);
  return { ...inHeader(() => mapLater(tokens.token(), bearerText)), tokens };
}

type Value = Grant["value"];

function inHeader(value: Value): Grant {
  return { place: "header", name: "authorization", value };
}

function bearerText(token: string): string {
  return `Bearer ${token}`;
}

function basicValue([username, password]: readonly [Value, Value], hidden: HiddenTexts): Value {
  if (typeof username === "string" && typeof password === "string") {
    return `Basic ${basicText(username, password)}`;
  }
  return async () => {
    const [name, word] = await Promise.all([textOf(username), textOf(password)]);
    const pair = basicText(name, word);
    hidden.add(pair);
    return `Basic ${pair}`;
  };
}

async function textOf(value: Value): Promise<string> {
  return typeof value === "string" ? value : value();
}

function mapped(value: Value, change: (text: string) => string): Value {
  return typeof value === "string" ? change(value) : () => mapLater(value(), change);
}

function mapLater(
  value: string | Promise<string>,
  change: (text: string) => string,
): string | Promise<string> {
  return typeof value === "string" ? change(value) : value.then(change);
}

/** Asks a function for a credential. What it throws may hold one, and is not told. */
async function asked(
  name: string,
  credential: Exclude<Credential, string>,
  hidden: HiddenTexts,
): Promise<string> {
  let text: unknown;
  try {
    text = await credential();
  } catch (thrown) {
    const reason = hidden.hideIn(thrownText(thrown)).slice(0, 200);
    throw new ToolError("PERMISSION_DENIED", `The function \`auth.${name}\` failed: ${reason}.`);
  }
  if (typeof text !== "string" || !/^[\t\u0020-\u007E\u0080-\u00FF]+$/.test(text)) {
    const message = `The function \`auth.${name}\` did not return a text of one line.`;
    throw new ToolError("PERMISSION_DENIED", message);
  }
  hidden.add(text);
  return text;
}

function tokenSourceOf(
  name: string,
  [scheme, credential]: readonly [SecurityScheme, OpenApiCredential],
  parts: AccessParts,
): TokenSource {
  const known = parts.tokens.get(name);
  if (known !== undefined) return known;
  if (!("clientId" in credential)) throw new TypeError(`\`auth.${name}\` has no client.`);
  const declared = scheme.kind === "clientCredentials" ? scheme : undefined;
  const answer = (given: Credential) => () =>
    typeof given === "string" ? given : asked(name, given, parts.hidden);
  const order = {
    tokenUrl: credential.tokenUrl ?? declared?.tokenUrl ?? "",
    scopes: credential.scopes ?? declared?.scopes ?? [],
    clientId: answer(credential.clientId),
    clientSecret: answer(credential.clientSecret),
  };
  const { agent, hidden } = parts;
  const source = new TokenSource(order, { agent, hidden, now: () => performance.now() });
  parts.tokens.set(name, source);
  return source;
}

function admissionOf(grants: readonly Grant[], values: readonly unknown[]): Admission {
  const at = (place: Place): readonly (readonly [string, string])[] =>
    grants.flatMap((grant, index) =>
      grant.place === place ? [[grant.name, String(values[index])] as const] : [],
    );
  return {
    headers: at("header").flat(),
    query: at("query")
      .map(([name, value]) => `${encodeComponent(name)}=${encodeComponent(value)}`)
      .join("&"),
    cookies: at("cookie")
      .map(([name, value]) => `${name}=${encodeComponent(value)}`)
      .join("; "),
  };
}

function hintFor({ security }: OperationPlan, parts: AccessParts, isSent: boolean): string {
  const names = security.find((way) => way.length > 0) ?? [];
  if (isSent) {
    const scheme = names.length === 0 ? "default" : names.join(" and ");
    return `What \`auth\` gives for "${scheme}" was sent, and is not accepted or not enough.`;
  }
  const wanted = names.flatMap((name) => {
    const scheme = parts.schemes[name];
    return scheme === undefined ? [] : [`${JSON.stringify(name)}: ${wantedBy(scheme)}`];
  });
  if (wanted.length === 0) return "The document names no way in: set `auth.default` or `headers`.";
  return `Set \`auth: { ${wanted.join(", ")} }\`.`;
}
