/** How large results may be: what may be asked for. */
import type { TruncateStyle } from "./tool-shape.ts";

/** A result has room for the line that says what is missing, and for something to read beside it. */
export const MIN_RESULT_BYTES = 512;

/** What is shown of an output that is too large. */
export const TRUNCATE_STYLES: readonly TruncateStyle[] = ["head", "head-tail"];

/** A tool's, or a source's, word on the size of results, as JavaScript may write it. */
export interface ResultSizeSettings {
  readonly maxResultBytes?: unknown;
  readonly truncate?: unknown;
}

/** What is wrong with the settings of a tool; undefined when nothing is. */
export function resultProblem({
  maxResultBytes,
  truncate,
}: ResultSizeSettings): string | undefined {
  if (maxResultBytes !== undefined && !isResultSize(maxResultBytes)) {
    return `\`maxResultBytes\` must be a number from ${MIN_RESULT_BYTES}; Infinity for no limit.`;
  }
  if (truncate === undefined || isTruncateStyle(truncate)) return undefined;
  return `\`truncate\` must be one of ${TRUNCATE_STYLES.join(", ")}.`;
}

/** Whether results can be held to a number of bytes. */
export function isResultSize(value: unknown): value is number {
  return typeof value === "number" && value >= MIN_RESULT_BYTES;
}

/** Whether `value` is a {@link TruncateStyle}. */
export function isTruncateStyle(value: unknown): value is TruncateStyle {
  return TRUNCATE_STYLES.some((style) => style === value);
}
