import { array, assert, nat, property, string } from "fast-check";
import { expect, test } from "vitest";
import { LineReader } from "./line-reader.ts";

function read(chunks: readonly Buffer[], maxBytes = Infinity): { lines: string[]; ok: boolean } {
  const lines: string[] = [];
  const reader = new LineReader(maxBytes, (line) => lines.push(line));
  return { ok: chunks.every((chunk) => reader.push(chunk)), lines };
}

test("lines come out as they went in, wherever the bytes were cut", () => {
  const line = string({ unit: "grapheme", maxLength: 20 }).filter((text) => !text.includes("\n"));
  assert(
    property(array(line), array(nat(300)), (lines, cuts) => {
      const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(""));
      const places = [0, ...cuts.filter((cut) => cut < bytes.length), bytes.length];
      const sorted = places.toSorted((one, other) => one - other);
      const chunks = sorted.slice(1).map((to, index) => bytes.subarray(sorted[index], to));
      expect(read(chunks)).toEqual({ lines, ok: true });
    }),
  );
});

test("a line may have as many bytes as are allowed and not one more, whole or in pieces", () => {
  expect(read([Buffer.from("12345\n")], 5)).toEqual({ lines: ["12345"], ok: true });
  expect(read([Buffer.from("123456\n")], 5)).toEqual({ lines: [], ok: false });
  expect(read([Buffer.from("123"), Buffer.from("45"), Buffer.from("\n1\n")], 5).lines).toEqual([
    "12345",
    "1",
  ]);
  expect(read([Buffer.from("123"), Buffer.from("456")], 5).ok).toBe(false);
  expect(read([Buffer.from("123"), Buffer.from("456\n")], 5).ok).toBe(false);
});
