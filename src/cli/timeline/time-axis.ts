/** Fewest cells between two marks of an axis. */
const LEAST_CELLS = 9;

/**
 * A line of times from 0 over a row of cells, `0 ms   50   100`, each number beginning at its place.
 * Steps are 1, 2 or 5 times a power of ten.
 *
 * @param totalMs - What the whole row stands for. Above 0.
 */
export function timeAxis(totalMs: number, cells: number): string {
  const stepMs = roundStep((totalMs * LEAST_CELLS) / cells);
  let axis = "0 ms";
  for (let mark = 1; mark * stepMs < totalMs; mark += 1) {
    const text = markText(mark * stepMs);
    const place = Math.floor((mark * stepMs * cells) / totalMs);
    if (place + text.length <= cells && place > axis.length) axis = axis.padEnd(place) + text;
  }
  return axis.padEnd(cells).slice(0, cells);
}

/** The smallest of 1, 2, 5, 10, 20, … that is at least `leastMs`. */
function roundStep(leastMs: number): number {
  const power = 10 ** Math.floor(Math.log10(leastMs));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= leastMs) ?? 10;
  return factor * power;
}

function markText(ms: number): string {
  return String(Number(ms.toPrecision(6)));
}
