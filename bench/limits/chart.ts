/**
 * The shares of tenants as a picture: for each tenant a bar for each way of serving them, by what its weight gives
 * it, on a logarithmic scale about 1.
 */
import type { Row, Table } from "../pools/table.ts";
import { formatNumber } from "../pools/pool-report.ts";
import { COLOURS, picture, rounded, textAt } from "../svg.ts";
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
/** Ours, then the peers in the order of the table. */
const BAR_COLOURS = [COLOURS.ours, COLOURS.peers, "#b08800"];
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
  const title = "What each tenant got, by what its weight gives it";
  return picture({ width: WIDTH, height, title }, [
    ...rows.map((row, place) => legendKey(row, place)),
    ...TICKS.map((tick) => gridLine(tick, top, bottom)),
    ...columns.map(({ name }, place) => groupAt(top + place * groupHeight, name, rows)),
    textAt(
      BARS_FROM,
      bottom + 36,
      "service, by the tenant's part of all weights; 1 is fair; logarithmic",
      { size: 10.5 },
    ),
  ]);
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
      textAt(x(value) + (isRight ? 5 : -5), y + BAR_HEIGHT - 1, number, {
        size: 10.5,
        anchor: isRight ? "start" : "end",
      })
    );
  });
  return [textAt(BARS_FROM - 14, middle + 4, tenant, { size: 12, anchor: "end" }), ...bars].join(
    "\n",
  );
}

/** Where a value lies, at the ends what is beyond them. The least width keeps a bar of 1 visible. */
function x(value: number): number {
  const within = Math.min(MOST, Math.max(LEAST, value));
  const part = Math.log(within / LEAST) / Math.log(MOST / LEAST);
  return BARS_FROM + part * (BARS_TO - BARS_FROM);
}

function bar(from: number, y: number, width: number, colour: string): string {
  return `<rect x="${rounded(from - 1)}" y="${rounded(y)}" width="${rounded(width + 2)}" height="${BAR_HEIGHT}" rx="2" fill="${colour}"/>`;
}

function legendKey({ title }: Row, place: number): string {
  const left = BARS_FROM + place * 150;
  return (
    bar(left, MARGIN, 22, colourOf(place)) + textAt(left + 32, MARGIN + 9, title, { size: 12 })
  );
}

function gridLine(tick: number, from: number, to: number): string {
  const at = rounded(x(tick));
  const label = tick < 1 ? `1/${1 / tick}` : String(tick);
  const line = `<line x1="${at}" y1="${from - 6}" x2="${at}" y2="${to}" stroke="${COLOURS.grid}"/>`;
  return line + textAt(at, to + 16, label, { size: 10.5, anchor: "middle" });
}

function colourOf(place: number): string {
  return BAR_COLOURS[place] ?? COLOURS.text;
}
