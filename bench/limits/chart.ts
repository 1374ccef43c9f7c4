/**
 * The shares of tenants as a picture: for each tenant a bar for each way of serving them, by what its weight gives
 * it, on a logarithmic scale about 1.
 *
 * It has no background and no fonts of its own, and its colours have enough contrast on white and on near-black.
 */
import type { Row, Table } from "../pools/table.ts";
import { formatNumber } from "../pools/pool-report.ts";
import { SHARES_TITLE } from "./sections/fairness.ts";

const WIDTH = 760;
const MARGIN = 16;
const BARS_FROM = 110;
const BARS_TO = 690;
const BAR_HEIGHT = 10;
const BAR_GAP = 3;
const GROUP_GAP = 14;
const LEGEND_HEIGHT = 34;
const AXIS_HEIGHT = 44;
const TEXT = "#768390";
const GRID = "#8b949e40";
/** Ours, then the peers in the order of the table. */
const COLOURS = ["#2f81f7", "#8b949e", "#b08800"];
const LEAST = 1 / 64;
const MOST = 16;
const TICKS = [1 / 64, 1 / 16, 1 / 4, 1, 4, 16];

/** Draws the table of shares. @throws Error when it is not among `tables`. */
export function shareChart(tables: readonly Table[]): string {
  const table = tables.find(({ title }) => title === SHARES_TITLE);
  if (table === undefined) throw new Error("There are no shares to draw.");
  const { rows, columns } = table;
  const groupHeight = rows.length * (BAR_HEIGHT + BAR_GAP) + GROUP_GAP;
  const top = MARGIN + LEGEND_HEIGHT;
  const bottom = top + columns.length * groupHeight;
  const height = bottom + AXIS_HEIGHT;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" font-family="system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif">`,
    "<title>What each tenant got, by what its weight gives it</title>",
    ...rows.map((row, place) => legendKey(row, place)),
    ...TICKS.map((tick) => gridLine(tick, top, bottom)),
    ...columns.map(({ name }, place) => groupAt(top + place * groupHeight, name, rows)),
    text(
      BARS_FROM,
      bottom + 36,
      "service, by the tenant's part of all weights; 1 is fair; logarithmic",
      "start",
    ),
    "</svg>\n",
  ].join("\n");
}

function groupAt(top: number, tenant: string, rows: readonly Row[]): string {
  const middle = top + (rows.length * (BAR_HEIGHT + BAR_GAP)) / 2;
  const bars = rows.map((row, place) => {
    const value = row.values[tenant]?.median ?? Number.NaN;
    const y = top + place * (BAR_HEIGHT + BAR_GAP);
    const [from, to] = [x(1), x(value)].toSorted((left, right) => left - right);
    const number = formatNumber(value, "times");
    const isRight = value >= 1;
    return (
      bar(from ?? 0, y, (to ?? 0) - (from ?? 0), colourOf(place)) +
      text(x(value) + (isRight ? 5 : -5), y + BAR_HEIGHT - 1, number, isRight ? "start" : "end")
    );
  });
  return [text(BARS_FROM - 14, middle + 4, tenant, "end", 12), ...bars].join("\n");
}

/** Where a value lies, at the ends what is beyond them. The least width keeps a bar of 1 visible. */
function x(value: number): number {
  const within = Math.min(MOST, Math.max(LEAST, value));
  const part = Math.log(within / LEAST) / Math.log(MOST / LEAST);
  return BARS_FROM + part * (BARS_TO - BARS_FROM);
}

function bar(from: number, y: number, width: number, colour: string): string {
  return `<rect x="${round(from - 1)}" y="${round(y)}" width="${round(width + 2)}" height="${BAR_HEIGHT}" rx="2" fill="${colour}"/>`;
}

function legendKey({ title }: Row, place: number): string {
  const left = BARS_FROM + place * 150;
  return bar(left, MARGIN, 22, colourOf(place)) + text(left + 32, MARGIN + 9, title, "start", 12);
}

function gridLine(tick: number, from: number, to: number): string {
  const at = round(x(tick));
  const label = tick < 1 ? `1/${1 / tick}` : String(tick);
  const line = `<line x1="${at}" y1="${from - 6}" x2="${at}" y2="${to}" stroke="${GRID}"/>`;
  return line + text(at, to + 16, label, "middle");
}

function colourOf(place: number): string {
  return COLOURS[place] ?? TEXT;
}

// oxlint-disable-next-line max-params -- a place, a text, and how it looks
function text(at: number, y: number, content: string, anchor: string, size = 10.5): string {
  return `<text x="${round(at)}" y="${round(y)}" text-anchor="${anchor}" font-size="${size}" fill="${TEXT}">${content}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
