/** From an answer to a tool's output: JSON, text, or content that is shown as image, sound or file. */
import type { IncomingHttpHeaders } from "node:http";
import { ToolError } from "../../core/tool-error.ts";
import type { HttpResponse } from "./exchange.ts";
import { readItems } from "./read-items.ts";

/** What the request was, as far as its answer depends on it. */
export interface AnsweredRequest {
  readonly method: string;
  readonly origin: string;
  readonly path: string;
}

/**
 * Reads the body of a successful answer by its media type: JSON becomes its value, a stream of items a list, text a string, everything else MCP
 * content with its bytes as base64. No body gives null, or `{ location }` where the answer names what it made; an answer
 * to HEAD gives `{ status, headers }`.
 *
 * @throws ToolError `OUTPUT_INVALID` when it calls itself JSON and is none.
 */
export function readResponse(response: HttpResponse, request: AnsweredRequest): unknown {
  const { headers, body, status } = response;
  if (request.method === "HEAD") return { status, headers: shownHeaders(headers) };
  if (body.length === 0) return emptyOutput(headers);
  const contentType = headers["content-type"];
  const type = essenceOf(contentType);
  if (isJsonType(type)) return readJson(body, type, contentType);
  if (type === "") return readUntyped(body, request);
  if (isTextType(type)) return textOutput(body, type, contentType);
  return mediaContent(body, type, request);
}

function essenceOf(contentType: string = ""): string {
  const end = contentType.indexOf(";");
  return (end === -1 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}

/** `application/json`, `application/problem+json`, …; types that are lists of values by line are text. */
export function isJsonType(type: string): boolean {
  return /[/+]json$/.test(type);
}

/** Text in the charset that its type names; UTF-8 where it names none, or one that nobody knows. */
export function decodeText(body: Buffer, contentType: string | undefined): string {
  const charset = /charset\s*=\s*"?([^\s";]+)/i.exec(contentType ?? "")?.[1];
  if (charset === undefined || /^utf-?8$/i.test(charset)) return withoutMark(body.toString());
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    return withoutMark(body.toString());
  }
}

function textOutput(body: Buffer, type: string, contentType: string | undefined): unknown {
  const text = decodeText(body, contentType);
  return readItems(text, type) ?? text;
}

/** Whether a model can read it as it is. */
export function isTextType(type: string): boolean {
  return TEXT_TYPE.test(type);
}

const TEXT_TYPE =
  /^text\/|[/+](?:xml|yaml|x-yaml|javascript|ecmascript|graphql|sql|x-ndjson|ndjson|jsonl|json-seq|x-www-form-urlencoded|toml|x-sh)$/;

function readJson(body: Buffer, type: string, contentType: string | undefined): unknown {
  try {
    return JSON.parse(decodeText(body, contentType));
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? positionOf(cause) : "";
    const message = `The answer calls itself ${type}, and is no valid JSON${reason}.`;
    throw new ToolError("OUTPUT_INVALID", message, { details: { bytes: body.length } });
  }
}

/** The engine's message quotes the text; only the place is told. */
function positionOf(error: SyntaxError): string {
  const position = /at position (\d+)/.exec(error.message)?.[1];
  return position === undefined ? "" : ` (at position ${position})`;
}

function readUntyped(body: Buffer, request: AnsweredRequest): unknown {
  const text = withoutMark(body.toString());
  if (text.includes("\uFFFD") || text.includes("\0")) {
    return mediaContent(body, "application/octet-stream", request);
  }
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Its address names it, without the query, which may hold keys. */
function mediaContent(body: Buffer, mimeType: string, request: AnsweredRequest): unknown {
  const data = body.toString("base64");
  const [kind] = mimeType.split("/");
  if (kind === "image" || kind === "audio") return { content: [{ type: kind, data, mimeType }] };
  const [path = ""] = request.path.split("?", 1);
  const uri = request.origin + path;
  return { content: [{ type: "resource", resource: { uri, mimeType, blob: data } }] };
}

function emptyOutput({ location }: IncomingHttpHeaders): unknown {
  return location === undefined ? null : { location };
}

function shownHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const { "set-cookie": _cookie, ...shown } = headers;
  return shown;
}

function withoutMark(text: string): string {
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}
