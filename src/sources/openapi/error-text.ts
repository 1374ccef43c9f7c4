/** What a server says is wrong, in as few words as it allows: for the model, which may do better next time. */
import type { HttpResponse } from "./exchange.ts";
import { decodeText, isJsonType, isTextType } from "./read-response.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Most characters of it that are shown. */
const MAX_CHARACTERS = 2_048;
/** Fields that say it in a sentence, the most telling first (RFC 9457, GraphQL, Google, OAuth and many others). */
const SENTENCES = [
  "detail",
  "message",
  "error_description",
  "msg",
  "title",
  "reason",
  "description",
];
/** Fields that say more of it. */
const PARTICULARS = [
  "errors",
  "details",
  "issues",
  "violations",
  "invalid-params",
  "invalid_params",
  "validation",
  "validationErrors",
  "validation_errors",
  "fields",
];

/**
 * The text of an answer that is no success; empty when it says nothing.
 *
 * @param hide - Takes secrets out, before anything is cut off.
 */
export function errorText(response: HttpResponse, hide: (text: string) => string): string {
  const contentType = response.headers["content-type"];
  const [type = ""] = contentType?.toLowerCase().split(";") ?? [];
  const text = decodeText(response.body, contentType).trim();
  return shorten(hide(plainText(text, type.trim())));
}

function plainText(text: string, type: string): string {
  if (isJsonType(type) || /^[{[]/.test(text)) return jsonText(text);
  if (type.includes("html") || /^<(?:!doctype|html)/i.test(text)) return htmlText(text);
  const isText = type === "" || isTextType(type);
  return !isText || /[\uFFFD\0]/.test(text) ? "" : text;
}

function jsonText(text: string): string {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === "string") return value;
    if (!isFields(value)) return JSON.stringify(value);
    return sentenceIn(value) ?? JSON.stringify(value);
  } catch {
    return text;
  }
}

function sentenceIn(body: Fields): string | undefined {
  const inner = body["error"] ?? body["fault"];
  const sources = isFields(inner) ? [inner, body] : [body];
  const sentence =
    sources.map(ownSentence).find((found) => found !== undefined) ?? textOf(inner) ?? undefined;
  const particulars = sources
    .flatMap((source) => PARTICULARS.map((name) => source[name]))
    .filter((value) => typeof value === "object" && value !== null && hasMembers(value))
    .map((value) => JSON.stringify(value));
  if (sentence === undefined) return undefined;
  return [sentence, ...particulars].join(" ");
}

function ownSentence(body: Fields): string | undefined {
  const sentence = SENTENCES.map((name) => textOf(body[name])).find((text) => text !== undefined);
  const title = textOf(body["title"]);
  if (sentence === undefined || title === undefined || title === sentence) return sentence;
  return `${title}: ${sentence}`;
}

/** Title and text of a page: a proxy's or a framework's own words are in there somewhere. */
function htmlText(page: string): string {
  const title = /<title[^<>]*>([^<]*)/i.exec(page)?.[1]?.trim() ?? "";
  const text = page
    .replaceAll(/<(script|style|head|svg)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, " ")
    .replaceAll(/<!--[\s\S]*?(?:-->|$)/g, " ")
    .replaceAll(/<[^>]*>?/g, " ");
  const plain = decodeEntities(text).replaceAll(/\s+/g, " ").trim();
  const heading = decodeEntities(title).replaceAll(/\s+/g, " ");
  if (heading === "" || plain.startsWith(heading)) return plain;
  return plain === "" ? heading : `${heading}: ${plain}`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
};

function decodeEntities(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{2,8}));/gi, (whole, ...found) => {
    const [decimal, hex, name] = found as (string | undefined)[];
    if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
    return code <= 0x10_ff_ff ? String.fromCodePoint(code) : whole;
  });
}

function shorten(text: string): string {
  const trimmed = text.trim();
  if (trimmed.length <= MAX_CHARACTERS) return trimmed;
  return `${trimmed.slice(0, MAX_CHARACTERS).toWellFormed()}… (${trimmed.length - MAX_CHARACTERS} more characters)`;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function hasMembers(value: object): boolean {
  return Object.keys(value).length > 0;
}
