/** What a result says to the model, before a provider's form is known. */
import type { ToolResult } from "../core/tool-result.ts";
import { errorText } from "./error-text.ts";
import { toJsonValue } from "./json-value.ts";
import { type ContentPart, type MediaPart, readMcpContent } from "./mcp-content.ts";

/** What stands for an output of nothing at all, because some providers refuse empty text. */
const NO_OUTPUT: ContentPart = { kind: "text", text: "(no output)" };

/** What goes before an output that says of itself that the tool failed, for a provider that has no flag for errors. */
export const ERROR_LINE = "The tool reported an error:";

/** Of an image or the like that a provider takes elsewhere only: where it is. The longest remark that a format makes. */
export const MOVED_REMARK = "in the user message after the tool results";

/** What a result says to the model. */
export interface ResultContent {
  /** The call failed, or its MCP-style output says so. */
  readonly failed: boolean;
  /** At least one. */
  readonly parts: readonly ContentPart[];
}

/**
 * What a result says to the model: a string as it is, MCP-style content piece by piece, anything
 * else as JSON (or, where JSON has no word for it, as text that can be read), and an error as advice.
 */
export function resultContent(result: ToolResult): ResultContent {
  if (result.status === "error") {
    return { failed: true, parts: [{ kind: "text", text: errorText(result.error) }] };
  }
  const { output } = result;
  const content = readMcpContent(output);
  const parts = content?.parts ?? [plainPart(output)];
  const telling = parts.filter((part) => part.kind !== "text" || part.text.trim() !== "");
  return {
    failed: content?.isError === true,
    parts: telling.length === 0 ? [NO_OUTPUT] : telling,
  };
}

/** As {@link resultContent}, for a provider that has no flag for errors: the text says it. */
export function resultContentInWords(result: ToolResult): readonly ContentPart[] {
  const { failed, parts } = resultContent(result);
  if (!failed || result.status === "error") return parts;
  return [{ kind: "text", text: ERROR_LINE }, ...parts];
}

/**
 * The parts in a provider's form, in order: text as a string, media as `toNative` writes it, or,
 * where that gives undefined, as a line of text that says what cannot be shown.
 */
export function renderParts<Native extends object>(
  parts: readonly ContentPart[],
  toNative: (media: MediaPart) => Native | undefined,
): (string | Native)[] {
  return parts.map((part) => {
    if (part.kind !== "media") return partText(part);
    const native = part.data === "" ? undefined : toNative(part);
    return native ?? partText(part);
  });
}

/** A part as text; of an image, a sound or a file a line that says what it is. */
export function partText(part: ContentPart): string {
  if (part.kind === "text") return part.text;
  if (part.kind === "value") return JSON.stringify(part.value);
  return mediaNote(part, "cannot be shown here");
}

/** The rendered parts as one text when there is nothing but text, else undefined. */
export function asText(rendered: readonly (string | object)[]): string | undefined {
  return rendered.every((part) => typeof part === "string") ? rendered.join("\n") : undefined;
}

/** A line of text in the place of an image, a sound or a file. */
export function mediaNote(media: MediaPart, remark: string): string {
  const bytes = Buffer.byteLength(media.data, "base64");
  return `[${media.mimeType}, ${bytes} bytes: ${remark}]`;
}

/** The media as a URL that carries it. */
export function dataUrl(media: MediaPart): string {
  return `data:${media.mimeType};base64,${media.data}`;
}

/** An output that is no MCP-style content: a string as it is, anything else as JSON. Never throws. */
export function plainPart(output: unknown): ContentPart {
  if (output === undefined) return NO_OUTPUT;
  if (typeof output === "string") return { kind: "text", text: output.toWellFormed() };
  return { kind: "value", value: toJsonValue(output) };
}
