/**
 * A value that is plain JSON but for bytes and long text: those travel as attachments, and leave holes in the
 * JSON that are filled again on the other side.
 */
import {
  type Packed,
  type TransferPolicy,
  isBytes,
  packBytes,
  packText,
  unpack,
} from "./bytes-codec.ts";
import type { Attachment } from "./protocol.ts";

/** Characters from which text is an attachment. Below it, JSON costs less than an attachment. */
export const LONG_TEXT = 2_048;

/** Where in a value: the keys on the way. */
export type Path = readonly (string | number)[];

/** A packed value and every place it belongs. */
export type Hole = readonly [packed: Packed, ...places: Path[]];

/** JSON with holes. */
export interface HollowJson {
  /** Null where the holes are. */
  readonly json: unknown;
  readonly holes: readonly Hole[];
}

type Containers = Record<string | number, unknown>;

/** What a walk carries along. */
interface Walk {
  readonly attachments: Attachment[];
  readonly policy: TransferPolicy;
  readonly holes: [packed: Packed, ...places: Path[]][];
  /** The hole of each object met; the same bytes in two places stay the same. */
  readonly met: Map<object, [packed: Packed, ...places: Path[]]>;
  readonly path: (string | number)[];
}

/**
 * Takes bytes and long text out of a value that is plain JSON otherwise. Undefined when it holds bytes of an
 * unknown kind. The value itself stays as it is.
 *
 * @throws Error with the `path` of bytes that were given away before.
 */
export function hollowOut(
  value: unknown,
  attachments: Attachment[],
  policy: TransferPolicy,
): HollowJson | undefined {
  const { length } = attachments;
  const walk: Walk = { attachments, policy, holes: [], met: new Map(), path: [] };
  try {
    const json = withHoles(value, walk);
    if (json !== UNKNOWN) return { json, holes: walk.holes };
    attachments.length = length;
    return undefined;
  } catch (thrown) {
    if (thrown instanceof Error) Object.assign(thrown, { path: walk.path.map(keyText).join("") });
    throw thrown;
  }
}

/**
 * Puts back what {@link hollowOut} took out.
 *
 * @throws RangeError when a hole is nowhere in the JSON; whatever {@link unpack} throws.
 */
export function fillHoles(
  { json, holes }: HollowJson,
  attachments: readonly Attachment[],
): unknown {
  let filled = json;
  for (const [packed, ...places] of holes) {
    const content = unpack(packed, attachments);
    for (const path of places) {
      if (path.length === 0) filled = content;
      else fill(filled, path, content);
    }
  }
  return filled;
}

/** Says that a value holds what cannot be taken out. */
const UNKNOWN = Symbol("unknown");

function withHoles(value: unknown, walk: Walk): unknown {
  if (typeof value === "string") return value.length < LONG_TEXT ? value : addText(value, walk);
  if (typeof value !== "object" || value === null) return value;
  return isBytes(value) ? addBytes(value, walk) : containerWithHoles(value, walk);
}

function containerWithHoles(value: object, walk: Walk): unknown {
  const keys = Array.isArray(value) ? value.keys() : Object.keys(value);
  let copy: Containers | undefined;
  for (const key of keys) {
    const inner = (value as Containers)[key];
    walk.path.push(key);
    const outer = withHoles(inner, walk);
    if (outer === UNKNOWN) return UNKNOWN;
    walk.path.pop();
    if (outer !== inner) (copy ??= copyOf(value))[key] = outer;
  }
  return copy ?? value;
}

/** Without a prototype `__proto__` is a key like any other. */
function copyOf(value: object): Containers {
  return (
    Array.isArray(value) ? [...(value as unknown[])] : Object.assign(Object.create(null), value)
  ) as Containers;
}

function addText(text: string, { attachments, holes, path }: Walk): null {
  holes.push([packText(text, attachments), [...path]]);
  return null;
}

function addBytes(
  value: ArrayBuffer | ArrayBufferView,
  { attachments, policy, holes, met, path }: Walk,
): null | typeof UNKNOWN {
  const known = met.get(value);
  if (known !== undefined) {
    known.push([...path]);
    return null;
  }
  const packed = packBytes(value, attachments, policy);
  if (packed === false) return UNKNOWN;
  const hole: [Packed, ...Path[]] = [packed, [...path]];
  met.set(value, hole);
  holes.push(hole);
  return null;
}

/** Own keys only: a worker that has been taken over must not reach a prototype. */
function fill(json: unknown, path: Path, content: unknown): void {
  let container = json as Containers;
  for (const [place, key] of path.entries()) {
    if (typeof container !== "object" || container === null || !Object.hasOwn(container, key)) {
      throw new RangeError("A value has a hole where there is nothing.");
    }
    if (place === path.length - 1) container[key] = content;
    else container = container[key] as Containers;
  }
}

/** As in error messages: `.name`, `[3]`, `["odd name"]`. */
function keyText(key: string | number): string {
  if (typeof key === "number") return `[${key}]`;
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
