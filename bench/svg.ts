/** What the charts of the benchmarks have in common: no background, no fonts of their own, colours that have enough
 * contrast on white and on near-black, so that they can stand on any page. */

/** The colours of texts, of lines behind bars, of our bars, and of everybody else's. */
export const COLOURS = { text: "#768390", grid: "#8b949e40", ours: "#2f81f7", peers: "#8b949e" };

/** A picture of `parts`. @param title - Read to those who cannot see it. */
export function picture(
  { width, height, title }: { width: number; height: number; title: string },
  parts: readonly string[],
): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif">`,
    `<title>${escaped(title)}</title>`,
    ...parts,
    "</svg>\n",
  ].join("\n");
}

/** How a text looks. */
export interface Look {
  /** In pixels. */
  readonly size: number;
  /** Default 400. */
  readonly weight?: number;
  /** Which of its ends lies at the place. Default `start`. */
  readonly anchor?: "start" | "middle" | "end";
}

/** A text at a place. */
export function textAt(x: number, y: number, content: string, look: Look): string {
  const { size, weight = 400, anchor = "start" } = look;
  const place = `x="${rounded(x)}" y="${rounded(y)}" text-anchor="${anchor}"`;
  return `<text ${place} font-size="${size}" font-weight="${weight}" fill="${COLOURS.text}">${escaped(content)}</text>`;
}

/** A tenth of a pixel is enough. */
export function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
