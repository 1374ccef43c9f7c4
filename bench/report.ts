/** Results as tables for people and as JSON for programs. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import Table from "cli-table3";
import type { Phase, Row } from "./compare.ts";
import { type Place, PLACES, titleOf } from "./contenders/contender.ts";
import type { Machine } from "./machine.ts";
import type { BenchSettings } from "./options.ts";

/** Everything there is to know about a run. */
export interface Report {
  readonly benchmark: "modes";
  /** When it ended, ISO 8601. */
  readonly at: string;
  readonly machine: Machine;
  readonly settings: Omit<BenchSettings, "jsonFile">;
  readonly rows: readonly Row[];
}

/** Writes the report as JSON. */
export function writeReport(report: Report, file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, roundedNumbers, 2)}\n`);
}

/** The report as text: the machine, a table for each place, and the summary. */
export function formatReport(report: Report): string {
  const tables = PLACES.filter((place) => report.rows.some((row) => row.place === place)).map(
    (place) => `${place}\n${placeTable(report.rows, place)}`,
  );
  return [describe(report), ...tables].join("\n\n");
}

const SIGNIFICANT = 4;

/** For `JSON.stringify`: four significant digits are more than rounds agree on. */
export function roundedNumbers(_key: string, value: unknown): unknown {
  if (typeof value !== "number" || Number.isInteger(value)) return value;
  return Number(value.toPrecision(SIGNIFICANT));
}

function describe({ machine, settings }: Report): string {
  return [
    formatMachine(machine),
    `${settings.workers} workers each, medians of ${settings.rounds} interleaved rounds, seed ${settings.seed}`,
  ].join("\n");
}

/** The machine and the versions of the packages, in two lines. */
export function formatMachine(machine: Machine): string {
  const { cpu, cores, memoryGiB, system, node, loadBefore, packages } = machine;
  const versions = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
  return [
    `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node ${node}, load before ${loadBefore.toFixed(2)}`,
    versions.join(", "),
  ].join("\n");
}

/** Which numbers stand beside each other in a table. */
interface Column {
  readonly calls: number;
  readonly phase: Phase;
}

function placeTable(rows: readonly Row[], place: Place): string {
  const here = rows.filter((row) => row.place === place);
  const columns = columnsOf(here);
  const heads = columns.map(({ calls, phase }) => `${calls} ${phase}`);
  const table = new Table({
    head: ["calls/s (times the best peer)", ...heads],
    colAligns: ["left", ...columns.map(() => "right" as const)],
    style: { head: [], border: [], compact: true },
  });
  for (const title of new Set(here.map(titleOf))) {
    const own = here.filter((row) => titleOf(row) === title);
    table.push([title, ...columns.map((column) => cell(own, column))]);
  }
  return table.toString();
}

function columnsOf(rows: readonly Row[]): Column[] {
  const seen = new Map(rows.map(({ calls, phase }) => [`${calls} ${phase}`, { calls, phase }]));
  return [...seen.values()];
}

function cell(rows: readonly Row[], { calls, phase }: Column): string {
  const row = rows.find((candidate) => candidate.calls === calls && candidate.phase === phase);
  if (row === undefined) return "";
  const rate = Math.round(row.callsPerSecond).toLocaleString("en");
  return `${rate} ${row.isBestPeer ? "(best)" : `(${row.ratio.median.toFixed(2)}×)`}`;
}
