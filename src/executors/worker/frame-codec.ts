/**
 * Frames on a byte stream. All numbers are unsigned 32-bit little-endian, places are 64-bit floats:
 *
 *   length of the rest │ length of the JSON │ JSON │ { length │ the bytes }           …
 *                                                  │ { PARCEL │ length │ its place }  …
 *
 * A large attachment may be a parcel (see parcels.ts), of which the frame holds only the place.
 */
import { ByteQueue } from "./byte-queue.ts";
import { PARCEL_BYTES, type ParcelReader, type ParcelWriter } from "./parcels.ts";
import type { Frame } from "./protocol.ts";
import type { WrittenFrame } from "./written-frame.ts";

const WORD = 4;
/** What stands for a parcel: the mark, its length, its place. */
const PARCEL_ENTRY = 2 * WORD + 8;
/** Stands where the length of an attachment does. None can be that long, for its frame would be longer. */
const PARCEL = 0xffff_ffff;
const decoder = new TextDecoder();
// Tools may replace globals; what carries their answers must not depend on them.
const { parse } = JSON;

/** How one end of a stream writes and reads its frames. */
export interface FrameLimits<Parcels> {
  /** Most bytes of a frame with its attachments; a longer one means that the stream is out of step. */
  readonly maxFrameBytes: number;
  /** The way for large attachments. Undefined: none but the stream. */
  readonly parcels?: Parcels | undefined;
}

/**
 * Puts a frame into bytes. Its attachments are copied.
 *
 * @throws RangeError when it is longer than `maxFrameBytes`, which it names; nothing has been written then.
 */
export function encodeFrame(
  { json, attachments }: WrittenFrame,
  { maxFrameBytes, parcels }: FrameLimits<ParcelWriter>,
): Buffer {
  const jsonBytes = Buffer.byteLength(json);
  const whole = attachments.reduce((sum, bytes) => sum + WORD + bytes.byteLength, WORD + jsonBytes);
  if (whole > maxFrameBytes) throw new RangeError(tooLarge(whole, maxFrameBytes));
  const places = parcels === undefined ? [] : attachments.map((bytes) => placeOf(bytes, parcels));
  const rest = attachments.reduce(
    (sum, bytes, index) =>
      places[index] === undefined ? sum : sum + PARCEL_ENTRY - WORD - bytes.byteLength,
    whole,
  );
  const buffer = Buffer.allocUnsafe(WORD + rest);
  buffer.writeUInt32LE(rest, 0);
  buffer.writeUInt32LE(jsonBytes, WORD);
  let at = 2 * WORD + buffer.write(json, 2 * WORD);
  for (const [index, bytes] of attachments.entries()) {
    at = writeAttachment(buffer, at, bytes, places[index]);
  }
  return buffer;
}

/** Puts frames together again from the chunks of a stream. */
export class FrameReader<Message> {
  readonly #onFrame: (frame: Frame<Message>) => void;
  readonly #limits: FrameLimits<ParcelReader>;
  readonly #queue = new ByteQueue();
  /** Bytes of the frame that is coming, after its length. Undefined: not even that has come. */
  #rest: number | undefined;

  constructor(limits: FrameLimits<ParcelReader>, onFrame: (frame: Frame<Message>) => void) {
    this.#limits = limits;
    this.#onFrame = onFrame;
  }

  /** Bytes of a frame that has not come whole. */
  get pendingBytes(): number {
    return this.#queue.size + (this.#rest === undefined ? 0 : WORD);
  }

  /**
   * Takes the next chunk and hands on every frame that is whole.
   *
   * @throws RangeError or SyntaxError when the bytes are no frame; nothing read afterwards can be trusted.
   */
  push(chunk: Buffer): void {
    const queue = this.#queue;
    queue.push(chunk);
    for (;;) {
      if (this.#rest === undefined) {
        if (queue.size < WORD) return;
        this.#rest = this.#takeLength();
      }
      if (queue.size < this.#rest) return;
      const rest = this.#rest;
      this.#rest = undefined;
      this.#onFrame(this.#takeFrame(rest));
    }
  }

  #takeLength(): number {
    const length = this.#queue.takeWord();
    const { maxFrameBytes } = this.#limits;
    if (length < WORD) throw new RangeError(`A frame says it is only ${length} bytes long.`);
    if (length > maxFrameBytes) throw new RangeError(tooLarge(length, maxFrameBytes));
    return length;
  }

  #takeFrame(rest: number): Frame<Message> {
    const queue = this.#queue;
    const end = queue.size - rest;
    const jsonBytes = queue.takeWord();
    if (jsonBytes > queue.size - end) {
      throw new RangeError("The JSON of a frame is longer than its frame.");
    }
    const messages: unknown = parse(decoder.decode(queue.take(jsonBytes)));
    if (!Array.isArray(messages)) throw new RangeError("A frame holds no list of messages.");
    const attachments: Uint8Array[] = [];
    while (queue.size > end) attachments.push(this.#takeAttachment(queue.size - end));
    return { messages: messages as Message[], attachments };
  }

  #takeAttachment(left: number): Uint8Array {
    if (left < WORD) throw new RangeError("An attachment is longer than its frame.");
    const length = this.#queue.takeWord();
    const { parcels } = this.#limits;
    if (parcels !== undefined && length === PARCEL && left >= PARCEL_ENTRY) {
      const size = this.#queue.takeWord();
      return parcels.take(this.#queue.take(8).readDoubleLE(0), size);
    }
    if (length > left - WORD) throw new RangeError("An attachment is longer than its frame.");
    return this.#queue.takeOwn(length);
  }
}

function placeOf(bytes: Uint8Array, parcels: ParcelWriter): number | undefined {
  return bytes.byteLength < PARCEL_BYTES ? undefined : parcels.put(bytes);
}

/** Returns where the next one goes. */
function writeAttachment(
  buffer: Buffer,
  at: number,
  bytes: Uint8Array,
  place: number | undefined,
): number {
  const size = bytes.byteLength;
  if (place !== undefined) {
    buffer.writeUInt32LE(PARCEL, at);
    buffer.writeUInt32LE(size, at + WORD);
    return buffer.writeDoubleLE(place, at + 2 * WORD);
  }
  buffer.writeUInt32LE(size, at);
  buffer.set(bytes, at + WORD);
  return at + WORD + size;
}

function tooLarge(bytes: number, maxFrameBytes: number): string {
  return `A frame of ${bytes} bytes is over the ${maxFrameBytes} that may cross (pools.process.maxFrameBytes)`;
}
