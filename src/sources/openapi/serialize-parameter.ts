/**
 * From a value to its text in a path, a query, a header or a cookie: the styles of OpenAPI 3.2, section 4.12.3, which
 * are expressions of RFC 6570.
 */
import { inputRefusal } from "./input-refusal.ts";
import type { ParameterPlan, ParameterStyle } from "./operation.ts";
import { encodeComponent, encodeReserved } from "./percent-encode.ts";

/** How a style joins what it writes. */
interface StyleRule {
  readonly prefix: string;
  /** Whether the name is written, and not the value alone. */
  readonly named: boolean;
  /** Between values that stand each for themselves. */
  readonly exploded: string;
  /** Between values in one. */
  readonly joined: string;
  /** Behind a name whose value is empty. */
  readonly empty: string;
}

/** What a parameter is written by, without what names the tool's field. */
export type ParameterForm = Pick<
  ParameterPlan,
  "field" | "name" | "in" | "style" | "explode" | "allowReserved" | "contentType"
>;

type Encode = (text: string) => string;

const FORM: StyleRule = { prefix: "", named: true, exploded: "&", joined: ",", empty: "=" };

const RULES: Readonly<Record<Exclude<ParameterStyle, "deepObject">, StyleRule>> = {
  simple: { prefix: "", named: false, exploded: ",", joined: ",", empty: "" },
  label: { prefix: ".", named: false, exploded: ".", joined: ",", empty: "" },
  matrix: { prefix: ";", named: true, exploded: ";", joined: ",", empty: "" },
  form: FORM,
  spaceDelimited: { ...FORM, joined: "%20" },
  pipeDelimited: { ...FORM, joined: "%7C" },
  cookie: { ...FORM, exploded: "; " },
};

/**
 * Writes a parameter: the text of a path's placeholder, `name=value` pairs of a query or a cookie, or the value of a
 * header. Undefined when there is nothing to write: no value, or a list or record without members.
 *
 * Several values of an exploded cookie are cookies of their own, `a=1; a=2`: no server reads the `&` of RFC 6570 there.
 *
 * @throws ToolError `INPUT_INVALID` when the value cannot be written.
 */
export function serializeParameter(parameter: ParameterForm, given: unknown): string | undefined {
  const value = plain(given);
  if (isAbsent(value)) return undefined;
  const encode = encoderOf(parameter);
  const { name, style, contentType } = parameter;
  if (parameter.in === "querystring") return queryText(value, contentType);
  if (contentType !== undefined) {
    const text = encode(typeof value === "string" && !isJson(contentType) ? value : json(value));
    return isNamed(parameter) ? `${encodeName(name, parameter)}=${text}` : text;
  }
  if (style === "deepObject") return deepPairs(encodeComponent(name), value, encode);
  return expand(parameter, ruleOf(parameter, style), value, encode);
}

/** The parts of a value as pairs of a query, `{ a: [1, 2] }` as `a=1&a=2`: how forms are written. */
export function formPairs(value: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(value).map(([name, given]) =>
    serializeParameter({ field: name, name, ...QUERY_FORM }, given),
  );
  return pairs.filter((pair) => pair !== undefined).join("&");
}

/** A value as text. What is no scalar becomes JSON. */
export function scalarText(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "object" && value !== null ? json(value) : String(value);
}

const QUERY_FORM = { in: "query", style: "form", explode: true, allowReserved: false } as const;

function expand(
  parameter: ParameterForm,
  rule: StyleRule,
  value: unknown,
  encode: Encode,
): string | undefined {
  const { explode } = parameter;
  const name = encodeName(parameter.name, parameter);
  const named = (text: string): string => {
    if (!rule.named) return text;
    return text === "" ? name + rule.empty : `${name}=${text}`;
  };
  if (Array.isArray(value)) {
    const items = present(value).map((item) => encode(scalarText(item)));
    if (items.length === 0) return undefined;
    if (!explode) return rule.prefix + named(items.join(rule.joined));
    return rule.prefix + items.map(named).join(rule.exploded);
  }
  if (typeof value === "object") {
    const entries = Object.entries(value ?? {}).map(
      ([key, member]) => [key, plain(member)] as const,
    );
    const known = entries.filter(([, member]) => !isAbsent(member));
    const pairs = known.map(([key, member]) => [encode(key), encode(scalarText(member))]);
    if (pairs.length === 0) return undefined;
    if (!explode) return rule.prefix + named(pairs.flat().join(rule.joined));
    return rule.prefix + pairs.map((pair) => pair.join("=")).join(rule.exploded);
  }
  return rule.prefix + named(encode(scalarText(value)));
}

/** `name[key]=value`; members of members go on in brackets, members of lists by their number. */
function deepPairs(name: string, given: unknown, encode: Encode): string | undefined {
  const value = plain(given);
  if (typeof value !== "object" || value === null) return `${name}=${encode(scalarText(value))}`;
  const pairs = Object.entries(value)
    .filter(([, member]) => !isAbsent(member))
    .map(([key, member]) => deepPairs(`${name}%5B${encodeComponent(key)}%5D`, member, encode));
  const written = pairs.filter((pair) => pair !== undefined);
  return written.length === 0 ? undefined : written.join("&");
}

function ruleOf(parameter: ParameterForm, style: Exclude<ParameterStyle, "deepObject">): StyleRule {
  return parameter.in === "cookie" ? RULES.cookie : RULES[style];
}

function encoderOf(parameter: ParameterForm): Encode {
  if (parameter.in === "header") return (text) => text;
  if (parameter.in === "cookie" && parameter.style === "cookie") return cookieText(parameter.field);
  if (!parameter.allowReserved || parameter.in === "cookie") return encodeComponent;
  const place = parameter.in === "path" ? "path" : "query";
  return (text) => encodeReserved(text, place);
}

function cookieText(field: string): Encode {
  return (text) => {
    if (/^[\u0020-:<-~\u0080-\u00FF]*$/.test(text)) return text;
    throw inputRefusal(
      field,
      "a cookie can hold no semicolon, no control character and only Latin-1 text",
    );
  };
}

function encodeName(name: string, parameter: ParameterForm): string {
  return parameter.in === "cookie" || parameter.in === "header" ? name : encodeComponent(name);
}

function isNamed({ in: place, style }: ParameterForm): boolean {
  return place === "query" || place === "cookie" || style === "matrix";
}

function queryText(value: unknown, contentType = "application/x-www-form-urlencoded"): string {
  if (isJson(contentType)) return encodeComponent(json(value));
  if (typeof value === "string") return encodeReserved(value.replace(/^\?/, ""), "query-string");
  return typeof value === "object" && value !== null
    ? formPairs(value as Readonly<Record<string, unknown>>)
    : encodeComponent(scalarText(value));
}

function isJson(contentType: string): boolean {
  return /[/+]json\b/i.test(contentType);
}

function present(values: readonly unknown[]): readonly unknown[] {
  return values.map(plain).filter((value) => !isAbsent(value));
}

/** What JSON would have: programs give dates too, which have no members of their own. */
function plain(value: unknown): unknown {
  return value instanceof Date ? value.toJSON() : value;
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function json(value: unknown): string {
  return JSON.stringify(value) ?? "";
}
