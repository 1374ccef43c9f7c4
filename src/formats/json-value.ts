/**
 * Any value as JSON can say it. JSON's own values come out as JSON.stringify would have them; what it
 * would refuse or hide (BigInt, NaN, Map, Set, bytes, errors, cycles, getters that throw) gets a form
 * that can be read. Never throws, and ends: depth and number of values are bounded.
 */
import { types } from "node:util";

/** What JSON can say. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | JsonValue[]
  | { [member: string]: JsonValue };

/** Deeper objects are not shown. */
const MAX_DEPTH = 200;
/** Values shown in all; an object that is referred to twice counts twice. */
const MAX_VALUES = 250_000;
/** Numbers shown of one typed array. */
const MAX_NUMBERS = 1_000;
/** Bytes shown of one buffer; divisible by 3, so that their base64 has no padding. */
const MAX_BYTES = 3_072;

/** Writes any value as JSON can say it. Never throws. */
export function toJsonValue(value: unknown): JsonValue {
  return new JsonProjection().of(value);
}

class JsonProjection {
  #left = MAX_VALUES;
  readonly #path = new Set<object>();

  of(value: unknown): JsonValue {
    this.#left -= 1;
    if (typeof value === "function") return "[function]";
    if (typeof value === "object" && value !== null) return this.#ofObject(value);
    return ofPrimitive(value as Primitive);
  }

  #ofObject(value: object): JsonValue {
    if (this.#path.has(value)) return "[circular]";
    if (this.#path.size >= MAX_DEPTH || this.#left <= 0) return "[not shown]";
    this.#path.add(value);
    try {
      return this.#expand(value);
    } catch {
      return "[unreadable]";
    } finally {
      this.#path.delete(value);
    }
  }

  #expand(value: object): JsonValue {
    if (Array.isArray(value) || types.isSet(value)) return this.#list(value);
    if (types.isMap(value)) return this.#map(value);
    if (types.isNativeError(value) || value instanceof Error) return this.#error(value);
    if (!isBytes(value) && types.isTypedArray(value)) return this.#numbers(value);
    const text = textOf(value);
    if (text !== undefined) return text;
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === "function") return this.of(toJSON.call(value, ""));
    return this.#record(Object.entries(value));
  }

  #list(items: Iterable<unknown>): JsonValue[] {
    const list: JsonValue[] = [];
    for (const item of items) {
      if (this.#left <= 0) {
        list.push("[the rest is not shown]");
        break;
      }
      list.push(this.of(item));
    }
    return list;
  }

  #record(members: Iterable<[string, unknown]>): JsonValue {
    const shown: [string, JsonValue][] = [];
    for (const [key, member] of members) {
      if (member === undefined || typeof member === "function" || typeof member === "symbol") {
        continue;
      }
      if (this.#left <= 0) {
        shown.push(["…", "[the rest is not shown]"]);
        break;
      }
      shown.push([key.toWellFormed(), this.of(member)]);
    }
    return Object.fromEntries(shown);
  }

  #map(map: ReadonlyMap<unknown, unknown>): JsonValue {
    const named = [...map.keys()].every((key) => typeof key === "string");
    return named ? this.#record(map as ReadonlyMap<string, unknown>) : this.#list(map);
  }

  #error(error: Error): JsonValue {
    const { name, message, cause, code, errors } = error as Error & Record<string, unknown>;
    return this.#record(Object.entries({ name, message, code, cause, errors }));
  }

  #numbers(array: NodeJS.TypedArray): JsonValue[] {
    const shown = this.#list(array.subarray(0, MAX_NUMBERS));
    if (array.length > MAX_NUMBERS) shown.push(`[${array.length - MAX_NUMBERS} more]`);
    return shown;
  }
}

type Primitive = string | number | bigint | boolean | symbol | null | undefined;

function ofPrimitive(value: Primitive): JsonValue {
  if (value === undefined || value === null) return null;
  if (typeof value === "string") return value.toWellFormed();
  const sayable = typeof value === "boolean" || Number.isFinite(value);
  if (Object.is(value, -0)) return 0; // JSON has no other.
  return sayable ? (value as boolean | number) : String(value);
}

/** Objects that are best said as one text. */
function textOf(value: object): string | undefined {
  if (isBytes(value)) return bytesText(value);
  if (types.isDate(value)) return Number.isNaN(+value) ? String(value) : value.toISOString();
  return types.isRegExp(value) || types.isBoxedPrimitive(value) ? String(value) : undefined;
}

type Bytes = ArrayBufferLike | DataView | Uint8Array | Uint8ClampedArray;

function isBytes(value: object): value is Bytes {
  return (
    types.isAnyArrayBuffer(value) ||
    types.isDataView(value) ||
    types.isUint8Array(value) ||
    types.isUint8ClampedArray(value)
  );
}

function bytesText(value: Bytes): string {
  const bytes = ArrayBuffer.isView(value)
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    : Buffer.from(value);
  const base64 = bytes.toString("base64", 0, MAX_BYTES);
  const shown = bytes.length > MAX_BYTES ? `the first ${MAX_BYTES} as base64` : "base64";
  return `[${bytes.length} bytes, ${shown}: ${base64}]`;
}
