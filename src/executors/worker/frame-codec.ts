/**
 * Frames on a byte stream. All numbers are unsigned 32-bit little-endian:
 *
 *   length of the rest │ length of the JSON │ JSON │ { length of an attachment │ its bytes } …
 */
import type { Frame } from "./protocol.ts";
import type { WrittenFrame } from "./written-frame.ts";

const WORD = 4;
const decoder = new TextDecoder();
// Tools may replace globals; what carries their answers must not depend on them.
const { parse } = JSON;

/** Largest frame that is taken; a longer one means that the stream is out of step. */
export const MAX_FRAME_BYTES: number = 256 * 1024 * 1024;

/**
 * Puts a frame into bytes.
 *
 * @throws RangeError when it is longer than {@link MAX_FRAME_BYTES}.
 */
export function encodeFrame({ json, attachments }: WrittenFrame): Buffer {
  const jsonBytes = Buffer.byteLength(json);
  const rest = attachments.reduce((sum, bytes) => sum + WORD + bytes.byteLength, WORD + jsonBytes);
  if (rest > MAX_FRAME_BYTES) {
    throw new RangeError(`A frame of ${rest} bytes is over the ${MAX_FRAME_BYTES} that may cross.`);
  }
  const buffer = Buffer.allocUnsafe(WORD + rest);
  buffer.writeUInt32LE(rest, 0);
  buffer.writeUInt32LE(jsonBytes, WORD);
  let at = 2 * WORD + buffer.write(json, 2 * WORD);
  for (const bytes of attachments) {
    buffer.writeUInt32LE(bytes.byteLength, at);
    buffer.set(bytes, at + WORD);
    at += WORD + bytes.byteLength;
  }
  return buffer;
}

/** Puts frames together again from the chunks of a stream. */
export class FrameReader<Message> {
  readonly #onFrame: (frame: Frame<Message>) => void;
  #chunks: Buffer[] = [];
  #buffered = 0;
  /** Bytes needed before anything can be done. */
  #needed = WORD;

  constructor(onFrame: (frame: Frame<Message>) => void) {
    this.#onFrame = onFrame;
  }

  /** Bytes of a frame that has not come whole. */
  get pendingBytes(): number {
    return this.#buffered;
  }

  /**
   * Takes the next chunk and hands on every frame that is whole.
   *
   * @throws RangeError or SyntaxError when the bytes are no frame; nothing read afterwards can be trusted.
   */
  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    if (this.#buffered < this.#needed) return;
    let bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    for (;;) {
      this.#needed = WORD + (bytes.length < WORD ? 0 : frameLength(bytes));
      if (bytes.length < this.#needed || bytes.length < WORD) break;
      const body = bytes.subarray(WORD, this.#needed);
      bytes = bytes.subarray(this.#needed);
      this.#onFrame(decodeFrame(body));
    }
    this.#chunks = bytes.length > 0 ? [bytes] : [];
    this.#buffered = bytes.length;
  }
}

function frameLength(bytes: Buffer): number {
  const length = bytes.readUInt32LE(0);
  if (length < WORD || length > MAX_FRAME_BYTES) {
    throw new RangeError(
      `A frame says it is ${length} bytes long; 4 to ${MAX_FRAME_BYTES} may be.`,
    );
  }
  return length;
}

function decodeFrame<Message>(body: Buffer): Frame<Message> {
  const jsonEnd = WORD + body.readUInt32LE(0);
  if (jsonEnd > body.length) throw new RangeError("The JSON of a frame is longer than its frame.");
  const messages = parse(decoder.decode(body.subarray(WORD, jsonEnd))) as Message[];
  const attachments: Uint8Array[] = [];
  for (let at = jsonEnd; at < body.length;) {
    const start = at + WORD;
    const end = start + (start <= body.length ? body.readUInt32LE(at) : Infinity);
    if (end > body.length) throw new RangeError("An attachment is longer than its frame.");
    attachments.push(body.subarray(start, end));
    at = end;
  }
  return { messages, attachments };
}
