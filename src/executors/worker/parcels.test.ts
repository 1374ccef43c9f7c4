import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { array, assert, boolean, integer, property, tuple } from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ParcelFiles, ParcelReader, ParcelWriter, RING_BYTES } from "./parcels.ts";

let folder: string;
let ours: ParcelFiles;
let writer: ParcelWriter;
let reader: ParcelReader;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "parcels-"));
  ours = {
    own: openSync(join(folder, "own"), "w+"),
    others: openSync(join(folder, "others"), "w+"),
  };
  writer = new ParcelWriter(ours);
  reader = new ParcelReader({ own: ours.others, others: ours.own });
});
afterEach(() => {
  closeSync(ours.own);
  closeSync(ours.others);
  rmSync(folder, { recursive: true });
});

const MIB = 1024 * 1024;

/** Bytes that are told from others of their size by any of them. */
const bytesOf = (size: number, mark: number): Uint8Array => new Uint8Array(size).fill(mark);

describe("a ring of parcels", () => {
  test("gives back what was put in, in a buffer of its own", () => {
    const place = writer.put(new Uint8Array([9, 1, 2, 9]).subarray(1, 3)) as number;
    const bytes = reader.take(place, 2);
    expect([...bytes]).toEqual([1, 2]);
    expect(bytes.buffer.byteLength).toBe(2);
  });

  test("takes no more than it holds, and goes on when the reader has taken something", () => {
    const half = RING_BYTES / 2;
    const first = writer.put(bytesOf(half, 1)) as number;
    const second = writer.put(bytesOf(half, 2)) as number;
    expect(writer.put(bytesOf(1, 3))).toBeUndefined();
    expect(reader.take(first, half)[half - 1]).toBe(1);
    const third = writer.put(bytesOf(half, 3)) as number;
    expect(writer.put(bytesOf(1, 4))).toBeUndefined();
    expect(reader.take(second, half)[0]).toBe(2);
    expect(reader.take(third, half)[0]).toBe(3);
  });

  test("refuses what is larger than the ring", () => {
    expect(writer.put(new Uint8Array(RING_BYTES + 1))).toBeUndefined();
    expect(writer.put(new Uint8Array(RING_BYTES))).toBeDefined();
  });

  test("uses the same memory again while little is on its way", () => {
    for (let round = 0; round < 100; round += 1) {
      const one = writer.put(bytesOf(MIB, round)) as number;
      const two = writer.put(bytesOf(MIB, round + 1)) as number;
      expect(two % RING_BYTES).toBeLessThan(3 * MIB);
      expect([reader.take(one, MIB)[7], reader.take(two, MIB)[7]]).toEqual([round, round + 1]);
    }
  });

  test("keeps parcels apart, whatever is put and taken when", () => {
    const steps = array(tuple(boolean(), integer({ min: 1, max: RING_BYTES / 2 })), {
      maxLength: 60,
    });
    assert(
      property(steps, (taken) => {
        const waiting: { place: number; size: number; mark: number }[] = [];
        const takeFirst = (): void => {
          const parcel = waiting.shift();
          if (parcel === undefined) return;
          const bytes = reader.take(parcel.place, parcel.size);
          expect([bytes.length, bytes[0], bytes.at(-1)]).toEqual([
            parcel.size,
            parcel.mark,
            parcel.mark,
          ]);
        };
        for (const [index, [takes, size]] of taken.entries()) {
          const mark = (index % 255) + 1;
          const place = writer.put(bytesOf(size, mark));
          if (place !== undefined) waiting.push({ place, size, mark });
          if (takes) takeFirst();
        }
        while (waiting.length > 0) takeFirst();
      }),
      { numRuns: 20 },
    );
  });
});

describe("a reader that is told a lie", () => {
  test.each([
    ["a place that is none", Number.NaN, 1],
    ["a place before the first", -8, 1],
    ["half a place", 0.5, 1],
    ["a place without end", Infinity, 1],
    ["a size beyond the ring", 8, RING_BYTES],
    ["a size far beyond it", 0, 4_000_000_000],
    ["a place nobody wrote to", RING_BYTES / 2, 8],
  ])("%s is an error", (_name, place, size) => {
    writer.put(bytesOf(16, 1));
    expect(() => reader.take(place, size)).toThrow(RangeError);
  });
});

test("a reader that lies about how far it is changes nothing", () => {
  for (const lie of [Number.NaN, Infinity, -1, 1e15]) {
    writeSync(ours.others, new Float64Array([lie]), 0, 8, 0);
    const place = writer.put(bytesOf(16, 1)) as number;
    expect(place).toBe((writer.put(bytesOf(16, 1)) as number) - 16);
  }
});

test("where nothing can be written, parcels go another way", () => {
  const readOnly = openSync(join(folder, "own"), "r");
  expect(new ParcelWriter({ ...ours, own: readOnly }).put(bytesOf(16, 1))).toBeUndefined();
  closeSync(readOnly);
});
