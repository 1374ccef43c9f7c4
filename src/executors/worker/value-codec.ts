/**
 * Values across a border, faithfully: JSON where JSON can say it, with bytes and long text beside it as
 * attachments; else devalue text, with bytes beside it.
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
import { type Packed, type TransferPolicy, isBytes, packBytes, unpack } from "./bytes-codec.ts";
import { type Hole, LONG_TEXT, fillHoles, hollowOut } from "./hollow-json.ts";
import type { Attachment } from "./protocol.ts";

/** A value on the wire. Neither member: it is undefined. */
export interface EncodedValue {
  /** The value itself, when JSON keeps it as it is. */
  readonly json?: unknown;
  /** What belongs into the JSON where it has null. */
  readonly holes?: readonly Hole[];
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
 * Encodes a value. Its bytes are added to `attachments`, where those that are no OwnedBytes are still the memory
 * of the value: send them, or copy them, before other code runs.
 *
 * @param what - Names the value in errors: `The output of math.add`.
 * @param policy - What becomes of bytes marked with `transfer`. Default: they are copied like any others.
 * @throws ToolError `NOT_PORTABLE` with the path of what cannot cross.
 */
export function encodeValue(
  value: unknown,
  attachments: Attachment[],
  what: string,
  policy: TransferPolicy = "copy",
): EncodedValue {
  if (value === undefined) return UNDEFINED;
  const kept = attachments.length;
  try {
    return encode(value, attachments, policy);
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

function encode(value: unknown, attachments: Attachment[], policy: TransferPolicy): EncodedValue {
  visited = 0;
  isBulky = false;
  if (isPlainJson(value, 0)) {
    if (!isBulky) return { json: value };
    const hollow = hollowOut(value, attachments, policy);
    if (hollow !== undefined) return hollow;
  }
  return { rich: devalue().stringify(value, makeReducers(attachments, policy)) };
}

/** Whether a value is nothing but its JSON, which then says it all. */
export function isJsonAlone(encoded: EncodedValue): boolean {
  return "json" in encoded && encoded.holes === undefined;
}

/** Decodes what {@link encodeValue} wrote. */
export function decodeValue(encoded: EncodedValue, attachments: readonly Attachment[]): unknown {
  const { rich, holes, json } = encoded;
  if (rich === undefined)
    return holes === undefined ? json : fillHoles({ json, holes }, attachments);
  return devalue().parse(rich, makeRevivers(attachments));
}

/** Containers that the check in progress has looked into. */
let visited = 0;
/** Whether it has met bytes or long text. */
let isBulky = false;

/** Whether JSON gives back this value as it is, bytes and long text set aside. Shared objects come out as equal ones, each its own. */
function isPlainJson(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case "string":
      if (value.length >= LONG_TEXT) isBulky = true;
      return true;
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0);
    case "object":
      return value === null || isPlainContainer(value, depth);
    default:
      return false;
  }
}

function isPlainContainer(value: object, depth: number): boolean {
  visited += 1;
  if (depth > MAX_JSON_DEPTH || visited > MAX_JSON_CONTAINERS) return false;
  return Array.isArray(value) ? isPlainArray(value, depth) : isPlainObject(value, depth);
}

function isPlainArray(value: unknown[], depth: number): boolean {
  for (let place = 0; place < value.length; place += 1) {
    if (!isPlainJson(value[place], depth + 1)) return false;
  }
  return true;
}

function isPlainObject(value: object, depth: number): boolean {
  if (Object.getPrototypeOf(value) !== Object.prototype) return isBytes(value) && (isBulky = true);
  const fields = value as Record<string, unknown>;
  for (const key of Object.keys(value)) {
    if (!isPlainJson(fields[key], depth + 1)) return false;
  }
  return Object.getOwnPropertySymbols(value).length === 0;
}

function makeReducers(
  attachments: Attachment[],
  policy: TransferPolicy,
): Record<string, (value: unknown) => unknown> {
  return {
    Bytes: (value) =>
      typeof value === "object" &&
      value !== null &&
      isBytes(value) &&
      packBytes(value, attachments, policy),
    Error: (value) => value instanceof Error && serializeError(value),
    Json: (value) => hasToJson(value) && [value.toJSON()],
  };
}

function makeRevivers(
  attachments: readonly Attachment[],
): Record<string, (value: unknown) => unknown> {
  return {
    Bytes: (packed) => unpack(packed as Packed, attachments),
    Error: (data) => deserializeError(data as SerializedError),
    Json: (boxed) => (boxed as readonly [unknown])[0],
  };
}

function hasToJson(value: unknown): value is { toJSON(): unknown } {
  if (typeof value !== "object" || value === null || value instanceof Date) return false;
  if (value instanceof URL || value instanceof URLSearchParams) return false;
  return typeof (value as { toJSON?: unknown }).toJSON === "function";
}
