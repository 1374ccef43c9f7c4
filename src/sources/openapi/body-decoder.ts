/** Decompression of answers as they come (RFC 9110, section 8.4). */
import { PassThrough, type Transform } from "node:stream";
import * as zlib from "node:zlib";
import { ToolError } from "../../core/tool-error.ts";

/** Who hears of what comes out. */
export interface DecodedSink {
  onData(piece: Buffer): void;
  onEnd(): void;
  onError(error: Error): void;
}

/** Where what goes in comes from: it is asked to wait while there is too much. */
export interface PausableSource {
  pause(): void;
  resume(): void;
}

/** What is asked for in `Accept-Encoding`. */
export const ACCEPTED_ENCODINGS = "gzip, deflate, br, zstd";

/** Decompresses one answer. */
export class BodyDecoder {
  readonly #stream: Transform;

  constructor(stream: Transform, sink: DecodedSink) {
    this.#stream = stream;
    stream.on("data", (piece: Buffer) => sink.onData(piece));
    stream.on("end", () => sink.onEnd());
    stream.on("error", (error: Error) => sink.onError(error));
  }

  write(chunk: Buffer, source: PausableSource): void {
    if (this.#stream.write(chunk)) return;
    source.pause();
    this.#stream.once("drain", () => source.resume());
  }

  end(): void {
    this.#stream.end();
  }

  destroy(): void {
    this.#stream.destroy();
  }
}

/**
 * A decoder for a `Content-Encoding`.
 *
 * @param first - The first piece: it tells which of its two forms `deflate` has.
 * @throws ToolError `OUTPUT_INVALID` when nobody asked for that encoding.
 */
export function bodyDecoder(encoding: string, first: Buffer, sink: DecodedSink): BodyDecoder {
  return new BodyDecoder(decompressor(encoding.trim().toLowerCase(), first), sink);
}

function decompressor(encoding: string, first: Buffer): Transform {
  switch (encoding) {
    case "gzip":
    case "x-gzip":
      return zlib.createGunzip();
    case "deflate":
      return isZlib(first) ? zlib.createInflate() : zlib.createInflateRaw();
    case "br":
      return zlib.createBrotliDecompress();
    case "zstd":
      return zlib.createZstdDecompress();
    case "identity":
    case "":
      return new PassThrough();
    default:
      throw new ToolError("OUTPUT_INVALID", `The answer has the unknown encoding "${encoding}".`);
  }
}

/** RFC 1950: method 8, and the first two bytes are a multiple of 31. */
function isZlib(first: Buffer): boolean {
  const [method = 0, flags = 0] = first;
  return (method & 15) === 8 && ((method << 8) | flags) % 31 === 0;
}
