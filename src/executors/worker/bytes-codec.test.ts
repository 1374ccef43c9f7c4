import { describe, expect, test } from "vitest";
import { transfer } from "../../core/transfer.ts";
import { OwnedBytes, type Packed, packBytes, unpack } from "./bytes-codec.ts";
import type { Attachment } from "./protocol.ts";

/** The types of Node leave it out. */
const { WebAssembly } = globalThis as unknown as {
  readonly WebAssembly: {
    readonly Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer };
  };
};

const bytesIn = ([first]: readonly Attachment[]): Uint8Array => first as Uint8Array;

describe("bytes marked with transfer", () => {
  test("are copied by policy `copy`, and the mark is used up", () => {
    const value = transfer(new Float64Array([1, 2]));
    const attachments: Attachment[] = [];
    packBytes(value, attachments, "copy");
    expect(bytesIn(attachments).buffer).toBe(value.buffer);
    packBytes(value, attachments, "move");
    expect(value.length).toBe(2);
  });

  test("leave their sender by policy `move`, and cannot be sent again", () => {
    const value = transfer(new Float64Array([1, 2]));
    const attachments: Attachment[] = [];
    const packed = packBytes(value, attachments, "move") as Packed;
    expect(value.length).toBe(0);
    expect(attachments[0]).toBeInstanceOf(OwnedBytes);
    expect(unpack(packed, attachments)).toStrictEqual(new Float64Array([1, 2]));
    expect(() => packBytes(value, attachments, "move")).toThrow("detached");
  });

  test("leave their sender by policy `keep`, and can be sent again until they move", () => {
    const value = transfer(new Float64Array([1, 2]));
    for (const policy of ["keep", "keep", "copy", "move"] as const) {
      const attachments: Attachment[] = [];
      const packed = packBytes(value, attachments, policy) as Packed;
      expect(value.length).toBe(0);
      expect(unpack(packed, attachments)).toStrictEqual(new Float64Array([1, 2]));
      expect(attachments[0] instanceof OwnedBytes).toBe(policy === "move");
    }
    expect(() => packBytes(value, [], "keep")).toThrow("detached");
  });

  test("stay where they are when they are a part of a larger buffer, shared, or cannot be detached", () => {
    const { buffer } = new WebAssembly.Memory({ initial: 1 });
    for (const value of [
      new Uint8Array(8).subarray(1),
      new Uint8Array(new SharedArrayBuffer(8)),
      new Uint8Array(buffer),
      Buffer.from("from the pool of small buffers"),
    ]) {
      const { length } = value;
      const attachments: Attachment[] = [];
      packBytes(transfer(value), attachments, "move");
      expect([value.length, bytesIn(attachments).length]).toEqual([length, length]);
      expect(attachments[0]).not.toBeInstanceOf(OwnedBytes);
    }
  });
});

test.each([
  ["a missing attachment", ["Uint8Array", 2], RangeError],
  ["no place at all", ["Uint8Array", "length"], TypeError],
  ["half a number", ["Float64Array", 0], RangeError],
  ["text where bytes are told of", ["Uint8Array", 1], TypeError],
  ["bytes where text is told of", ["text", 0], TypeError],
  ["a kind that nobody knows", ["Uint7Array", 0], TypeError],
  ["a kind that every object has", ["constructor", 0], TypeError],
])("%s is an error", (_name, packed, kind) => {
  expect(() => unpack(packed as unknown as Packed, [new Uint8Array(3), "text"])).toThrow(kind);
});
