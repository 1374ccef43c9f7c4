/**
 * Makes an output fit into a number of bytes. A line takes the place of what is missing:
 *
 *   beginning ─▶ [4000 of 65536 bytes are shown. For the rest call read_result …] ─▶ end
 *
 * MCP-style content is read as one text, piece by piece, and stays content: what lies within the missing part goes.
 * Images and the like are shown whole or not at all, the first ones first.
 */
import type { TruncatedOutput } from "../core/tool-result.ts";
import type { TruncateStyle } from "../core/tool.ts";
import type { MediaPart } from "../formats/mcp-content.ts";
import { asBlock } from "./result-shares.ts";
import {
  type ResultPiece,
  type ResultPieces,
  errorLineBytes,
  joinPieces,
  pointBefore,
  pointBehind,
  resultPieces,
  sizeOfResult,
} from "./result-text.ts";

/** How much is shown of an output, and which part. */
export interface TruncateOptions {
  /** At least `MIN_RESULT_BYTES`. */
  readonly maxBytes: number;
  readonly style: TruncateStyle;
  /** Keeps the whole, which is that large, and gives its id; undefined when it is too large to keep. */
  readonly keep: (bytes: number) => string | undefined;
}

/** An output that fits, and what it lacks. */
export interface TruncatedResult {
  /** A text, or MCP-style content where it was that. */
  readonly output: unknown;
  readonly truncated: TruncatedOutput;
}

/** The output in `maxBytes`; undefined when it fits as it is. */
export function truncateOutput(
  output: unknown,
  options: TruncateOptions,
): TruncatedResult | undefined {
  if (fitsAtOnce(output, options.maxBytes)) return undefined;
  const result = resultPieces(output);
  const { content } = result;
  const bytes = sizeOfResult(result);
  if (bytes <= options.maxBytes) return undefined;
  const id = options.keep(bytes);
  const { shown, keptBytes } = new Truncation(result, id, options).run();
  return {
    output:
      content === undefined
        ? shown.map(asText).join("\n")
        : { content: shown.map(blockOf), ...(content.isError && { isError: true }) },
    truncated: { id, bytes, keptBytes },
  };
}

/** What is small beyond doubt is not even written. */
function fitsAtOnce(output: unknown, maxBytes: number): boolean {
  if (typeof output !== "string") return output === undefined || typeof output === "boolean";
  // UTF-8 has at most three bytes for each unit of UTF-16.
  return output.length * 3 <= maxBytes;
}

class Truncation {
  readonly #pieces: readonly ResultPiece[];
  readonly #errorBytes: number;
  readonly #id: string | undefined;
  readonly #options: TruncateOptions;
  readonly #text: Buffer;

  constructor({ pieces, content }: ResultPieces, id: string | undefined, options: TruncateOptions) {
    this.#pieces = pieces;
    this.#errorBytes = errorLineBytes(content);
    this.#id = id;
    this.#options = options;
    this.#text = Buffer.from(joinPieces(pieces));
  }

  run(): { readonly shown: readonly (string | MediaPart)[]; readonly keptBytes: number } {
    const total = this.#text.length;
    // Two line breaks set the line off, and no number in it is longer than these.
    const line = Math.max(this.#notice(total, total).length, this.#notice(total - 1, total).length);
    const room = Math.floor(this.#options.maxBytes) - this.#errorBytes - line - 2;
    const media = keptMedia(this.#pieces, Math.max(Math.floor(room / 2), room - total));
    const mediaBytes = media.values().reduce((sum, { bytes }) => sum + bytes, 0);
    const { from, to } = this.#missing(room - mediaBytes - media.size);
    const shownBytes = total - (to - from);
    const shown = this.#show(media, { from, to }, this.#notice(shownBytes, from));
    return { shown, keptBytes: shownBytes + mediaBytes + this.#errorBytes };
  }

  /** Which bytes of the text to leave out for the rest to fit into `room`. */
  #missing(room: number): Span {
    const total = this.#text.length;
    if (room >= total) return { from: total, to: total };
    const head = this.#options.style === "head" ? room : Math.ceil(room / 2);
    return {
      from: pointBefore(this.#text, head),
      to: pointBehind(this.#text, total - (room - head)),
    };
  }

  /** Everything but the missing part of the text, where `notice` stands instead. */
  #show(
    media: ReadonlySet<ResultPiece>,
    missing: Span,
    notice: string,
  ): readonly (string | MediaPart)[] {
    const before: (string | MediaPart)[] = [];
    const behind: (string | MediaPart)[] = [];
    let start = 0;
    for (const piece of this.#pieces) {
      const end = start + Buffer.byteLength(piece.text);
      if (piece.media !== undefined && media.has(piece)) {
        (start < missing.from ? before : behind).push(piece.media);
      } else {
        this.#add(before, start, Math.min(end, missing.from));
        this.#add(behind, Math.max(start, missing.to), end);
      }
      start = end + 1;
    }
    return [...before, notice, ...behind];
  }

  #add(texts: (string | MediaPart)[], from: number, to: number): void {
    if (from < to) texts.push(this.#text.toString("utf8", from, to));
  }

  /** ASCII alone: as many bytes as characters. */
  #notice(shownBytes: number, offset: number): string {
    const total = this.#text.length;
    if (shownBytes === total)
      return "[Not every image, sound or file is shown: they are too large.]";
    const said = `${shownBytes} of ${total} bytes are shown`;
    if (this.#id === undefined) return `[${said}. The rest is not kept: ask for less at once.]`;
    const how = `{"id":"${this.#id}","offset":${offset}}`;
    return `[${said}. For the rest call read_result with ${how}, or with "search" in place of "offset".]`;
  }
}

/** Bytes of a text. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** Which of the images and the like to show in so many bytes, each with a line break. */
function keptMedia(pieces: readonly ResultPiece[], room: number): ReadonlySet<ResultPiece> {
  const kept = new Set<ResultPiece>();
  let left = room;
  for (const piece of pieces) {
    if (piece.media === undefined || piece.bytes + 1 > left) continue;
    kept.add(piece);
    left -= piece.bytes + 1;
  }
  return kept;
}

/** What is no content has no images. */
function asText(shown: string | MediaPart): string {
  return typeof shown === "string" ? shown : "";
}

function blockOf(shown: string | MediaPart): object {
  return typeof shown === "string" ? { type: "text", text: shown } : asBlock(shown);
}
