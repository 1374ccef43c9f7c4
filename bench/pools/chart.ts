/**
 * The tiny calls as a picture: a bar for each contender and load, on a logarithmic scale, and beside it the
 * number and the ratio to the baseline.
 *
 * It has no background and no fonts of its own, and its colours have enough contrast on white and on
 * near-black, so that it can stand on any page.
 */
import { formatNumber, type PoolReport } from "./pool-report.ts";
import type { Row, Table } from "./table.ts";

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

const TEXT = "#768390";
const OURS = "#2f81f7";
const PEERS = "#8b949e";
const GRID = "#8b949e40";
/** Of the bars of the second load. */
const PALE = 0.5;

const GROUPS: ReadonlySet<string> = new Set(["Tiny calls: thread", "Tiny calls: process"]);

/** A logarithmic axis. */
interface Scale {
  /** Powers of ten, from the first to the last that is needed. */
  readonly ticks: readonly number[];
  x(value: number): number;
}

/** Draws the tables of tiny calls in threads and processes. @throws Error when the report has neither. */
export function chartOf(report: PoolReport): string {
  const tables = report.tables.filter(({ title }) => GROUPS.has(title));
  const scale = scaleFor(tables);
  let top = MARGIN + LEGEND_HEIGHT;
  const groups = tables.map((table) => {
    const drawn = groupAt(top, table, scale);
    top += heightOf(table) + GROUP_GAP;
    return drawn;
  });
  const { cpu, cores, node } = report.machine;
  const machine = text(MARGIN, top + 4, `${cpu}, ${cores} cores, Node ${node}; logarithmic scale`, {
    size: 11,
  });
  const height = top + MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" font-family="system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif">`,
    "<title>Tiny calls per second, by pool</title>",
    legend(tables),
    ...groups,
    machine,
    "</svg>\n",
  ].join("\n");
}

function scaleFor(tables: readonly Table[]): Scale {
  const medians = tables.flatMap(({ rows }) =>
    rows.flatMap(({ values }) => Object.values(values).map(({ median }) => median)),
  );
  if (medians.length === 0) throw new Error("There are no tiny calls to draw.");
  const first = Math.floor(Math.log10(Math.min(...medians)));
  const last = Math.ceil(Math.log10(Math.max(...medians)));
  const perDecade = (BARS_TO - BARS_FROM) / (last - first);
  return {
    ticks: Array.from({ length: last - first + 1 }, (_, place) => 10 ** (first + place)),
    x: (value) => BARS_FROM + (Math.log10(value) - first) * perDecade,
  };
}

function legend(tables: readonly Table[]): string {
  const columns = tables[0]?.columns ?? [];
  const keys = columns.map(({ name }, place) => {
    const left = BARS_FROM + place * 150;
    const { opacity } = lookOf(place);
    const key = bar({ x: left, y: MARGIN + 4, width: 22, isHollow: false, colour: OURS, opacity });
    return key + text(left + 28, MARGIN + 12, name, { size: 12 });
  });
  return keys.join("\n") + text(MARGIN, MARGIN + 12, "calls per second", { size: 12 });
}

function heightOf({ rows }: Table): number {
  return TITLE_HEIGHT + rows.length * ROW_HEIGHT + AXIS_HEIGHT;
}

function groupAt(top: number, table: Table, scale: Scale): string {
  const rows = table.rows.toSorted((left, right) => speedOf(right, table) - speedOf(left, table));
  const rowsTop = top + TITLE_HEIGHT;
  const bottom = rowsTop + rows.length * ROW_HEIGHT;
  const heading = `${table.title} (× ${table.baseline ?? ""})`;
  return [
    text(MARGIN, top + 18, heading, { size: 14, weight: 600 }),
    ...scale.ticks.map((tick) => gridLine(scale.x(tick), rowsTop, bottom, tick)),
    ...rows.map((row, place) => rowAt(rowsTop + place * ROW_HEIGHT, row, table, scale)),
  ].join("\n");
}

/** By the last load, which is the largest. */
function speedOf({ values }: Row, { columns }: Table): number {
  return values[columns.at(-1)?.name ?? ""]?.median ?? 0;
}

function rowAt(top: number, row: Row, { columns }: Table, scale: Scale): string {
  const isBare = row.title.startsWith("bare");
  const middle = top + ROW_HEIGHT / 2;
  const label = text(BARS_FROM - 10, middle + 4, row.title, {
    size: 12,
    anchor: "end",
    weight: row.isOurs ? 600 : 400,
  });
  const bars = columns.map(({ name, unit }, place) => {
    const value = row.values[name];
    if (value === undefined) return "";
    const { y, opacity } = lookOf(place);
    const x = scale.x(value.median);
    const colour = row.isOurs ? OURS : PEERS;
    const ratio =
      value.toBaseline === undefined ? "" : ` (${formatNumber(value.toBaseline.median, "times")})`;
    const number = formatNumber(value.median, unit) + ratio;
    return (
      bar({
        x: BARS_FROM,
        y: middle + y,
        width: x - BARS_FROM,
        isHollow: isBare,
        colour,
        opacity,
      }) + text(x + NUMBER_GAP, middle + y + BAR_HEIGHT - 1, number, { size: 10.5 })
    );
  });
  return [label, ...bars].join("\n");
}

/** The bar of the first load lies above the middle of its row, that of the second below. */
function lookOf(place: number): { readonly y: number; readonly opacity: number } {
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
  const shape = `x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${BAR_HEIGHT}" rx="2"`;
  return `<rect ${shape} ${paint} opacity="${opacity}"/>`;
}

function gridLine(x: number, from: number, to: number, tick: number): string {
  const at = round(x);
  const line = `<line x1="${at}" y1="${from}" x2="${at}" y2="${to}" stroke="${GRID}"/>`;
  return line + text(x, to + 15, shortNumber(tick), { size: 11, anchor: "middle" });
}

/** `10k`, `1M`. */
function shortNumber(value: number): string {
  return new Intl.NumberFormat("en", { notation: "compact" })
    .format(value)
    .toLowerCase()
    .replace("m", "M");
}

/** How a text looks. */
interface Look {
  readonly size: number;
  readonly weight?: number;
  readonly anchor?: "end" | "middle";
}

function text(x: number, y: number, content: string, look: Look): string {
  const { size, weight = 400, anchor = "start" } = look;
  const place = `x="${round(x)}" y="${round(y)}" text-anchor="${anchor}"`;
  return `<text ${place} font-size="${size}" font-weight="${weight}" fill="${TEXT}">${escaped(content)}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
