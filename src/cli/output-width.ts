import type { CliOutput } from "./cli-io.ts";

/** Columns of what is no terminal. */
const DEFAULT_COLUMNS = 100;

/** How many columns to fill: the terminal's, else `COLUMNS`, else 100. */
export function outputWidth(
  { columns }: Pick<CliOutput, "columns">,
  env: Readonly<Record<string, string | undefined>>,
): number {
  // A terminal that nobody gave a size says 0.
  const known = [columns ?? 0, Number(env["COLUMNS"])];
  return known.find((width) => width > 0) ?? DEFAULT_COLUMNS;
}
