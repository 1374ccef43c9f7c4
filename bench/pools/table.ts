/** What the sections of the pool benchmark give: tables, and goals beside the numbers. */
import type { Spread } from "../compare.ts";
import type { Standings } from "./turns.ts";

/** What a number counts. `times` is a ratio, `workers` and `count` are counts, `index` is between 0 and 1. */
export type Unit =
  | "calls/s"
  | "ms"
  | "µs"
  | "MiB"
  | "bytes"
  | "times"
  | "workers"
  | "count"
  | "index";

/** A column of a table. */
export interface Column {
  readonly name: string;
  readonly unit: Unit;
}

/** One number of a table. */
export interface Value extends Spread {
  readonly rounds: readonly number[];
  /** Against the baseline's, round by round; undefined where there is no baseline. */
  readonly toBaseline?: Spread | undefined;
}

/** One entrant's numbers, by column. */
export interface Row {
  readonly title: string;
  readonly isOurs: boolean;
  readonly values: Readonly<Record<string, Value>>;
}

/** A number we set out to reach. */
export interface Goal {
  /** What is measured: `thread by piscina, 100 in flight`. */
  readonly what: string;
  readonly unit: Unit;
  readonly measured: Spread;
  readonly relation: "at least" | "at most";
  readonly limit: number;
  /** Whether the median reaches it. */
  readonly isMet: boolean;
}

/** Entrants side by side. */
export interface Table {
  readonly title: string;
  /** What everybody did, in a line. */
  readonly work: string;
  /** Whom the others are compared with, by title. */
  readonly baseline?: string | undefined;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  readonly goals: readonly Goal[];
  /** What a reader must know besides: what could not be measured, and why. */
  readonly notes: readonly string[];
}

/** A {@link Table} but for its rows. */
export type TableText = Omit<Table, "rows">;

/** Settings of all sections. */
export interface SectionSettings {
  readonly rounds: number;
  /** Workers of each pool where the work does not say how many. */
  readonly workers: number;
  readonly seed: number;
  readonly onTurn: (turn: string) => void;
}

/** Measures one thing from several sides. */
export type Section = (settings: SectionSettings) => Promise<readonly Table[]>;

/** Fills a table's rows from what was measured. */
export function tableOf(standings: Standings, text: TableText): Table {
  const { columns, baseline } = text;
  const rows = standings.entrants.map(({ title, isOurs }): Row => {
    const values = columns.map(({ name }): [string, Value] => {
      const rounds = standings.rounds(title, name);
      const toBaseline =
        baseline === undefined ? undefined : standings.ratio(title, baseline, name);
      return [name, { ...standings.spread(title, name), rounds, toBaseline }];
    });
    return { title, isOurs, values: Object.fromEntries(values) };
  });
  return { ...text, rows };
}

/** A goal that wants a large number. @param unit - Default: a ratio. */
export function atLeast(what: string, measured: Spread, limit: number, unit: Unit = "times"): Goal {
  const isMet = measured.median >= limit;
  return { what, unit, measured, relation: "at least", limit, isMet };
}

/** A goal that wants a small number. @param unit - Default: a ratio. */
export function atMost(what: string, measured: Spread, limit: number, unit: Unit = "times"): Goal {
  const isMet = measured.median <= limit;
  return { what, unit, measured, relation: "at most", limit, isMet };
}
