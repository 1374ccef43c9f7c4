/** What a source is let in with: filled in from the environment, checked against what the document asks for. */
import { type Environment, fillInText } from "../../core/fill-in-text.ts";
import type { Credential, OpenApiCredential } from "./openapi-options.ts";
import type { SecurityScheme } from "./operation.ts";

/** Credentials by the name of their scheme; `default` for every scheme it fits. */
export type Credentials = Readonly<Record<string, OpenApiCredential>>;

type Schemes = Readonly<Record<string, SecurityScheme>>;

/** A header's name, when its value is a secret whatever it is. */
const SECRET_HEADER = /auth|key|token|secret|cookie|password|session|credential/i;

/** What stands before a secret in a header, and is none. */
const AUTH_SCHEME = /^(?:bearer|basic|digest|apikey|api-key|negotiate)$/i;

/**
 * Credentials and headers with their environment variables filled in.
 *
 * @throws TypeError that names the place and the variable that is not set.
 */
export function fillInAccess(
  given: {
    readonly auth?: Credentials | undefined;
    readonly headers?: Readonly<Record<string, string>> | undefined;
  },
  environment: Environment,
): { readonly auth: Credentials; readonly headers: Readonly<Record<string, string>> } {
  const fill = (value: unknown, place: string): unknown => {
    if (typeof value !== "string") return value;
    const { text, problems } = fillInText(value, environment);
    if (problems[0] !== undefined) throw new TypeError(`\`${place}\` ${problems[0]}`);
    return text;
  };
  const fillAll = (fields: object, place: string): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, fill(value, `${place}.${name}`)]),
    );
  const auth = Object.entries(given.auth ?? {}).map(([scheme, credential]) => {
    checkShape(scheme, credential);
    const filled = fillAll(credential, `auth.${scheme}`);
    for (const field of ["bearer", "apiKey"]) checkLine(`auth.${scheme}.${field}`, filled[field]);
    return [scheme, filled];
  });
  const headers = fillAll(given.headers ?? {}, "headers") as Record<string, string>;
  for (const [name, value] of Object.entries(headers)) checkHeader(name, value);
  return { auth: Object.fromEntries(auth) as Credentials, headers };
}

/**
 * Checks that credentials are for schemes that the document has, and fit them.
 *
 * @throws TypeError that names the scheme and what it takes.
 */
export function checkCredentials(credentials: Credentials, schemes: Schemes): void {
  const known = Object.keys(schemes);
  for (const [name, credential] of Object.entries(credentials)) {
    if (name === "default") continue;
    const scheme = Object.hasOwn(schemes, name) ? schemes[name] : undefined;
    if (scheme === undefined) {
      const there = known.length === 0 ? "it declares none" : `it has ${known.join(", ")}`;
      throw new TypeError(`\`auth.${name}\` names no security scheme of the document: ${there}.`);
    }
    if (!fitsScheme(credential, scheme)) {
      throw new TypeError(
        `\`auth.${name}\` does not fit its security scheme, which takes ${wantedBy(scheme)}.`,
      );
    }
  }
}

/** Whether a scheme can be met with a credential. */
export function fitsScheme(credential: OpenApiCredential, scheme: SecurityScheme): boolean {
  switch (scheme.kind) {
    case "basic":
      return "username" in credential;
    case "apiKey":
      return "apiKey" in credential;
    case "clientCredentials":
      return "bearer" in credential || "clientId" in credential;
    default:
      return "bearer" in credential || ("clientId" in credential && hasTokenUrl(credential));
  }
}

/** How to write a credential for a scheme, for people. */
export function wantedBy(scheme: SecurityScheme): string {
  switch (scheme.kind) {
    case "basic":
      return '{ username: "…", password: "…" }';
    case "apiKey":
      return '{ apiKey: "…" }';
    case "clientCredentials":
      return '{ clientId: "…", clientSecret: "…" }';
    default:
      return '{ bearer: "…" }';
  }
}

/** Every text that must be shown to nobody. Functions tell theirs when they are asked. */
export function secretsOf(
  access: ReturnType<typeof fillInAccess>,
  written: Readonly<Record<string, string>> = {},
): readonly string[] {
  const credentials = Object.values(access.auth).flatMap((credential) => {
    const texts = secretFields(credential).filter((value) => typeof value === "string");
    if (!("username" in credential) || texts.length < 2) return texts;
    return texts.slice(1).concat(basicText(texts[0] ?? "", texts[1] ?? ""));
  });
  const headers = Object.entries(access.headers)
    .filter(([name, value]) => SECRET_HEADER.test(name) || written[name] !== value)
    .flatMap(([, value]) => [value].concat(value.split(/[\s;,=]+/)))
    .filter((text) => text.length > 5 && !AUTH_SCHEME.test(text));
  return [...new Set([...credentials, ...headers])];
}

/** Whether a worker can be told all of them. */
export function arePortable(credentials: Credentials): boolean {
  return Object.values(credentials).every((credential) =>
    Object.values(credential).every((value) => typeof value !== "function"),
  );
}

/** RFC 7617. */
export function basicText(username: string, password: string): string {
  return Buffer.from(`${username}:${password}`).toString("base64");
}

function secretFields(credential: OpenApiCredential): readonly Credential[] {
  if ("bearer" in credential) return [credential.bearer];
  if ("apiKey" in credential) return [credential.apiKey];
  if ("username" in credential) return [credential.username, credential.password];
  return [credential.clientSecret];
}

function hasTokenUrl(credential: OpenApiCredential): boolean {
  return "tokenUrl" in credential && credential.tokenUrl !== undefined;
}

const SHAPES = [["bearer"], ["apiKey"], ["username", "password"], ["clientId", "clientSecret"]];

function checkShape(scheme: string, credential: unknown): void {
  const given: object = typeof credential === "object" && credential !== null ? credential : {};
  const fits = SHAPES.some((fields) =>
    fields.every((field) => {
      const value = (given as Readonly<Record<string, unknown>>)[field];
      return typeof value === "string" || typeof value === "function";
    }),
  );
  if (fits) return;
  const shapes = SHAPES.map((fields) => `{ ${fields.join(", ")} }`).join(", ");
  throw new TypeError(
    `\`auth.${scheme}\` must be one of ${shapes}, with texts or functions that return texts.`,
  );
}

/** Files and commands that fill variables often leave a line break at the end. */
function checkLine(place: string, value: unknown): void {
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  if (typeof value !== "string" || !/[\0\r\n]/.test(value)) return;
  throw new TypeError(`\`${place}\` has a line break, which no request can carry.`);
}

function checkHeader(name: string, value: unknown): void {
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
    throw new TypeError(
      `\`headers\` has the name ${JSON.stringify(name)}, which no header can have.`,
    );
  }
  if (typeof value !== "string" || !/^[\t\u0020-\u007E\u0080-\u00FF]*$/.test(value)) {
    throw new TypeError(`\`headers.${name}\` must be a text of one line, in Latin-1.`);
  }
}
