/**
 * Values across a border, faithfully: JSON where JSON can say it, else devalue text with the bytes of
 * typed arrays beside it as attachments.
 *
 * What neither can say (functions, symbols, class instances without `toJSON`) is a `NOT_PORTABLE`
 * error that names the path, never a silent loss.
 */
import { createRequire } from "node:module";
import type * as Devalue from "devalue";
import {
  type SerializedError,
  deserializeError,
  serializeError,
} from "../../core/serialized-error.ts";
import { ToolError } from "../../core/tool-error.ts";

/** A value on the wire. Neither member: it is undefined. */
export interface EncodedValue {
  /** The value itself, when JSON keeps it as it is. */
  readonly json?: unknown;
  /** Its devalue text otherwise. */
  readonly rich?: string;
}

/** Containers nested deeper than this go the slow way, which also finds cycles. */
const MAX_JSON_DEPTH = 64;
/** With more containers than this they may be few that are shared in many places, which JSON would multiply. */
const MAX_JSON_CONTAINERS = 1_000_000;

const UNDEFINED: EncodedValue = {};

let loaded: typeof Devalue | undefined;

/** Most calls need no more than JSON, so devalue is loaded when the first one does. */
function devalue(): typeof Devalue {
  loaded ??= createRequire(import.meta.url)("devalue") as typeof Devalue;
  return loaded;
}

/**
 * Encodes a value. Bytes of typed arrays are copied to the end of `attachments`.
 *
 * @param what - Names the value in errors: `The output of math.add`.
 * @throws ToolError `NOT_PORTABLE` with the path of what cannot cross.
 */
export function encodeValue(value: unknown, attachments: Uint8Array[], what: string): EncodedValue {
  if (value === undefined) return UNDEFINED;
  const kept = attachments.length;
  try {
    visited = 0;
    if (isPlainJson(value, 0)) return { json: value };
    return { rich: devalue().stringify(value, makeReducers(attachments)) };
  } catch (cause) {
    attachments.length = kept;
    const path = (cause as { path?: string }).path ?? "";
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ToolError(
      "NOT_PORTABLE",
      `${what} cannot leave or enter a worker: ${reason} (at ${path || "the top"}).`,
      {
        details: { path },
        cause,
      },
    );
  }
}

/** Decodes what {@link encodeValue} wrote. */
export function decodeValue(encoded: EncodedValue, attachments: readonly Uint8Array[]): unknown {
  if (encoded.rich === undefined) return encoded.json;
  return devalue().parse(encoded.rich, makeRevivers(attachments));
}

/** Containers that the check in progress has looked into. */
let visited = 0;

/** Whether JSON gives back this value as it is. Shared objects come out as equal ones, each its own. */
function isPlainJson(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0);
    case "object":
      if (value === null) return true;
      visited += 1;
      if (depth > MAX_JSON_DEPTH || visited > MAX_JSON_CONTAINERS) return false;
      return Array.isArray(value) ? isPlainArray(value, depth) : isPlainObject(value, depth);
    default:
      return false;
  }
}

function isPlainArray(value: unknown[], depth: number): boolean {
  for (let place = 0; place < value.length; place += 1) {
    if (!isPlainJson(value[place], depth + 1)) return false;
  }
  return true;
}

function isPlainObject(value: object, depth: number): boolean {
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  const fields = value as Record<string, unknown>;
  for (const key of Object.keys(value)) {
    if (!isPlainJson(fields[key], depth + 1)) return false;
  }
  return Object.getOwnPropertySymbols(value).length === 0;
}

type Packed = readonly [name: string, attachment: number];
type MakeView = (bytes: ArrayBuffer) => unknown;

/** Newer than the oldest Node that runs this. */
const { Float16Array } = globalThis as {
  readonly Float16Array?: new (bytes: ArrayBuffer) => ArrayBufferView;
};

/** The kinds of bytes, in the order they are recognised: a Buffer is also a Uint8Array. */
const VIEWS: Readonly<Record<string, MakeView>> = {
  Buffer: (bytes: ArrayBuffer) => Buffer.from(bytes),
  Int8Array: (bytes: ArrayBuffer) => new Int8Array(bytes),
  Uint8Array: (bytes: ArrayBuffer) => new Uint8Array(bytes),
  Uint8ClampedArray: (bytes: ArrayBuffer) => new Uint8ClampedArray(bytes),
  Int16Array: (bytes: ArrayBuffer) => new Int16Array(bytes),
  Uint16Array: (bytes: ArrayBuffer) => new Uint16Array(bytes),
  Int32Array: (bytes: ArrayBuffer) => new Int32Array(bytes),
  Uint32Array: (bytes: ArrayBuffer) => new Uint32Array(bytes),
  Float32Array: (bytes: ArrayBuffer) => new Float32Array(bytes),
  Float64Array: (bytes: ArrayBuffer) => new Float64Array(bytes),
  BigInt64Array: (bytes: ArrayBuffer) => new BigInt64Array(bytes),
  BigUint64Array: (bytes: ArrayBuffer) => new BigUint64Array(bytes),
  DataView: (bytes: ArrayBuffer) => new DataView(bytes),
  ArrayBuffer: (bytes: ArrayBuffer) => bytes,
  ...(Float16Array && { Float16Array: (bytes: ArrayBuffer) => new Float16Array(bytes) }),
};

function makeReducers(attachments: Uint8Array[]): Record<string, (value: unknown) => unknown> {
  return {
    Bytes: (value) => packBytes(value, attachments),
    Error: (value) => value instanceof Error && serializeError(value),
    Json: (value) => hasToJson(value) && [value.toJSON()],
  };
}

function makeRevivers(
  attachments: readonly Uint8Array[],
): Record<string, (value: unknown) => unknown> {
  return {
    Bytes: (packed) => {
      const [name, place] = packed as Packed;
      const makeView = VIEWS[name];
      if (makeView === undefined) throw new TypeError(`This Node has no ${name}.`);
      return makeView(bufferOf(attachments[place]));
    },
    Error: (data) => deserializeError(data as SerializedError),
    Json: (boxed) => (boxed as readonly [unknown])[0],
  };
}

function packBytes(value: unknown, attachments: Uint8Array[]): Packed | false {
  if (!ArrayBuffer.isView(value) && !(value instanceof ArrayBuffer)) return false;
  const name = Buffer.isBuffer(value) ? "Buffer" : tagOf(value);
  if (!Object.hasOwn(VIEWS, name)) return false;
  const bytes = ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array(value);
  attachments.push(bytes.slice());
  return [name, attachments.length - 1];
}

/** `Uint8Array`, `DataView`, `ArrayBuffer`, …, whatever subclass it is. */
function tagOf(value: ArrayBufferView | ArrayBuffer): string {
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}

/** The bytes of an attachment in a buffer of their own, so that views of any width are aligned. */
function bufferOf(bytes: Uint8Array | undefined): ArrayBuffer {
  if (bytes === undefined) throw new RangeError("An attachment is missing from its frame.");
  const whole = bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength;
  // Not `slice`: that of a Buffer is a view.
  return (whole ? bytes.buffer : new Uint8Array(bytes).buffer) as ArrayBuffer;
}

function hasToJson(value: unknown): value is { toJSON(): unknown } {
  if (typeof value !== "object" || value === null || value instanceof Date) return false;
  if (value instanceof URL || value instanceof URLSearchParams) return false;
  return typeof (value as { toJSON?: unknown }).toJSON === "function";
}
