/** The tiny calls as a picture. */
import { barChart } from "../bar-chart.ts";
import type { PoolReport } from "./pool-report.ts";

const GROUPS: ReadonlySet<string> = new Set(["Tiny calls: thread", "Tiny calls: process"]);

/** Draws the tables of tiny calls in threads and processes. @throws Error when the report has neither. */
export function chartOf({ tables, machine }: PoolReport): string {
  const drawn = tables.filter(({ title }) => GROUPS.has(title));
  const { cpu, cores, node } = machine;
  return barChart({
    title: "Tiny calls per second, by pool",
    tables: drawn,
    columns: (drawn[0]?.columns ?? []).map(({ name }) => name),
    footnote: `${cpu}, ${cores} cores, Node ${node}; logarithmic scale`,
  });
}
