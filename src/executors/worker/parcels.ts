/**
 * Large attachments between two processes, past the socket: in a file in memory that both hold open. One copy
 * into the file and one out of it, each in a single system call, where a socket takes dozens and as many
 * changes between the processes.
 *
 *   file    │ how far the reader is │ ring: … taken │ parcel │ parcel │ free … │
 *
 * A parcel's place counts every byte that ever went into the ring, so it only grows, and the ring is free up to
 * where the reader says it is. The reader takes parcels in the order they were put, for their frames arrive in
 * order. When all are taken the next one goes to the start again: memory that is warm.
 */
import { readSync, writeSync } from "node:fs";

const HEAD_BYTES = 8;

/** Bytes of attachments that can be on their way in one direction. More is sent over the socket. */
export const RING_BYTES: number = 8 * 1024 * 1024;
/** Where each direction has its ring in the file. */
export const RING_STARTS = { toWorker: 0, fromWorker: HEAD_BYTES + RING_BYTES } as const;
/** Attachments from this size on are parcels. */
export const PARCEL_BYTES: number = 16 * 1024;

/** The sending side of a ring. */
export class ParcelWriter {
  readonly #fd: number;
  readonly #start: number;
  readonly #head = new Float64Array(1);
  #written = 0;
  #taken = 0;

  /** @param start - Of its ring in the file: one of {@link RING_STARTS}. */
  constructor(fd: number, start: number) {
    this.#fd = fd;
    this.#start = start;
  }

  /** Puts bytes into the ring and returns their place; undefined when they must go another way. */
  put(bytes: Uint8Array): number | undefined {
    const size = bytes.byteLength;
    if (size > RING_BYTES) return undefined;
    try {
      const place = this.#placeFor(size);
      if (place === undefined) return undefined;
      const at = this.#start + HEAD_BYTES + (place % RING_BYTES);
      if (writeSync(this.#fd, bytes, 0, size, at) !== size) return undefined;
      this.#written = place + size;
      return place;
    } catch {
      // The memory for such files may be little, and full.
      return undefined;
    }
  }

  #placeFor(size: number): number | undefined {
    readSync(this.#fd, this.#head, 0, HEAD_BYTES, this.#start);
    const taken = this.#head[0] as number;
    if (taken > this.#taken && taken <= this.#written) this.#taken = taken;
    const left = RING_BYTES - (this.#written % RING_BYTES);
    const start = this.#written + (left % RING_BYTES);
    if (this.#taken === this.#written) {
      this.#taken = start;
      this.#written = start;
    }
    const place = left < size ? start : this.#written;
    return place + size - this.#taken <= RING_BYTES ? place : undefined;
  }
}

/** The receiving side of a ring. */
export class ParcelReader {
  readonly #fd: number;
  readonly #start: number;
  readonly #head = new Float64Array(1);

  /** @param start - Of its ring in the file: one of {@link RING_STARTS}. */
  constructor(fd: number, start: number) {
    this.#fd = fd;
    this.#start = start;
  }

  /** Takes a parcel into a buffer of its own. @throws RangeError when there is none like that. */
  take(place: number, size: number): Uint8Array<ArrayBuffer> {
    const at = place % RING_BYTES;
    if (!Number.isSafeInteger(place) || place < 0 || at + size > RING_BYTES) {
      throw new RangeError("A frame names a parcel that cannot be.");
    }
    const bytes = new Uint8Array(Buffer.allocUnsafeSlow(size).buffer);
    if (readSync(this.#fd, bytes, 0, size, this.#start + HEAD_BYTES + at) !== size) {
      throw new RangeError("A parcel is shorter than its frame says.");
    }
    this.#head[0] = place + size;
    writeSync(this.#fd, this.#head, 0, HEAD_BYTES, this.#start);
    return bytes;
  }
}
