/** An output as the text that a model would read, piece by piece. */
import { type MediaPart, readMcpContent } from "../formats/mcp-content.ts";
import {
  ERROR_LINE,
  MOVED_REMARK,
  mediaNote,
  partText,
  plainPart,
} from "../formats/result-content.ts";

/** A text, or what stands between texts. */
export interface ResultPiece {
  /** What is read of it: of an image, a sound or a file a line that says what it is. */
  readonly text: string;
  /** UTF-8 bytes of the text; of anything else those of its base64 and of the longest line that a format writes with it. */
  readonly bytes: number;
  /** Set where it is no text. */
  readonly media: MediaPart | undefined;
}

/** An output in pieces. */
export interface ResultPieces {
  /** In order. */
  readonly pieces: readonly ResultPiece[];
  /** Set where the output is MCP-style content: whether it says of itself that the tool failed. */
  readonly content: { readonly isError: boolean } | undefined;
}

/** The pieces of an output. */
export function resultPieces(output: unknown): ResultPieces {
  const content = readMcpContent(output);
  const pieces = (content?.parts ?? [plainPart(output)]).map((part): ResultPiece => {
    const text = partText(part);
    if (part.kind === "media") return { text, bytes: mediaBytes(part), media: part };
    return { text, bytes: Buffer.byteLength(text), media: undefined };
  });
  return { pieces, content };
}

function mediaBytes(media: MediaPart): number {
  return media.data.length + 1 + Buffer.byteLength(mediaNote(media, MOVED_REMARK));
}

/** The text of the pieces, a line break between them: what `read_result` reads. */
export function joinPieces(pieces: readonly ResultPiece[]): string {
  return pieces.map(({ text }) => text).join("\n");
}

/** Bytes that an output makes in the messages of any format, a line break between the pieces. */
export function sizeOfResult({ pieces, content }: ResultPieces): number {
  const breaks = Math.max(0, pieces.length - 1);
  return pieces.reduce((sum, { bytes }) => sum + bytes, breaks + errorLineBytes(content));
}

/** Bytes of the line, and its break, that some formats put before content that says that the tool failed. */
export function errorLineBytes(content: ResultPieces["content"]): number {
  return content?.isError === true ? ERROR_LINE.length + 1 : 0;
}

/** The last place at or before `offset` where a code point begins. */
export function pointBefore(utf8: Uint8Array, offset: number): number {
  let at = Math.min(offset, utf8.length);
  while (at > 0 && isContinuation(utf8[at])) at -= 1;
  return at;
}

/** The first place at or behind `offset` where a code point begins. */
export function pointBehind(utf8: Uint8Array, offset: number): number {
  let at = Math.max(offset, 0);
  while (at < utf8.length && isContinuation(utf8[at])) at += 1;
  return Math.min(at, utf8.length);
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
