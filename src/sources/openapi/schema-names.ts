/** Schemas that have a name of their own: `$id`, `$anchor` and `$dynamicAnchor` (JSON Schema 2020-12, section 8.2). */
import { type DocumentFile, type LocatedNode, nodeAt, ownValue, rootOf } from "./located-node.ts";

/** The schemas of one document by name. */
export interface NamedNodes {
  /** By absolute URL. */
  readonly ids: ReadonlyMap<string, LocatedNode>;
  /** By the base they are relative to, `#`, and the anchor. */
  readonly anchors: ReadonlyMap<string, LocatedNode>;
}

/** Finds them all; the first of a name counts. */
export function indexNames(file: DocumentFile): NamedNodes {
  const ids = new Map<string, LocatedNode>();
  const anchors = new Map<string, LocatedNode>();
  const waiting: LocatedNode[] = [rootOf(file)];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const { value, base } = node;
    if (typeof value !== "object" || value === null) continue;
    if (typeof ownValue(value, "$id") === "string" && base !== undefined) addFirst(ids, base, node);
    for (const keyword of ["$anchor", "$dynamicAnchor"]) {
      const anchor = ownValue(value, keyword);
      if (typeof anchor === "string") addFirst(anchors, `${base ?? ""}#${anchor}`, node);
    }
    for (const key of Object.keys(value).toReversed()) waiting.push(nodeAt(node, key));
  }
  return { ids, anchors };
}

function addFirst(map: Map<string, LocatedNode>, key: string, node: LocatedNode): void {
  if (!map.has(key)) map.set(key, node);
}
