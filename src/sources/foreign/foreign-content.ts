/** Content of other frameworks' results as MCP content blocks, which every provider's form is written from. */
import { type ForeignObject, isObject } from "./foreign-shape.ts";

/** A block of MCP content. */
export type McpBlock = Readonly<Record<string, unknown>> & { readonly type: string };

/** A result whose content the model gets, and whose value the program gets. */
export interface McpOutput {
  readonly content: readonly McpBlock[];
  readonly structuredContent?: unknown;
}

/**
 * A result with something else for the program than for the model. A text, if only an empty one, says that the model
 * is not to be shown the value too.
 */
export function mcpOutput(content: readonly McpBlock[], value: unknown): McpOutput {
  const isTold = content.some(({ type }) => type === "text");
  return { content: isTold ? content : [...content, textBlock("")], structuredContent: value };
}

/** A block of text. */
export function textBlock(text: string): McpBlock {
  return { type: "text", text };
}

/**
 * Content blocks of any of the frameworks; undefined when one of them is unknown, for a list of other things with a
 * `type` is no content.
 */
export function readBlocks(blocks: readonly unknown[]): McpBlock[] | undefined {
  const read = blocks.map((block) => (isObject(block) ? readBlock(block) : undefined));
  return read.every((block) => block !== undefined) ? read : undefined;
}

/** Types that carry an image, a sound or a file: LangChain's, the AI SDK's since its version 4, OpenAI Agents'. */
const MEDIA = new Map([
  ["image", "image/png"],
  ["image_url", "image/png"],
  ["image-url", "image/png"],
  ["image-data", "image/png"],
  ["audio", "audio/wav"],
  ["video", "video/mp4"],
  ["media", "application/octet-stream"],
  ["file", "application/octet-stream"],
  ["file-data", "application/octet-stream"],
  ["file-url", "application/octet-stream"],
]);

function readBlock(block: ForeignObject): McpBlock | undefined {
  const { type, text } = block;
  if (type === "text") return typeof text === "string" ? textBlock(text) : undefined;
  const usual = MEDIA.get(String(type));
  if (usual === undefined) return undefined;
  const source = findSource(block);
  if (source === undefined) return undefined;
  if (source.text !== undefined) return textBlock(source.text);
  const { data, mediaType = usual, filename } = source;
  return typeof data === "string" && isAddress(data)
    ? { type: "resource_link", uri: data, name: filename ?? "file", mimeType: mediaType }
    : mediaBlock(data, mediaType, filename);
}

interface Source {
  /** Base64, a data URL, an address, or bytes. */
  readonly data?: unknown;
  readonly text?: string | undefined;
  readonly mediaType?: string | undefined;
  readonly filename?: string | undefined;
}

/** Where the frameworks put what a block carries: beside the type, or one level further in. */
const PLACES = ["image_url", "image", "file", "data"];

function findSource(block: ForeignObject): Source | undefined {
  const nested = PLACES.map((place) => block[place]).find(isObject);
  const isBytes = nested instanceof Uint8Array;
  const from = nested === undefined || isBytes ? block : nested;
  const data = [from["data"], from["url"], from["image"], from["image_url"], from["imageUrl"]].find(
    (value) => typeof value === "string" || value instanceof URL || value instanceof Uint8Array,
  );
  const text =
    from["type"] === "text" && typeof from["text"] === "string" ? from["text"] : undefined;
  if (data === undefined && text === undefined) return undefined;
  const own = data instanceof URL ? data.href : data;
  return {
    data: own,
    text,
    mediaType: firstText(from, block, ["mediaType", "mimeType", "mime_type"]) ?? dataUrlType(own),
    filename: firstText(from, block, ["filename", "name"]),
  };
}

function firstText(
  inner: ForeignObject,
  outer: ForeignObject,
  fields: readonly string[],
): string | undefined {
  return fields
    .flatMap((field) => [inner[field], outer[field]])
    .find((value) => typeof value === "string");
}

function dataUrlType(data: unknown): string | undefined {
  return typeof data === "string" ? /^data:([^;,]+)/.exec(data)?.[1] : undefined;
}

function isAddress(data: string): boolean {
  return /^(?!data:)[a-z][a-z\d+.-]*:\/\//i.test(data);
}

function mediaBlock(data: unknown, mimeType: string, filename = "file"): McpBlock {
  const [kind] = mimeType.split("/");
  if (kind === "image" || kind === "audio") return { type: kind, data, mimeType };
  const blob = typeof data === "string" ? data : Buffer.from(data as Uint8Array).toString("base64");
  return { type: "resource", resource: { uri: `file:///${filename}`, mimeType, blob } };
}
