/**
 * Bytes and long text beside a frame's JSON, as attachments.
 *
 * An attachment is either {@link OwnedBytes}, which whoever carries it may move, or a view of memory that
 * somebody else may change or give away: that has to be copied before any other code runs.
 */
import type { ConcreteMode } from "../../core/tool.ts";
import { type Transferable, takeTransferMark } from "../../core/transfer.ts";
import type { Attachment } from "./protocol.ts";

/** Bytes that nobody else holds. */
export class OwnedBytes extends Uint8Array<ArrayBuffer> {}

/**
 * What becomes of bytes marked with `transfer`:
 *
 *   copy   they are copied like any others, and stay where they are
 *   keep   the sender's buffer is detached; a private one stays, from which the value can be sent again
 *   move   the sender's buffer is detached and goes along; the value can never be sent again
 */
export type TransferPolicy = "copy" | "keep" | "move";

/** What becomes of bytes that are marked, and sent once and never again: only threads can give theirs away. */
export function outgoingPolicy(mode: ConcreteMode): TransferPolicy {
  return mode === "thread" ? "move" : "copy";
}

/** What a value's bytes are, and which attachment holds them. */
export type Packed = readonly [kind: string, attachment: number];

type MakeValue = (bytes: ArrayBuffer) => unknown;

/** Newer than the oldest Node that runs this. */
const { Float16Array } = globalThis as {
  readonly Float16Array?: new (bytes: ArrayBuffer) => ArrayBufferView;
};

/** The kinds of bytes, as their objects name themselves; only a Buffer calls itself a Uint8Array. */
const VIEWS: Readonly<Record<string, MakeValue>> = {
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

const TEXT = "text";

/** What all that was given away looks like. */
const DETACHED = detachedBytes();

/** Private bytes of values whose own were detached by policy `keep`. */
const keptBytes = new WeakMap<object, Uint8Array<ArrayBuffer>>();

/** Whether a value is bytes that {@link packBytes} takes. Shared memory itself is not; a view of it is. */
export function isBytes(value: object): value is Transferable {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer;
}

/**
 * Adds bytes to the attachments; false when this codec does not know their kind.
 *
 * @throws Error when they were given away before.
 */
export function packBytes(
  value: Transferable,
  attachments: Attachment[],
  policy: TransferPolicy,
): Packed | false {
  const kind = Buffer.isBuffer(value) ? "Buffer" : tagOf(value);
  if (!Object.hasOwn(VIEWS, kind)) return false;
  attachments.push(bytesToSend(value, policy));
  return [kind, attachments.length - 1];
}

/** Adds text to the attachments. */
export function packText(text: string, attachments: Attachment[]): Packed {
  attachments.push(text);
  return [TEXT, attachments.length - 1];
}

/**
 * What {@link packBytes} or {@link packText} packed.
 *
 * @throws RangeError when its bytes are missing or of an impossible length, TypeError when it is of
 * another kind, or of one that this Node lacks.
 */
export function unpack([kind, place]: Packed, attachments: readonly Attachment[]): unknown {
  const attachment = attachments[place];
  if (attachment === undefined) throw new RangeError("An attachment is missing from its frame.");
  if ((kind === TEXT) !== (typeof attachment === "string")) {
    throw new TypeError(`An attachment is not the ${kind} that it should be.`);
  }
  if (typeof attachment === "string") return attachment;
  const makeView = Object.hasOwn(VIEWS, kind) ? VIEWS[kind] : undefined;
  if (makeView === undefined) throw new TypeError(`This Node has no ${kind}.`);
  return makeView(bufferOf(attachment));
}

function bytesToSend(value: Transferable, policy: TransferPolicy): Uint8Array {
  const kept = keptBytes.get(value);
  if (kept !== undefined) return sendKept(value, kept, policy);
  const isMarked = takeTransferMark(value);
  const view = viewOf(value);
  const { buffer } = view;
  if (!(buffer instanceof ArrayBuffer)) return view;
  if (buffer.detached) {
    throw new Error("Its buffer is detached: the bytes were transferred, or given away before");
  }
  const isMovable = isMarked && policy !== "copy" && view.byteLength === buffer.byteLength;
  const moved = isMovable ? detach(buffer) : undefined;
  if (moved === undefined) return view;
  const bytes = new OwnedBytes(moved);
  return policy === "move" ? bytes : keep(value, bytes);
}

function viewOf(value: Transferable): Uint8Array {
  if (!ArrayBuffer.isView(value)) return value.detached ? DETACHED : new Uint8Array(value);
  const { buffer, byteOffset, byteLength } = value;
  if (buffer instanceof ArrayBuffer && buffer.detached) return DETACHED;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function sendKept(
  value: Transferable,
  kept: Uint8Array<ArrayBuffer>,
  policy: TransferPolicy,
): Uint8Array {
  if (policy !== "move") return kept;
  keptBytes.delete(value);
  return new OwnedBytes(kept.buffer);
}

function keep(value: Transferable, { buffer }: OwnedBytes): Uint8Array {
  const bytes = new Uint8Array(buffer);
  keptBytes.set(value, bytes);
  return bytes;
}

function detachedBytes(): Uint8Array {
  const bytes = new Uint8Array(0);
  bytes.buffer.transfer();
  return bytes;
}

/** The same memory in a buffer of ours. Undefined for what cannot be detached, like the memory of WebAssembly. */
function detach(buffer: ArrayBuffer): ArrayBuffer | undefined {
  try {
    return buffer.transferToFixedLength();
  } catch {
    return undefined;
  }
}

/** `Uint8Array`, `DataView`, `ArrayBuffer`, …, whatever subclass it is. */
function tagOf(value: Transferable): string {
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}

/** The bytes of an attachment in a buffer of their own, so that views of any width are aligned. */
function bufferOf(bytes: Uint8Array): ArrayBuffer {
  const isWhole = bytes.byteLength === bytes.buffer.byteLength;
  // Not `slice`: that of a Buffer is a view.
  return (isWhole ? bytes.buffer : new Uint8Array(bytes).buffer) as ArrayBuffer;
}
