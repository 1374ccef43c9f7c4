/** Several outputs in one. */
import type { MediaPart } from "../formats/mcp-content.ts";

/**
 * What each of those that want so much gets of what there is: those that want little all of it, the others the same.
 * (Max-min fairness.)
 */
export function fairShares(wanted: readonly number[], available: number): number[] {
  const shares = wanted.map(() => 0);
  let left = Math.max(0, available);
  const smallestFirst = [...wanted.entries()].toSorted(([, one], [, other]) => one - other);
  for (const [rank, [place, wants]] of smallestFirst.entries()) {
    const share = left === Infinity ? Infinity : Math.floor(left / (wanted.length - rank));
    shares[place] = share;
    left -= Math.min(wants, share);
  }
  return shares;
}

/** An image, a sound or a file as a block of MCP-style content. */
export function asBlock({ mimeType, data, filename }: MediaPart): object {
  const [kind] = mimeType.split("/");
  if (kind === "image" || kind === "audio") return { type: kind, data, mimeType };
  return { type: "resource", resource: { uri: `file:///${filename}`, mimeType, blob: data } };
}
