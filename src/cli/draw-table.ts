/** Tables for people, in one style. */
import Table from "cli-table3";
import type { Paint } from "./palette.ts";

/** A table with the first column to the left and numbers to the right. Ends with a line break. */
export function drawTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  paint: Paint,
): string {
  const table = new Table({
    head: head.map((title) => paint("bold", title)),
    colAligns: head.map((_title, column) => (column === 0 ? "left" : "right")),
    style: { head: [], border: [], compact: true },
  });
  table.push(...rows.map((row) => [...row]));
  return `${table.toString()}\n`;
}
