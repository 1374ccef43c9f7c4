/**
 * MCP-style content in a tool's output: `{ content: [block, …], structuredContent?, isError? }`, or
 * the list of blocks alone. A block is `text`, `image`, `audio`, `resource` or `resource_link`, as in
 * MCP's CallToolResult; `data` and `blob` may also be bytes.
 */
import { types } from "node:util";
import { type Block, isBlock } from "./block.ts";
import { type JsonValue, toJsonValue } from "./json-value.ts";

/** A piece of a result, before a provider's form is known. */
export type ContentPart = TextPart | ValuePart | MediaPart;

/** Text for the model. */
export interface TextPart {
  readonly kind: "text";
  readonly text: string;
}

/** JSON for the model. */
export interface ValuePart {
  readonly kind: "value";
  readonly value: JsonValue;
}

/** An image, a sound or a file for the model. */
export interface MediaPart {
  readonly kind: "media";
  /** Lower case, without parameters. */
  readonly mimeType: string;
  /** Base64. */
  readonly data: string;
  /** What to call it, where a provider wants a file name. */
  readonly filename: string;
}

/** What MCP-style content says. */
export interface McpContent {
  readonly parts: readonly ContentPart[];
  /** The tool says of itself that it failed. */
  readonly isError: boolean;
}

/** MCP's own fields beside `content`; others are the tool's and are shown as JSON. */
const ENVELOPE = new Set(["content", "structuredContent", "isError", "_meta", "resultType"]);

/** Reads MCP-style content; undefined when the output is something else. Never throws. */
export function readMcpContent(output: unknown): McpContent | undefined {
  try {
    if (Array.isArray(output)) return output.length === 0 ? undefined : fromBlocks(output);
    return isBlock(output) ? fromEnvelope(output) : undefined;
  } catch {
    // A getter or proxy that throws: no content, and the output is shown as far as it can be.
    return undefined;
  }
}

function fromEnvelope(output: Block): McpContent | undefined {
  const { content, structuredContent, isError } = output;
  if (!Array.isArray(content)) return undefined;
  const rest = Object.entries(output).filter(([key]) => !ENVELOPE.has(key));
  if (content.length === 0 && rest.length > 0) return undefined;
  const parts = fromBlocks(content)?.parts;
  if (parts === undefined) return undefined;
  // MCP servers repeat structuredContent as text, so it is wanted only where they do not.
  const repeated = parts.some((part) => part.kind === "text");
  return {
    parts: [
      ...parts,
      ...(repeated || structuredContent === undefined ? [] : [valuePart(structuredContent)]),
      ...(rest.length === 0 ? [] : [valuePart(Object.fromEntries(rest))]),
    ],
    isError: isError === true,
  };
}

function fromBlocks(blocks: readonly unknown[]): McpContent | undefined {
  const parts: ContentPart[] = [];
  for (const block of blocks) {
    const part = isBlock(block) ? fromBlock(block) : undefined;
    if (part === undefined) return undefined;
    parts.push(part);
  }
  return { parts, isError: false };
}

function fromBlock(block: Block): ContentPart | undefined {
  switch (block["type"]) {
    case "text":
      return textPart(block["text"]);
    case "image":
    case "audio":
      return mediaPart(block["data"], block["mimeType"], block["type"]);
    case "resource":
      return isBlock(block["resource"]) ? fromResource(block["resource"]) : undefined;
    case "resource_link":
      return fromLink(block);
    default:
      return undefined;
  }
}

function fromResource(resource: Block): ContentPart | undefined {
  const { uri, mimeType = "application/octet-stream", text, blob } = resource;
  if (typeof uri !== "string") return undefined;
  if (typeof text === "string") return textPart(`Resource ${uri}:\n${text}`);
  const media = mediaPart(blob, mimeType, uri.split("/").at(-1) || "resource");
  if (media === undefined || !/^text\/|[/+]json$/.test(media.mimeType)) return media;
  return textPart(`Resource ${uri}:\n${Buffer.from(media.data, "base64").toString()}`);
}

function fromLink(link: Block): ContentPart | undefined {
  const { uri, title, name, mimeType, description } = link;
  if (typeof uri !== "string") return undefined;
  const told = [title ?? name, mimeType, description].filter((fact) => typeof fact === "string");
  return textPart(`Resource link: ${[uri, ...told].join(" | ")}`);
}

function textPart(text: unknown): TextPart | undefined {
  return typeof text === "string" ? { kind: "text", text: text.toWellFormed() } : undefined;
}

function valuePart(value: unknown): ValuePart {
  return { kind: "value", value: toJsonValue(value) };
}

function mediaPart(given: unknown, mimeType: unknown, filename: string): MediaPart | undefined {
  if (typeof mimeType !== "string") return undefined;
  const data = toBase64(given);
  if (data === undefined) return undefined;
  const [type = ""] = mimeType.toLowerCase().split(";");
  return { kind: "media", mimeType: type.trim(), data, filename };
}

/** Bytes, base64 of any dialect, or a data URL, as plain base64. */
function toBase64(given: unknown): string | undefined {
  if (types.isUint8Array(given)) return Buffer.from(given).toString("base64");
  if (typeof given !== "string") return undefined;
  const data = given.startsWith("data:") ? given.slice(given.indexOf(",") + 1) : given;
  return Buffer.from(data, "base64").toString("base64");
}
