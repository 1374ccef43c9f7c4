/** Tables and goals as text for people and as JSON for programs. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import CliTable from "cli-table3";
import type { Spread } from "../compare.ts";
import type { Machine } from "../machine.ts";
import { roundedNumbers } from "../report.ts";
import type { PoolBenchSettings } from "./settings.ts";
import type { Goal, Table, Unit, Value } from "./table.ts";

/** Everything there is to know about a run. */
export interface PoolReport {
  readonly benchmark: "pools";
  /** When it ended, ISO 8601. */
  readonly at: string;
  readonly machine: Machine;
  readonly settings: Omit<PoolBenchSettings, "jsonFile" | "svgFile">;
  readonly tables: readonly Table[];
}

/** Writes the report as JSON. Numbers that could not be measured are null. */
export function writePoolReport(report: PoolReport, file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, roundedNumbers, 2)}\n`);
}

/** A table with its goals and notes as text. */
export function formatTable(table: Table): string {
  const parts = [`${table.title}\n${table.work}`];
  if (table.rows.length > 0) parts.push(numbersOf(table));
  if (table.goals.length > 0) parts.push(goalsOf(table.goals));
  return [...parts, ...table.notes].join("\n");
}

/** How many goals are met, and which are not. */
export function formatSummary({ tables }: Pick<PoolReport, "tables">): string {
  const goals = tables.flatMap((table) =>
    table.goals.map((goal) => ({ goal, name: `${table.title}: ${goal.what}` })),
  );
  const missed = goals.filter(({ goal }) => !goal.isMet);
  const lines = missed.map(({ goal, name }) => `  missed  ${name}: ${verdictOf(goal)}`);
  return [`${goals.length - missed.length} of ${goals.length} goals met.`, ...lines].join("\n");
}

/** A number with its unit, as short as it can be read: `1,234`, `0.52 ms`, `20.3×`. */
export function formatNumber(value: number, unit: Unit): string {
  if (Number.isNaN(value)) return "unknown";
  const digits = unit === "calls/s" || Math.abs(value) >= 1_000 ? 0 : digitsOf(value, unit);
  const text = value.toLocaleString("en", {
    minimumFractionDigits: COUNTS.has(unit) ? 0 : digits,
    maximumFractionDigits: digits,
  });
  if (unit === "calls/s" || unit === "index" || COUNTS.has(unit)) return text;
  return unit === "times" ? `${text}×` : `${text} ${unit}`;
}

const COUNTS: ReadonlySet<Unit> = new Set(["workers", "count"]);
const INDEX_DIGITS = 4;
const FEW = 10;
const MANY = 100;

/** About three significant digits. */
function digitsOf(value: number, unit: Unit): number {
  if (unit === "index") return INDEX_DIGITS;
  if (Math.abs(value) >= MANY) return 0;
  return Math.abs(value) >= FEW ? 1 : 2;
}

function numbersOf({ columns, rows, baseline }: Table): string {
  const head = baseline === undefined ? "" : `(times ${baseline})`;
  const text = textTable([head, ...columns.map(({ name }) => name)], columns.length);
  for (const { title, values } of rows) {
    const cells = columns.map(({ name, unit }) => cell(values[name], unit));
    text.push([title, ...cells]);
  }
  return text.toString();
}

function cell(value: Value | undefined, unit: Unit): string {
  if (value === undefined) return "";
  const text = formatNumber(value.median, unit);
  if (value.toBaseline === undefined) return text;
  return `${text} (${formatNumber(value.toBaseline.median, "times")})`;
}

function goalsOf(goals: readonly Goal[]): string {
  const text = textTable(["goal", "measured", "lowest", "highest", "wanted", "met"], 4);
  for (const { what, unit, measured, isMet, ...wanted } of goals) {
    text.push([
      what,
      formatNumber(measured.median, unit),
      ...ends(measured, unit),
      limitOf(wanted, unit),
      isMet ? "yes" : "NO",
    ]);
  }
  return text.toString();
}

function ends({ lowest, highest }: Spread, unit: Unit): [string, string] {
  return [formatNumber(lowest, unit), formatNumber(highest, unit)];
}

function limitOf({ relation, limit }: Pick<Goal, "relation" | "limit">, unit: Unit): string {
  return `${relation === "at least" ? "≥" : "≤"} ${formatNumber(limit, unit)}`;
}

function verdictOf(goal: Goal): string {
  return `${formatNumber(goal.measured.median, goal.unit)}, wanted ${limitOf(goal, goal.unit)}`;
}

function textTable(head: readonly string[], numbers: number): CliTable.Table {
  return new CliTable({
    head: [...head],
    colAligns: ["left", ...Array.from({ length: numbers }, () => "right" as const)],
    style: { head: [], border: [], compact: true },
  });
}
