/**
 * Large attachments between two processes, past the socket: in files in memory that both hold open. One copy
 * into the file and one out of it, each in a single system call, where a socket takes dozens and as many
 * changes between the processes.
 *
 *   file of each side   │ how far it has read the other's │ its ring: … taken │ parcel │ parcel │ free … │
 *
 * Each side writes to its own file only, for two who write to one wait for each other.
 *
 * A parcel's place counts every byte that ever went into the ring, so it only grows, and the ring is free up to
 * where the reader says it is. The reader takes parcels in the order they were put, for their frames arrive in
 * order. A parcel goes to the start of the ring as soon as there is room for it: that memory is warm.
 */
import { readSync, writeSync } from "node:fs";
import { type TextEncoding, encodedSize } from "./text-encoding.ts";

const HEAD_BYTES = 8;

/** Bytes of attachments that can be on their way in one direction. More is sent over the socket. */
export const RING_BYTES: number = 8 * 1024 * 1024;
/** Attachments from this size on are parcels. */
export const PARCEL_BYTES: number = 16 * 1024;
/** Memory that a reader keeps to read texts into, at most. */
const MAX_SCRATCH_BYTES = 2 * 1024 * 1024;

/** The two files, as one side holds them. */
export interface ParcelFiles {
  /** Descriptor of the file that this side writes to. */
  readonly own: number;
  /** Descriptor of the file that the other side writes to. */
  readonly others: number;
}

/** The sending side of a ring. */
export class ParcelWriter {
  readonly #files: ParcelFiles;
  readonly #head = new Float64Array(1);
  #written = 0;
  #taken = 0;
  /** Bytes of all parcels it has put. */
  sentBytes = 0;

  constructor(files: ParcelFiles) {
    this.#files = files;
  }

  /** Puts bytes into the ring and returns their place; undefined when they must go another way. */
  put(bytes: Uint8Array): number | undefined {
    const { byteLength } = bytes;
    return this.#put(byteLength, (fd, at) => writeSync(fd, bytes, 0, byteLength, at));
  }

  /** Puts text into the ring, and returns its place as {@link put} does. */
  putText(text: string, encoding: TextEncoding): number | undefined {
    const size = encodedSize(text, encoding);
    return this.#put(size, (fd, at) => writeSync(fd, text, at, encoding));
  }

  #put(size: number, write: (fd: number, at: number) => number): number | undefined {
    if (size > RING_BYTES) return undefined;
    try {
      const place = this.#placeFor(size);
      if (place === undefined) return undefined;
      if (write(this.#files.own, HEAD_BYTES + (place % RING_BYTES)) !== size) return undefined;
      this.#written = place + size;
      this.sentBytes += size;
      return place;
    } catch {
      // The memory for such files may be little, and full.
      return undefined;
    }
  }

  #placeFor(size: number): number | undefined {
    readSync(this.#files.others, this.#head, 0, HEAD_BYTES, 0);
    const taken = this.#head[0] as number;
    if (taken > this.#taken && taken <= this.#written) this.#taken = taken;
    const left = RING_BYTES - (this.#written % RING_BYTES);
    const start = this.#written + (left % RING_BYTES);
    if (this.#taken === this.#written) {
      this.#taken = start;
      this.#written = start;
    }
    const end = this.#taken + RING_BYTES;
    if (start + size <= end) return start;
    return left >= size && this.#written + size <= end ? this.#written : undefined;
  }
}

/** The receiving side of a ring. */
export class ParcelReader {
  readonly #files: ParcelFiles;
  readonly #head = new Float64Array(1);
  /** Where texts are read into, for they are copied out of it at once. Warm memory is twice as fast as fresh. */
  #scratch = Buffer.alloc(0);
  /** Bytes of all parcels it has taken. */
  receivedBytes = 0;

  constructor(files: ParcelFiles) {
    this.#files = files;
  }

  /** Takes a parcel into a buffer of its own. @throws RangeError when there is none like that. */
  take(place: number, size: number): Uint8Array<ArrayBuffer> {
    checkPlace(place, size);
    const bytes = new Uint8Array(Buffer.allocUnsafeSlow(size).buffer);
    this.#read(bytes, place, size);
    return bytes;
  }

  /** Takes a parcel as text. @throws RangeError when there is none like that. */
  takeText(place: number, size: number, encoding: TextEncoding): string {
    checkPlace(place, size);
    const scratch = this.#scratchOf(size);
    this.#read(scratch, place, size);
    return scratch.toString(encoding, 0, size);
  }

  #scratchOf(size: number): Buffer {
    if (size <= this.#scratch.length) return this.#scratch;
    const scratch = Buffer.allocUnsafeSlow(size);
    if (size <= MAX_SCRATCH_BYTES) this.#scratch = scratch;
    return scratch;
  }

  #read(into: Uint8Array, place: number, size: number): void {
    const at = HEAD_BYTES + (place % RING_BYTES);
    if (readSync(this.#files.others, into, 0, size, at) !== size) {
      throw new RangeError("A parcel is shorter than its frame says.");
    }
    this.#head[0] = place + size;
    writeSync(this.#files.own, this.#head, 0, HEAD_BYTES, 0);
    this.receivedBytes += size;
  }
}

function checkPlace(place: number, size: number): void {
  if (!Number.isSafeInteger(place) || place < 0 || (place % RING_BYTES) + size > RING_BYTES) {
    throw new RangeError("A frame names a parcel that cannot be.");
  }
}
