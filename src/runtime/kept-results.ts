/** The text of a kept result, to be read in parts. All places are bytes of UTF-8. */
import { joinPieces, pointBefore, pointBehind, resultPieces } from "./result-text.ts";

/** Bytes shown on either side of a text that was found. */
const CONTEXT_BYTES = 120;
/** Places that are told at once. */
const MAX_PLACES = 100;
/** Bytes that the line above a part may have. */
const HEADER_BYTES = 120;

/** How much to read. */
export interface ReadSize {
  /** Most bytes in all. */
  readonly most: number;
  /** Most bytes of the text. */
  readonly length: number;
}

/** What a model can read of an output. */
export class KeptText {
  readonly #text: string;
  readonly #utf8: Buffer;

  constructor(output: unknown) {
    this.#text = joinPieces(resultPieces(output).pieces);
    this.#utf8 = Buffer.from(this.#text);
  }

  /** The text from byte `offset` on, under a line that says what part it is. */
  read(offset: number, { most, length }: ReadSize): string {
    const total = this.#utf8.length;
    const from = pointBefore(this.#utf8, offset);
    const wanted = Math.min(length, most - HEADER_BYTES);
    const to = Math.max(
      pointBefore(this.#utf8, from + wanted),
      Math.min(total, pointBehind(this.#utf8, from + 1)),
    );
    const rest = to < total ? `; offset ${to} reads on` : "";
    return `[Bytes ${from} to ${to} of ${total}${rest}.]\n${this.#part(from, to)}`;
  }

  /** The places from byte `offset` on where `wanted` stands, as many as there is room for, with what is around them. */
  find(wanted: string, offset: number, room: number): string {
    const places = this.#places(wanted, pointBefore(this.#utf8, offset));
    const lines: string[] = [];
    let left = room - HEADER_BYTES;
    let next: number | undefined;
    for (const { from, to } of places) {
      const line = this.#line(from, to);
      left -= Buffer.byteLength(line) + 1;
      if (left < 0 || lines.length === MAX_PLACES) {
        next = from;
        break;
      }
      lines.push(line);
    }
    const more = next === undefined ? "" : ` There are more: offset ${next} finds on.`;
    return [
      `[Places found: ${lines.length}, in ${this.#utf8.length} bytes.${more}]`,
      ...lines,
    ].join("\n");
  }

  #line(from: number, to: number): string {
    const start = pointBehind(this.#utf8, from - CONTEXT_BYTES);
    const end = pointBefore(this.#utf8, Math.min(to, from + CONTEXT_BYTES) + CONTEXT_BYTES);
    return `@${from}: ${this.#part(start, end).replaceAll(/\s+/gu, " ")}`;
  }

  /** Not `toLowerCase`, which makes some texts longer. */
  *#places(
    wanted: string,
    offset: number,
  ): Generator<{ readonly from: number; readonly to: number }> {
    const literal = wanted.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`);
    const text = this.#part(offset, this.#utf8.length);
    let unit = 0;
    let byte = offset;
    for (const { 0: found, index } of text.matchAll(new RegExp(literal, "giu"))) {
      byte += Buffer.byteLength(text.slice(unit, index));
      unit = index;
      yield { from: byte, to: byte + Buffer.byteLength(found) };
    }
  }

  #part(from: number, to: number): string {
    return this.#utf8.toString("utf8", from, to);
  }
}
