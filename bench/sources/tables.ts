/** What the races say: a table for each kind with its goals, and how far Python's ToolRegistry is away. */
import { ratioOf } from "../compare.ts";
import { PLACES } from "../contenders/contender.ts";
import { type Column, type Goal, type Row, type Table, atLeast, tableOf } from "../pools/table.ts";
import type { Standings } from "../pools/turns.ts";
import { PYTHON_MODES, pythonTitle } from "./entrants/python-registry.ts";
import { IN_FLIGHT, KIND_TITLES, type SourceKind } from "./kinds.ts";
import { type Phase, type RaceRecord, columnFor } from "./race.ts";

/** A race that was run. */
export interface KindRecord extends RaceRecord {
  readonly kind: SourceKind;
  readonly baseline: string;
  readonly sizes: readonly number[];
}

/** Network tools on the event loop reach this part of what a bare client does. */
const OF_BARE = 0.9;
/** Functions in processes are this many times as fast as Python's, in batches of this size. */
const TIMES_PYTHON = 10;
const PYTHON_BATCH = 10_000;
const PHASES: readonly Phase[] = ["cold", "warm"];

/** The numbers of one kind. */
export function kindTable(record: KindRecord): Table {
  const { kind, baseline, sizes, standings, notes } = record;
  const columns = sizes.flatMap((size) =>
    PHASES.map((phase): Column => ({ name: columnFor(size, phase), unit: "calls/s" })),
  );
  const isLocal = kind === "functions" || kind === "class";
  const goals = isLocal ? [] : sizes.map((size) => goalByBare(record, size));
  const where = isLocal ? "" : ` by a server in its own process, ${IN_FLIGHT} calls under way`;
  const table = tableOf(standings, {
    title: KIND_TITLES[kind],
    work: `random add, subtract, multiply, divide${where}; arguments as JSON text, one batch`,
    baseline: isLocal ? undefined : baseline,
    columns,
    goals,
    notes,
  });
  return { ...table, rows: table.rows.map(measuredOnly) };
}

/** Toolyard by Python's registry in the same mode, warm. Undefined when Python did not take part. */
export function pythonTable(
  records: readonly KindRecord[],
  versions: readonly string[],
): Table | undefined {
  const sizes = records[0]?.sizes ?? [];
  if (versions.length === 0) return undefined;
  const columns = versions.flatMap((version) =>
    sizes.map((size): Column => ({ name: pythonColumn(version, size), unit: "times" })),
  );
  const rows = records.flatMap((record) =>
    PYTHON_MODES.map((mode) => pythonRow(record, mode, versions)),
  );
  return {
    title: "Toolyard by Python's ToolRegistry",
    work: "calls per second of the same kind in the same mode, warm; above 1 Toolyard is faster",
    columns,
    rows,
    goals: records.flatMap((record) => goalsByPython(record, versions)),
    notes: [],
  };
}

function goalByBare({ standings, baseline }: KindRecord, size: number): Goal {
  const ratio = standings.ratio(`toolyard ${PLACES[0]}`, baseline, columnFor(size, "warm"));
  return atLeast(`async by bare, ${columnFor(size, "warm")}`, ratio, OF_BARE);
}

function goalsByPython(record: KindRecord, versions: readonly string[]): Goal[] {
  const { kind, sizes, standings } = record;
  const isLocal = kind === "functions" || kind === "class";
  if (!isLocal || !sizes.includes(PYTHON_BATCH)) return [];
  const column = columnFor(PYTHON_BATCH, "warm");
  return versions.flatMap((version) => {
    const ratio = byPython(standings, { version, mode: "process", column });
    if (ratio === undefined) return [];
    const what = `${KIND_TITLES[kind]}, ${column}, process by Python ${version}`;
    return [atLeast(what, ratio, TIMES_PYTHON)];
  });
}

type PythonMode = (typeof PYTHON_MODES)[number];

function pythonRow(record: KindRecord, mode: PythonMode, versions: readonly string[]): Row {
  const { kind, sizes, standings } = record;
  const values = versions.flatMap((version) =>
    sizes.flatMap((size): [string, Row["values"][string]][] => {
      const ratio = byPython(standings, { version, mode, column: columnFor(size, "warm") });
      return ratio === undefined ? [] : [[pythonColumn(version, size), ratio]];
    }),
  );
  return {
    title: `${KIND_TITLES[kind]}, ${mode}`,
    isOurs: true,
    values: Object.fromEntries(values),
  };
}

function pythonColumn(version: string, size: number): string {
  return `${version}: ${size.toLocaleString("en")}`;
}

/** Undefined where Python did not run. */
function byPython(
  standings: Standings,
  { version, mode, column }: { version: string; mode: PythonMode; column: string },
): Row["values"][string] | undefined {
  const python = pythonTitle(version, mode);
  if (!standings.entrants.some(({ title }) => title === python)) return undefined;
  const ours = standings.rounds(`toolyard ${mode}`, column);
  const theirs = standings.rounds(python, column);
  const spread = ratioOf(ours, theirs);
  if (Number.isNaN(spread.median)) return undefined;
  return { ...spread, rounds: ours.map((value, round) => value / (theirs[round] ?? Number.NaN)) };
}

function measuredOnly(row: Row): Row {
  const measured = Object.entries(row.values).filter(([, { median }]) => !Number.isNaN(median));
  return { ...row, values: Object.fromEntries(measured) };
}
