import type { TextEncoding } from "./text-encoding.ts";

/** Bytes that came in chunks, taken out in pieces. What is taken is copied once, however many chunks it is in. */
export class ByteQueue {
  #chunks: Buffer[] = [];
  /** Place in the first chunk of the next byte. */
  #at = 0;
  #size = 0;

  /** Bytes that are in. */
  get size(): number {
    return this.#size;
  }

  /** Adds a chunk. It must not change while it is in. */
  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#size += chunk.length;
  }

  /** Takes an unsigned 32-bit little-endian number. @throws RangeError when fewer bytes are in. */
  takeWord(): number {
    return this.take(4).readUInt32LE(0);
  }

  /** Takes bytes, perhaps as a view of a chunk. @throws RangeError when fewer are in. */
  take(count: number): Buffer {
    const first = this.#chunks[0];
    if (first === undefined || this.#at + count > first.length) return this.#gather(count);
    const bytes = first.subarray(this.#at, this.#at + count);
    this.#skip(count);
    return bytes;
  }

  /** Takes bytes into a buffer of their own. @throws RangeError when fewer are in. */
  takeOwn(count: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#gather(count).buffer);
  }

  /** Takes text of so many bytes. @throws RangeError when fewer are in. */
  takeText(count: number, encoding: TextEncoding): string {
    return this.take(count).toString(encoding);
  }

  #gather(count: number): Buffer<ArrayBuffer> {
    if (count > this.#size) throw new RangeError("Fewer bytes have come than are to be taken.");
    const bytes = Buffer.allocUnsafeSlow(count);
    for (let filled = 0; filled < count;) {
      const chunk = this.#chunks[0] as Buffer;
      const part = Math.min(chunk.length - this.#at, count - filled);
      bytes.set(chunk.subarray(this.#at, this.#at + part), filled);
      filled += part;
      this.#skip(part);
    }
    return bytes;
  }

  #skip(count: number): void {
    this.#at += count;
    this.#size -= count;
    if (this.#at < (this.#chunks[0] as Buffer).length) return;
    this.#chunks.shift();
    this.#at = 0;
  }
}
