/** How text is put into bytes: one for each character where that is enough, else two. Half characters stay what they are. */
export type TextEncoding = "latin1" | "utf16le";

/** V8 keeps most text in one byte per character, and then sees without a look at them that none is wide. */
const WIDE = /[^\0-\xff]/;

/** The shorter of the encodings that can hold a text. */
export function encodingOf(text: string): TextEncoding {
  return WIDE.test(text) ? "utf16le" : "latin1";
}

/** Size of a text in bytes. */
export function encodedSize(text: string, encoding: TextEncoding): number {
  return encoding === "latin1" ? text.length : 2 * text.length;
}
