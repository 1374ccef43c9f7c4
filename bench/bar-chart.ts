/**
 * Tables as a picture: a bar for each row and column, on a logarithmic scale, and beside it the number and the ratio to
 * the table's baseline.
 */
import { formatNumber } from "./pools/pool-report.ts";
import type { Column, Row, Table } from "./pools/table.ts";
import { COLOURS, picture, rounded, textAt } from "./svg.ts";

const WIDTH = 830;
const MARGIN = 16;
/** Where bars begin, and where the numbers beside the longest one still fit. */
const BARS_FROM = 262;
const BARS_TO = 700;
const BAR_HEIGHT = 9;
const ROW_HEIGHT = 30;
const TITLE_HEIGHT = 34;
const AXIS_HEIGHT = 26;
const LEGEND_HEIGHT = 28;
const GROUP_GAP = 14;
const NUMBER_GAP = 6;
/** Of the bars of the first column. */
const PALE = 0.5;

/** What is drawn. */
export interface BarChart {
  /** Read to those who cannot see it. */
  readonly title: string;
  /** A group of bars each. All have the columns of the first. */
  readonly tables: readonly Table[];
  /** One or two of the tables' columns, by name. */
  readonly columns: readonly string[];
  /** Stands below. */
  readonly footnote: string;
}

/** A logarithmic axis. */
interface Scale {
  /** Powers of ten, from the first to the last that is needed. */
  readonly ticks: readonly number[];
  x(value: number): number;
}

/** Draws it. @throws Error when the tables have no numbers in these columns. */
export function barChart({ title, tables, columns, footnote }: BarChart): string {
  const drawn = tables.map((table) => withColumns(table, columns));
  const scale = scaleFor(drawn);
  let top = MARGIN + LEGEND_HEIGHT;
  const groups = drawn.map((table) => {
    const group = groupAt(top, table, scale);
    top += heightOf(table) + GROUP_GAP;
    return group;
  });
  const note = textAt(MARGIN, top + 4, footnote, { size: 11 });
  const parts = [legend(drawn[0]?.columns ?? []), ...groups, note];
  return picture({ width: WIDTH, height: top + MARGIN, title }, parts);
}

function withColumns(table: Table, names: readonly string[]): Table {
  const columns = table.columns.filter(({ name }) => names.includes(name));
  const rows = table.rows.filter(({ values }) => columns.some(({ name }) => name in values));
  return { ...table, columns, rows };
}

function scaleFor(tables: readonly Table[]): Scale {
  const medians = tables.flatMap(({ rows, columns }) =>
    rows.flatMap(({ values }) => columns.flatMap(({ name }) => values[name]?.median ?? [])),
  );
  if (medians.length === 0) throw new Error("There are no numbers to draw.");
  const first = Math.floor(Math.log10(Math.min(...medians)));
  const last = Math.ceil(Math.log10(Math.max(...medians)));
  const perDecade = (BARS_TO - BARS_FROM) / (last - first);
  return {
    ticks: Array.from({ length: last - first + 1 }, (_, place) => 10 ** (first + place)),
    x: (value) => BARS_FROM + (Math.log10(value) - first) * perDecade,
  };
}

function legend(columns: readonly Column[]): string {
  const keys = columns.map(({ name }, place) => {
    const left = BARS_FROM + place * 150;
    const { opacity } = lookOf(place, columns.length);
    const shape = { x: left, y: MARGIN + 4, width: 22, isHollow: false };
    const key = bar({ ...shape, colour: COLOURS.ours, opacity });
    return key + textAt(left + 28, MARGIN + 12, name, { size: 12 });
  });
  return keys.join("\n") + textAt(MARGIN, MARGIN + 12, "calls per second", { size: 12 });
}

function heightOf({ rows }: Table): number {
  return TITLE_HEIGHT + rows.length * ROW_HEIGHT + AXIS_HEIGHT;
}

function groupAt(top: number, table: Table, scale: Scale): string {
  const rows = table.rows.toSorted((left, right) => speedOf(right, table) - speedOf(left, table));
  const rowsTop = top + TITLE_HEIGHT;
  const bottom = rowsTop + rows.length * ROW_HEIGHT;
  const heading =
    table.baseline === undefined ? table.title : `${table.title} (× ${table.baseline})`;
  return [
    textAt(MARGIN, top + 18, heading, { size: 14, weight: 600 }),
    ...scale.ticks.map((tick) => gridLine(scale.x(tick), rowsTop, bottom, tick)),
    ...rows.map((row, place) => rowAt(rowsTop + place * ROW_HEIGHT, row, table, scale)),
  ].join("\n");
}

/** By the last column, which is the largest load; who has no number there, by the first. */
function speedOf({ values }: Row, { columns }: Table): number {
  const [first, last] = [columns[0], columns.at(-1)];
  return values[last?.name ?? ""]?.median ?? values[first?.name ?? ""]?.median ?? 0;
}

function rowAt(top: number, row: Row, { columns }: Table, scale: Scale): string {
  const middle = top + ROW_HEIGHT / 2;
  const weight = row.isOurs ? 600 : 400;
  const label = textAt(BARS_FROM - 10, middle + 4, row.title, { size: 12, anchor: "end", weight });
  const bars = columns.map(({ name, unit }, place) => {
    const value = row.values[name];
    if (value === undefined) return "";
    const { y, opacity } = lookOf(place, columns.length);
    const x = scale.x(value.median);
    const ratio =
      value.toBaseline === undefined ? "" : ` (${formatNumber(value.toBaseline.median, "times")})`;
    const shape = bar({
      x: BARS_FROM,
      y: middle + y,
      width: x - BARS_FROM,
      isHollow: row.title.startsWith("bare"),
      colour: row.isOurs ? COLOURS.ours : COLOURS.peers,
      opacity,
    });
    const number = formatNumber(value.median, unit) + ratio;
    return shape + textAt(x + NUMBER_GAP, middle + y + BAR_HEIGHT - 1, number, { size: 10.5 });
  });
  return [label, ...bars].join("\n");
}

/** The bar of the first of two loads lies above the middle of its row, that of the second below. */
function lookOf(place: number, places: number): { readonly y: number; readonly opacity: number } {
  if (places === 1) return { y: -BAR_HEIGHT / 2, opacity: 1 };
  return place === 0 ? { y: -BAR_HEIGHT - 1, opacity: PALE } : { y: 1, opacity: 1 };
}

/** A bar from the left. Hollow ones are references, not contenders. */
interface Bar {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly isHollow: boolean;
  readonly colour: string;
  readonly opacity: number;
}

function bar({ x, y, width, isHollow, colour, opacity }: Bar): string {
  const paint = isHollow ? `fill="none" stroke="${colour}"` : `fill="${colour}"`;
  const shape = `x="${rounded(x)}" y="${rounded(y)}" width="${rounded(width)}" height="${BAR_HEIGHT}" rx="2"`;
  return `<rect ${shape} ${paint} opacity="${opacity}"/>`;
}

function gridLine(x: number, from: number, to: number, tick: number): string {
  const at = rounded(x);
  const line = `<line x1="${at}" y1="${from}" x2="${at}" y2="${to}" stroke="${COLOURS.grid}"/>`;
  return line + textAt(x, to + 15, shortNumber(tick), { size: 11, anchor: "middle" });
}

/** `10k`, `1M`. */
function shortNumber(value: number): string {
  return new Intl.NumberFormat("en", { notation: "compact" })
    .format(value)
    .toLowerCase()
    .replace("m", "M");
}
