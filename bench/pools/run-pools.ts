/** The benchmark of pools: one section after the other, then the report and the chart. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { describeMachine } from "../machine.ts";
import { showTurn } from "../show-turn.ts";
import { chartOf } from "./chart.ts";
import { PEERS } from "./lanes/peer-lanes.ts";
import { formatTable, formatSummary, type PoolReport, writePoolReport } from "./pool-report.ts";
import { coldStart } from "./sections/cold-start.ts";
import { elasticity } from "./sections/elasticity.ts";
import { fairness } from "./sections/fairness.ts";
import { latency } from "./sections/latency.ts";
import { throughput } from "./sections/throughput.ts";
import { values } from "./sections/values.ts";
import type { PoolBenchSettings, SectionName } from "./settings.ts";
import type { Section, Table } from "./table.ts";
import { formatMachine } from "../report.ts";

const SECTIONS: Readonly<Record<SectionName, Section>> = {
  throughput,
  values,
  latency,
  fairness,
  elasticity,
  "cold-start": coldStart,
};

/** Runs the benchmark, prints the tables, and writes the JSON and the chart. */
export async function runPools(settings: PoolBenchSettings): Promise<void> {
  const { rounds, workers, seed, sections, jsonFile, svgFile } = settings;
  const machine = describeMachine(PEERS);
  console.log(
    `${formatMachine(machine)}\n${workers} workers unless said, medians of ${rounds} interleaved rounds`,
  );
  const tables: Table[] = [];
  for (const name of sections) {
    const measured = await SECTIONS[name]({ rounds, workers, seed, onTurn: showTurn });
    showTurn("");
    for (const table of measured) console.log(`\n${formatTable(table)}`);
    tables.push(...measured);
  }
  const report: PoolReport = {
    benchmark: "pools",
    at: new Date().toISOString(),
    machine,
    settings: { rounds, workers, seed, sections },
    tables,
  };
  console.log(`\n${formatSummary(report)}`);
  writePoolReport(report, jsonFile);
  console.log(`Written to ${jsonFile}.`);
  if (svgFile === undefined) return;
  mkdirSync(dirname(svgFile), { recursive: true });
  writeFileSync(svgFile, chartOf(report));
  console.log(`Drawn to ${svgFile}.`);
}
