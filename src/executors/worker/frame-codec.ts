/**
 * Frames on a byte stream. All numbers are unsigned 32-bit little-endian, places are 64-bit floats:
 *
 *   length of the rest │ length of the JSON │ JSON │ { kind │ length │ the bytes } …
 *                                                  │ { kind │ length │ place }     …
 *
 * A large attachment may be a parcel (see parcels.ts), of which the frame holds only the place.
 */
import { ByteQueue } from "./byte-queue.ts";
import { PARCEL_BYTES, type ParcelReader, type ParcelWriter } from "./parcels.ts";
import type { Attachment, Frame } from "./protocol.ts";
import { type TextEncoding, encodedSize, encodingOf } from "./text-encoding.ts";
import type { WrittenFrame } from "./written-frame.ts";

const WORD = 4;
/** Before an attachment: its kind, its length. */
const ENTRY = 2 * WORD;
const PLACE = 8;
/** Kinds of attachments: the place of their encoding here. Bytes have none. */
const ENCODINGS: readonly (TextEncoding | undefined)[] = [undefined, "latin1", "utf16le"];
/** Added to the kind of a parcel. */
const PARCEL = 0x100;
const CUT = "An attachment is longer than its frame.";
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
  const parts = attachments.map(partOf);
  const whole = parts.reduce((sum, { size }) => sum + ENTRY + size, WORD + jsonBytes);
  if (whole > maxFrameBytes) throw new RangeError(tooLarge(whole, maxFrameBytes));
  const places = parts.map((part) => parcels && placeOf(part, parcels));
  const rest = parts.reduce(
    (sum, { size }, index) => (places[index] === undefined ? sum : sum + PLACE - size),
    whole,
  );
  const buffer = Buffer.allocUnsafe(WORD + rest);
  buffer.writeUInt32LE(rest, 0);
  buffer.writeUInt32LE(jsonBytes, WORD);
  let at = 2 * WORD + buffer.write(json, 2 * WORD);
  for (const [index, part] of parts.entries()) at = writePart(buffer, at, part, places[index]);
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
    return { messages: messages as Message[], attachments: this.#takeAttachments(end, rest) };
  }

  /** @param end - What is left in the queue after them. @param rest - Size of their frame. */
  #takeAttachments(end: number, rest: number): Attachment[] {
    const attachments: Attachment[] = [];
    // A parcel is a few bytes of its frame, and counts as many as it has.
    let whole = rest;
    while (this.#queue.size > end) {
      const left = this.#queue.size - end - ENTRY;
      if (left < 0) throw new RangeError(CUT);
      const kind = this.#queue.takeWord();
      const size = this.#queue.takeWord();
      const encoding = encodingIn(kind & ~PARCEL);
      if ((kind & PARCEL) === 0) {
        if (size > left) throw new RangeError(CUT);
        attachments.push(this.#takeBytes(size, encoding));
      } else {
        if (left < PLACE) throw new RangeError(CUT);
        whole += size;
        if (whole > this.#limits.maxFrameBytes)
          throw new RangeError(tooLarge(whole, this.#limits.maxFrameBytes));
        attachments.push(this.#takeParcel(size, encoding));
      }
    }
    return attachments;
  }

  #takeBytes(size: number, encoding: TextEncoding | undefined): Attachment {
    if (encoding === undefined) return this.#queue.takeOwn(size);
    return this.#queue.takeText(size, encoding);
  }

  #takeParcel(size: number, encoding: TextEncoding | undefined): Attachment {
    const { parcels } = this.#limits;
    const place = this.#queue.take(PLACE).readDoubleLE(0);
    if (parcels === undefined) throw new RangeError("A frame names a parcel, and there are none.");
    return encoding === undefined
      ? parcels.take(place, size)
      : parcels.takeText(place, size, encoding);
  }
}

/** An attachment, and what is to be known to write it. */
interface Part {
  readonly content: Attachment;
  readonly encoding: TextEncoding | undefined;
  /** In bytes. */
  readonly size: number;
}

function partOf(content: Attachment): Part {
  if (typeof content !== "string")
    return { content, encoding: undefined, size: content.byteLength };
  const encoding = encodingOf(content);
  return { content, encoding, size: encodedSize(content, encoding) };
}

function placeOf({ content, encoding, size }: Part, parcels: ParcelWriter): number | undefined {
  if (size < PARCEL_BYTES) return undefined;
  if (typeof content !== "string") return parcels.put(content);
  return parcels.putText(content, encoding as TextEncoding);
}

/** Returns where the next one goes. */
function writePart(
  buffer: Buffer,
  at: number,
  { content, encoding, size }: Part,
  place: number | undefined,
): number {
  const kind = ENCODINGS.indexOf(encoding);
  buffer.writeUInt32LE(place === undefined ? kind : kind + PARCEL, at);
  buffer.writeUInt32LE(size, at + WORD);
  if (place !== undefined) return buffer.writeDoubleLE(place, at + ENTRY);
  if (typeof content === "string") buffer.write(content, at + ENTRY, encoding);
  else buffer.set(content, at + ENTRY);
  return at + ENTRY + size;
}

function encodingIn(kind: number): TextEncoding | undefined {
  if (kind >= ENCODINGS.length) throw new RangeError(`A frame holds something of kind ${kind}.`);
  return ENCODINGS[kind];
}

function tooLarge(bytes: number, maxFrameBytes: number): string {
  return `A frame of ${bytes} bytes is over the ${maxFrameBytes} that may cross (pools.process.maxFrameBytes)`;
}
