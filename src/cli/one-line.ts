/** Text of unknown origin, made fit for one line of a terminal. */

// Outputs and messages come from tools: escape sequences in them must not reach the terminal.
const UNSAFE =
  // oxlint-disable-next-line no-control-regex -- control characters are what this looks for.
  /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

const ZERO_WIDTH = /\p{M}|\p{Cf}/u;

/** `text` without line breaks and with other control characters written as `\u001b`. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s*[\r\n]+\s*/gu, " ").replaceAll(UNSAFE, escape);
}

/** Columns that `text` takes on a terminal. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += widthOf(character);
  return columns;
}

/** `text` cut to at most `columns`, its last column being `…` where something was cut. */
export function fit(text: string, columns: number): string {
  if (columns < 1) return "";
  let used = 0;
  let kept = "";
  let room = "";
  for (const character of text) {
    used += widthOf(character);
    if (used > columns) return `${room}…`;
    kept += character;
    if (used < columns) room = kept;
  }
  return kept;
}

function widthOf(character: string): number {
  if (ZERO_WIDTH.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
