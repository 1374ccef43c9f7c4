import { expect, test } from "vitest";
import { takeTransferMark, transfer } from "./transfer.ts";

test("what is marked comes back as it is, and its mark can be taken once", () => {
  for (const value of [new ArrayBuffer(8), new Float64Array(2), new DataView(new ArrayBuffer(4))]) {
    expect(takeTransferMark(value)).toBe(false);
    expect(transfer(value)).toBe(value);
    expect(transfer(value).byteLength).toBeGreaterThan(0);
    expect(takeTransferMark(value)).toBe(true);
    expect(takeTransferMark(value)).toBe(false);
  }
});

test("a mark on a view is not a mark on its buffer", () => {
  const view = transfer(new Uint8Array(4));
  expect(takeTransferMark(view.buffer)).toBe(false);
});

test.each([undefined, null, "text", [1, 2], { length: 3 }, new SharedArrayBuffer(8)])(
  "%s cannot be marked",
  (value) => {
    expect(() => transfer(value as never)).toThrow(TypeError);
  },
);
