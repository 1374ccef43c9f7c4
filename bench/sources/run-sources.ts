/** The benchmark of sources: one kind after the other, then the report and the chart. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { barChart } from "../bar-chart.ts";
import { type Machine, describeMachine } from "../machine.ts";
import type { PythonPeer } from "../peers/python/set-up.ts";
import { formatSummary, formatTable } from "../pools/pool-report.ts";
import type { Table } from "../pools/table.ts";
import { formatMachine, roundedNumbers } from "../report.ts";
import { showTurn } from "../show-turn.ts";
import { makeBatch } from "../workload.ts";
import { KIND_TITLES, type SourceKind } from "./kinds.ts";
import { lineup } from "./lineup.ts";
import { columnFor, race } from "./race.ts";
import { type CalculatorAddresses, startCalculators } from "./server-processes.ts";
import type { SourceBenchSettings } from "./settings.ts";
import { type KindRecord, kindTable, pythonTable } from "./tables.ts";

const PACKAGES = [
  "undici",
  "@modelcontextprotocol/client",
  "@modelcontextprotocol/server",
  "@modelcontextprotocol/sdk",
];

/** Everything there is to know about a run. */
interface SourceReport {
  readonly benchmark: "sources";
  /** When it ended, ISO 8601. */
  readonly at: string;
  readonly machine: Machine;
  readonly settings: Omit<SourceBenchSettings, "jsonFile" | "svgFile">;
  readonly tables: readonly Table[];
}

/** Runs the benchmark, prints the tables, and writes the JSON and the chart. */
export async function runSources(
  { jsonFile, svgFile, ...settings }: SourceBenchSettings,
  peers: readonly PythonPeer[],
): Promise<void> {
  const machine = withPython(describeMachine(PACKAGES), peers);
  console.log(`${formatMachine(machine)}\nmedians of ${settings.rounds} interleaved rounds`);
  for (const { version, ...rest } of peers) {
    if ("missing" in rest)
      console.warn(`\nSKIPPED: Python's ToolRegistry ${version}. ${rest.missing}`);
  }
  const servers = await startCalculators();
  try {
    const tables = await measureKinds(settings, peers, servers.addresses);
    console.log(`\n${formatSummary({ tables })}`);
    const at = new Date().toISOString();
    const report: SourceReport = { benchmark: "sources", at, machine, settings, tables };
    write(jsonFile, `${JSON.stringify(report, roundedNumbers, 2)}\n`);
    if (svgFile !== undefined) write(svgFile, drawn(report));
  } finally {
    await servers.close();
  }
}

async function measureKinds(
  settings: SourceReport["settings"],
  peers: readonly PythonPeer[],
  addresses: CalculatorAddresses,
): Promise<Table[]> {
  const records: KindRecord[] = [];
  const tables: Table[] = [];
  for (const kind of settings.kinds) {
    const record = await measureKind(kind, settings, { peers, addresses });
    const table = kindTable(record);
    console.log(`\n${formatTable(table)}`);
    records.push(record);
    tables.push(table);
  }
  const versions = peers.filter((peer) => !("missing" in peer)).map(({ version }) => version);
  const byPython = pythonTable(records, versions);
  if (byPython === undefined) return tables;
  console.log(`\n${formatTable(byPython)}`);
  return [...tables, byPython];
}

async function measureKind(
  kind: SourceKind,
  { sizes, rounds, seed, workers }: SourceReport["settings"],
  others: { peers: readonly PythonPeer[]; addresses: CalculatorAddresses },
): Promise<KindRecord> {
  const { entrants, baseline } = lineup(
    kind,
    { addresses: others.addresses, workers },
    others.peers,
  );
  const batches = sizes.map((size) => makeBatch(size, seed));
  const title = KIND_TITLES[kind];
  const record = await race(entrants, { batches, rounds, title, onTurn: showTurn });
  showTurn("");
  return { ...record, kind, baseline, sizes };
}

/** The batches of the published numbers, and the largest that everybody but Python can take. */
function drawn({ tables, machine, settings }: SourceReport): string {
  const kinds = new Set<string>(settings.kinds.map((kind) => KIND_TITLES[kind]));
  const ends = new Set([settings.sizes[0] ?? 0, settings.sizes.at(-1) ?? 0]);
  const { cpu, cores, node } = machine;
  return barChart({
    title: "Calls per second, by where tools come from and where they run",
    tables: tables.filter(({ title }) => kinds.has(title)),
    columns: [...ends].map((size) => columnFor(size, "warm")),
    footnote: `${cpu}, ${cores} cores, Node ${node}; logarithmic scale; hollow: bare clients`,
  });
}

function withPython(machine: Machine, peers: readonly PythonPeer[]): Machine {
  const there = peers.filter((peer) => !("missing" in peer));
  if (there.length === 0) return machine;
  const versions = there.map(({ version }) => version).join(" and ");
  return { ...machine, packages: { ...machine.packages, "Python's toolregistry": versions } };
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(`Written to ${file}.`);
}
