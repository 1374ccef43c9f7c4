/** JSON Pointer (RFC 6901), the form in which issues say where. */

/** Writes a path as a JSON Pointer; the empty path is the empty string. */
export function toJsonPointer(segments: readonly PropertyKey[]): string {
  return segments.map((segment) => `/${escapeSegment(segment)}`).join("");
}

/** Reads a JSON Pointer; array indices stay text. */
export function fromJsonPointer(pointer: string): string[] {
  if (pointer === "") return [];
  return pointer
    .slice(1)
    .split("/")
    .map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function escapeSegment(segment: PropertyKey): string {
  const text = typeof segment === "symbol" ? (segment.description ?? "") : String(segment);
  return text.replaceAll("~", "~0").replaceAll("/", "~1");
}
