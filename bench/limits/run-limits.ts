/** The benchmark of limits: one section after the other, then the report and the chart. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { type Machine, describeMachine } from "../machine.ts";
import { formatSummary, formatTable } from "../pools/pool-report.ts";
import type { Table } from "../pools/table.ts";
import { formatMachine, roundedNumbers } from "../report.ts";
import { showTurn } from "../show-turn.ts";
import { shareChart } from "./chart.ts";
import type { LimitSection } from "./section.ts";
import { admission } from "./sections/admission.ts";
import { fairness } from "./sections/fairness.ts";
import { memory } from "./sections/memory.ts";
import { overload } from "./sections/overload.ts";
import { priority } from "./sections/priority.ts";
import { queueing } from "./sections/queueing.ts";
import { rates } from "./sections/rates.ts";
import { retries } from "./sections/retries.ts";
import type { LimitBenchSettings, SectionName } from "./settings.ts";

const SECTIONS: Readonly<Record<SectionName, LimitSection>> = {
  queueing,
  memory,
  admission,
  rates,
  fairness,
  priority,
  overload,
  retries,
};
const PEERS = [
  "p-queue",
  "bottleneck",
  "rate-limiter-flexible",
  "p-throttle",
  "p-limit",
  "cockatiel",
];

/** Everything there is to know about a run. */
interface LimitReport {
  readonly benchmark: "limits";
  /** When it ended, ISO 8601. */
  readonly at: string;
  readonly machine: Machine;
  readonly settings: Omit<LimitBenchSettings, "jsonFile" | "svgFile">;
  readonly tables: readonly Table[];
}

/** Runs the benchmark, prints the tables, and writes the JSON and the chart. */
export async function runLimits(settings: LimitBenchSettings): Promise<void> {
  const { jsonFile, svgFile, ...measured } = settings;
  const machine = describeMachine(PEERS);
  console.log(`${formatMachine(machine)}\nmedians of ${settings.rounds} interleaved rounds`);
  const tables: Table[] = [];
  for (const name of settings.sections) {
    const found = await SECTIONS[name]({ ...measured, onTurn: showTurn });
    showTurn("");
    for (const table of found) console.log(`\n${formatTable(table)}`);
    tables.push(...found);
  }
  console.log(`\n${formatSummary({ tables })}`);
  const at = new Date().toISOString();
  const report: LimitReport = { benchmark: "limits", at, machine, settings: measured, tables };
  write(jsonFile, `${JSON.stringify(report, roundedNumbers, 2)}\n`);
  if (svgFile !== undefined) write(svgFile, shareChart(tables));
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(`Written to ${file}.`);
}
