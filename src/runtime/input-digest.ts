/** A short text by which inputs are told apart. */
import { createRequire } from "node:module";
import { hash } from "node:crypto";
import type * as Devalue from "devalue";

/** Longer texts are hashed: they are kept as keys. */
const MAX_PLAIN_LENGTH = 256;
/** Larger inputs are not worth it: copying and hashing them would hold up the event loop. Bytes of one view. */
const MAX_VIEW_BYTES = 1024 * 1024;

interface Digester {
  readonly stringify: typeof Devalue.stringify;
  readonly options: Parameters<typeof Devalue.stringify>[2];
}

let loaded: Digester | undefined;

/**
 * The same text for equal inputs and another for others: the order of an object's keys does not matter, that of
 * lists, maps and sets does; `1`, `"1"`, `1n`, `-0`, dates, maps, sets and views of every kind are told apart.
 *
 * Undefined for what cannot be told apart for certain: functions, symbols, instances of classes, shared memory, and
 * views of more than 1 MiB.
 */
export function inputDigest(input: unknown): string | undefined {
  loaded ??= loadDigester();
  try {
    const text = loaded.stringify(input, { View: describeView }, loaded.options);
    return text.length <= MAX_PLAIN_LENGTH ? text : hash("sha256", text, "base64url");
  } catch {
    return undefined;
  }
}

/** Few calls are compared, so devalue is loaded when the first one is. */
function loadDigester(): Digester {
  const { stringify, defaultStringifyOperations } = createRequire(import.meta.url)(
    "devalue",
  ) as typeof Devalue;
  const { shapeOf } = defaultStringifyOperations;
  return {
    stringify,
    options: {
      operations: {
        shapeOf: (value) => {
          const shape = shapeOf(value);
          return "keys" in shape ? { ...shape, keys: shape.keys.toSorted() } : shape;
        },
      },
    },
  };
}

/** Its kind and the bytes that are seen through it, not the buffer it is a part of. */
function describeView(value: unknown): [string, ArrayBuffer] | undefined {
  if (value instanceof SharedArrayBuffer) throw new TypeError("Shared memory changes.");
  if (!ArrayBuffer.isView(value)) return undefined;
  const { buffer, byteOffset, byteLength } = value;
  if (buffer instanceof SharedArrayBuffer) throw new TypeError("Shared memory changes.");
  if (byteLength > MAX_VIEW_BYTES) throw new RangeError("Too many bytes.");
  return [value.constructor.name, buffer.slice(byteOffset, byteOffset + byteLength)];
}
