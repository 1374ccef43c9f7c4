import { expect, test } from "vitest";
import { OwnedBytes } from "./bytes-codec.ts";
import type { Attachment } from "./protocol.ts";
import { type ThreadFrame, postFrame, unpackThreadFrame } from "./thread-frame.ts";
import { writeFrame } from "./written-frame.ts";

/** Posts a frame and gives back what arrives on the other side. */
function post(messages: unknown[], attachments: Attachment[]): ThreadFrame {
  let arrived: ThreadFrame = "";
  const port = {
    postMessage: (message: ThreadFrame, transfer: readonly ArrayBuffer[] = []) =>
      (arrived = structuredClone(message, { transfer: [...transfer] })),
  };
  postFrame(port, writeFrame({ messages, attachments }));
  return arrived;
}

test("a frame without bytes is one text", () => {
  const packed = post([{ a: 1 }, "two"], []);
  expect(typeof packed).toBe("string");
  expect(unpackThreadFrame(packed)).toEqual({ messages: [{ a: 1 }, "two"], attachments: [] });
});

test("bytes travel beside it: what nobody else holds is moved, the rest copied", () => {
  const owned = new OwnedBytes(new Uint8Array([1, 2, 3]).buffer);
  const others = new Uint8Array([9, 4, 5, 9]);
  const packed = post(["with bytes"], [owned, others.subarray(1, 3), new Uint8Array(0)]);
  expect(unpackThreadFrame(packed)).toEqual({
    messages: ["with bytes"],
    attachments: [new Uint8Array([1, 2, 3]), new Uint8Array([4, 5]), new Uint8Array(0)],
  });
  expect(owned.byteLength).toBe(0);
  expect([...others]).toEqual([9, 4, 5, 9]);
});

test("text travels beside it, however long it is and whatever is in it", () => {
  const texts = ["a", "ü", "€"].flatMap((one) => [one.repeat(3_000), one.repeat(1_100_000)]);
  const half = "👋".repeat(600_000).slice(1);
  const packed = post(["with texts"], [...texts, half, new Uint8Array([1])]);
  const { attachments } = unpackThreadFrame(packed);
  expect(attachments).toHaveLength(8);
  for (const [place, text] of [...texts, half].entries())
    expect(attachments[place] === text).toBe(true);
  expect(attachments[7]).toEqual(new Uint8Array([1]));
});

test.each([["no JSON"], [null], [{}], [7], [[]], ["null"], ["{}"]])(
  "what is no frame (%j) is an error",
  (packed) => {
    expect(() => unpackThreadFrame(packed as ThreadFrame)).toThrow();
  },
);
