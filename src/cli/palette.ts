import { styleText } from "node:util";

/** A colour or weight that text can be given. */
export type Style = "bold" | "dim" | "gray" | "green" | "red" | "yellow";

/** Styles text for a terminal, or leaves it as it is where colour is not wanted. */
export type Paint = (style: Style, text: string) => string;

/** Leaves text as it is. */
export const plain: Paint = (_style, text) => text;

const coloured: Paint = (style, text) => styleText(style, text, { validateStream: false });

/** What a palette needs to know of an output. */
export interface PaintedOutput {
  readonly isTTY?: boolean | undefined;
}

/**
 * The palette for an output: colours on a terminal, none elsewhere. `NO_COLOR` takes them away,
 * `FORCE_COLOR` brings them to files and pipes; `NO_COLOR` is the stronger.
 */
export function paletteFor(
  output: PaintedOutput,
  env: Readonly<Record<string, string | undefined>>,
): Paint {
  if (isSet(env["NO_COLOR"])) return plain;
  if (isSet(env["FORCE_COLOR"])) return env["FORCE_COLOR"] === "0" ? plain : coloured;
  return output.isTTY === true && env["TERM"] !== "dumb" ? coloured : plain;
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "";
}
