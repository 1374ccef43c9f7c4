import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  array,
  assert,
  constant,
  constantFrom,
  integer,
  oneof,
  property,
  record,
  string,
  tuple,
  uint8Array,
} from "fast-check";
import { describe, expect, test } from "vitest";
import { FrameReader, encodeFrame } from "./frame-codec.ts";
import { uglyText } from "../../testing/portable-values.ts";
import { PARCEL_BYTES, ParcelReader, ParcelWriter } from "./parcels.ts";
import { type Attachment, type Frame, attachmentSize } from "./protocol.ts";
import { writeFrame } from "./written-frame.ts";

function frameOf(messages: unknown[], ...attachments: Attachment[]): Frame<unknown> {
  return { messages, attachments };
}

const LIMITS = { maxFrameBytes: 1024 * 1024 };

const bytesOf = (frame: Frame<unknown>): Buffer => encodeFrame(writeFrame(frame), LIMITS);

/** Bytes as lists of numbers, text as it is. */
const plain = (attachment: Attachment): unknown =>
  typeof attachment === "string" ? attachment : Array.from(attachment);

/** What comes out of the chunks, with bytes as lists of numbers. */
function read(chunks: readonly Buffer[]): unknown[] {
  const frames: unknown[] = [];
  const reader = new FrameReader<unknown>(LIMITS, ({ messages, attachments }) =>
    frames.push([messages, attachments.map(plain)]),
  );
  for (const chunk of chunks) reader.push(chunk);
  return frames;
}

const SAMPLES = [
  frameOf([{ type: "ready" }]),
  frameOf(["grüße 👋", null], new Uint8Array([1, 2, 3]), new Uint8Array(0)),
  frameOf([]),
  frameOf([1], new Uint8Array(300).fill(7)),
  frameOf(["texts"], "", "grüße", "half 👋".slice(0, 6), new Uint8Array([1])),
];
const EXPECTED = SAMPLES.map(({ messages, attachments }) => [messages, attachments.map(plain)]);

describe("frames on a stream", () => {
  const stream = Buffer.concat(SAMPLES.map(bytesOf));

  test("arrive whole when they come in one chunk", () => {
    expect(read([stream])).toEqual(EXPECTED);
  });

  test("arrive whole wherever the stream is split in two", () => {
    for (let at = 0; at <= stream.length; at += 1) {
      expect(read([stream.subarray(0, at), stream.subarray(at)])).toEqual(EXPECTED);
    }
  });

  test("arrive whole byte by byte", () => {
    const chunks = Array.from(stream, (byte) => Buffer.from([byte]));
    expect(read(chunks)).toEqual(EXPECTED);
  });

  test("arrive as they were sent, whatever they are and however they are cut", () => {
    const attachment = oneof(uint8Array(), uglyText);
    const frames = array(tuple(array(string({ unit: "binary" })), array(attachment)));
    assert(
      property(frames, array(integer({ min: 0, max: 400 })), (sent, cuts) => {
        const all = Buffer.concat(sent.map(([texts, rest]) => bytesOf(frameOf(texts, ...rest))));
        const places = [0, ...cuts.filter((cut) => cut < all.length), all.length].toSorted(
          (one, other) => one - other,
        );
        const chunks = places.slice(1).map((end, place) => all.subarray(places[place], end));
        expect(read(chunks)).toEqual(sent.map(([texts, rest]) => [texts, rest.map(plain)]));
      }),
    );
  });

  test("do not arrive before their last byte", () => {
    const reader = new FrameReader(LIMITS, () => expect.unreachable());
    const [bytes] = SAMPLES.map(bytesOf);
    reader.push((bytes as Buffer).subarray(0, -1));
    expect(reader.pendingBytes).toBe((bytes as Buffer).length - 1);
  });

  test("leave nothing pending", () => {
    const reader = new FrameReader(LIMITS, () => {});
    reader.push(stream);
    expect(reader.pendingBytes).toBe(0);
  });
});

describe("a stream that is out of step", () => {
  test.each([
    ["text", Buffer.from("this is no frame at all")],
    ["a length of 0", Buffer.alloc(8)],
    ["a length that is too short", Buffer.from([3, 0, 0, 0, 0, 0, 0])],
    ["a length over the largest", lengths(LIMITS.maxFrameBytes + 1, 0)],
    ["JSON longer than its frame", lengths(4, 5)],
    [
      "an attachment longer than its frame",
      Buffer.concat([lengths(14, 2), Buffer.from("[]"), lengths(0, 9)]),
    ],
    [
      "an attachment of a kind that is none",
      Buffer.concat([lengths(14, 2), Buffer.from("[]"), lengths(3, 0)]),
    ],
    [
      "a parcel where there are none",
      Buffer.concat([lengths(22, 2), Buffer.from("[]"), lengths(256, 1, 0, 0)]),
    ],
    [
      "an attachment without its length",
      Buffer.concat([lengths(8, 2), Buffer.from("[]"), Buffer.alloc(2)]),
    ],
    ["JSON that is none", Buffer.concat([lengths(6, 2), Buffer.from("[,")])],
    ["JSON that is no list", Buffer.concat([lengths(6, 2), Buffer.from("{}")])],
    ["JSON that is cut", Buffer.concat([lengths(6, 2), Buffer.from('["')])],
  ])("%s is an error at once", (_name, bytes) => {
    const reader = new FrameReader(LIMITS, () => expect.unreachable());
    expect(() => reader.push(bytes)).toThrow(/frame|JSON/i);
  });

  test("never makes a reader do anything but hand on a frame or throw", () => {
    assert(
      property(uint8Array({ maxLength: 64 }), (garbage) => {
        try {
          read([Buffer.from(garbage)]);
        } catch (thrown) {
          expect([RangeError, SyntaxError]).toContain((thrown as Error).constructor);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test("and so does a frame with one byte changed", () => {
    const stream = bytesOf(SAMPLES[1] as Frame<unknown>);
    assert(
      property(
        integer({ min: 0, max: stream.length - 1 }),
        integer({ min: 0, max: 255 }),
        (at, byte) => {
          const changed = Buffer.from(stream);
          changed[at] = byte;
          try {
            read([changed]);
          } catch (thrown) {
            expect([RangeError, SyntaxError]).toContain((thrown as Error).constructor);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe("a stream that was damaged on its way", () => {
  const stream = Buffer.concat(SAMPLES.map(bytesOf));
  const place = integer({ min: 0, max: stream.length });
  const change = oneof(
    record({ kind: constant("flip"), place, value: integer({ min: 1, max: 255 }) }),
    record({ kind: constant("cut"), place, value: integer({ min: 1, max: 40 }) }),
    record({ kind: constant("insert"), place, value: integer({ min: 0, max: 255 }) }),
    record({
      kind: constant("lie"),
      place,
      value: constantFrom(0, 3, 4, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff),
    }),
  );

  test("gives frames or an error, and never more bytes than came", () => {
    assert(
      property(
        array(change, { minLength: 1, maxLength: 4 }),
        integer({ min: 1, max: 400 }),
        (changes, size) => {
          const bytes = changes.reduce(damaged, stream);
          let received = 0;
          const reader = new FrameReader<unknown>(LIMITS, ({ messages, attachments }) => {
            expect(messages).toBeInstanceOf(Array);
            for (const one of attachments) received += attachmentSize(one);
          });
          try {
            for (let at = 0; at < bytes.length; at += size)
              reader.push(bytes.subarray(at, at + size));
          } catch (thrown) {
            expect([RangeError, SyntaxError]).toContain((thrown as Error).constructor);
          }
          expect(received).toBeLessThanOrEqual(bytes.length);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  test("is over the limit when its parcels are, however small it is itself", () => {
    const parcels = { take: () => new Uint8Array(0), takeText: () => "" };
    const reader = new FrameReader({ ...LIMITS, parcels: parcels as unknown as ParcelReader }, () =>
      expect.unreachable(),
    );
    const half = LIMITS.maxFrameBytes / 2;
    const parcel = lengths(256, half, 0, 0);
    const rest = Buffer.concat([lengths(2), Buffer.from("[]"), parcel, parcel]);
    expect(() => reader.push(Buffer.concat([lengths(rest.length), rest]))).toThrow(
      /over the 1048576/,
    );
  });

  test("gives frames or an error also with parcels in it", () => {
    const folder = mkdtempSync(join(tmpdir(), "frames-"));
    const [own, others] = ["own", "others"].map((name) => openSync(join(folder, name), "w+"));
    const files = { own: own as number, others: others as number };
    const outgoing = { ...LIMITS, parcels: new ParcelWriter(files) };
    const bytes = new Uint8Array(PARCEL_BYTES).fill(5);
    const texts = ["ü".repeat(PARCEL_BYTES), "€".repeat(PARCEL_BYTES)];
    const attachments = [bytes, ...texts, bytes];
    const sent = encodeFrame({ json: '["with parcels"]', attachments }, outgoing);
    expect(sent.length).toBeLessThan(100);
    const readAll = (chunk: Buffer): unknown[] => {
      const frames: unknown[] = [];
      const parcels = new ParcelReader({ own: files.others, others: files.own });
      new FrameReader<unknown>({ ...LIMITS, parcels }, (frame) => frames.push(frame)).push(chunk);
      return frames;
    };
    expect(readAll(sent)).toEqual([{ messages: ["with parcels"], attachments }]);
    assert(
      property(array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const near = changes.map((one) => ({ ...one, place: one.place % sent.length }));
        try {
          readAll(near.reduce(damaged, sent));
        } catch (thrown) {
          expect([RangeError, SyntaxError]).toContain((thrown as Error).constructor);
        }
      }),
      { numRuns: 1_000 },
    );
    closeSync(files.own);
    closeSync(files.others);
    rmSync(folder, { recursive: true });
  });
});

test("a frame that is too large is refused where it is made", () => {
  const half = new Uint8Array(LIMITS.maxFrameBytes / 2);
  expect(() => bytesOf(frameOf([], half, half))).toThrow(
    /^A frame of 1048598 bytes is over the 1048576 that may cross \(pools\.process\.maxFrameBytes\)$/,
  );
});

function damaged(
  bytes: Buffer,
  { kind, place: at, value }: { kind: string; place: number; value: number },
): Buffer {
  if (kind === "cut") return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + value)]);
  const inserted = Buffer.from(kind === "insert" ? [value, value, value] : []);
  const changed = Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at)]);
  if (kind === "flip" && at < changed.length) changed[at] = (changed[at] ?? 0) ^ value;
  if (kind === "lie" && at + 4 <= changed.length) changed.writeUInt32LE(value, at);
  return changed;
}

/** Unsigned 32-bit little-endian numbers, one after the other. */
function lengths(...numbers: number[]): Buffer {
  const bytes = Buffer.alloc(numbers.length * 4);
  for (const [place, number] of numbers.entries()) bytes.writeUInt32LE(number, place * 4);
  return bytes;
}
