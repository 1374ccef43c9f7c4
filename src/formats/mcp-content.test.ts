import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readMcpContent } from "./mcp-content.ts";

const text = { type: "text", text: "hello" };
const png = { type: "image", data: "iVBORw0KGgo=", mimeType: "image/png" };

describe("blocks", () => {
  test.each([
    [text, { kind: "text", text: "hello" }],
    [png, { kind: "media", mimeType: "image/png", data: "iVBORw0KGgo=", filename: "image" }],
    [
      { type: "audio", data: "UklGRg==", mimeType: "Audio/WAV; rate=8000" },
      { kind: "media", mimeType: "audio/wav", data: "UklGRg==", filename: "audio" },
    ],
    [
      { type: "resource", resource: { uri: "file:///a.txt", text: "A" } },
      { kind: "text", text: "Resource file:///a.txt:\nA" },
    ],
    [
      {
        type: "resource",
        resource: { uri: "file:///b.json", mimeType: "application/json", blob: "e30=" },
      },
      { kind: "text", text: "Resource file:///b.json:\n{}" },
    ],
    [
      {
        type: "resource",
        resource: { uri: "file:///dir/c.pdf", mimeType: "application/pdf", blob: "JVBERi0=" },
      },
      { kind: "media", mimeType: "application/pdf", data: "JVBERi0=", filename: "c.pdf" },
    ],
    [
      { type: "resource", resource: { uri: "x://", blob: "AA==" } },
      {
        kind: "media",
        mimeType: "application/octet-stream",
        data: "AA==",
        filename: "resource",
      },
    ],
    [
      {
        type: "resource_link",
        uri: "file:///d",
        name: "d",
        mimeType: "text/csv",
        description: "D",
      },
      { kind: "text", text: "Resource link: file:///d | d | text/csv | D" },
    ],
  ])("%j", (block, part) => {
    expect(readMcpContent([block])).toEqual({ parts: [part], isError: false });
    expect(readMcpContent({ content: [block] })).toEqual({ parts: [part], isError: false });
  });

  test("data may be bytes, a data URL or base64 with line breaks", () => {
    const data = ["aGVsbG8=", "data:image/png;base64,aGVsbG8=", "aGVs\nbG8", Buffer.from("hello")];
    for (const each of data) {
      const parts = readMcpContent([{ ...png, data: each }])?.parts;
      expect(parts?.[0]).toMatchObject({ kind: "media", data: "aGVsbG8=" });
    }
  });
});

describe("the envelope", () => {
  test("isError is told", () => {
    expect(readMcpContent({ content: [text], isError: true })?.isError).toBe(true);
  });

  test("structuredContent is left out beside the text that repeats it, and kept without", () => {
    const structuredContent = { a: 1 };
    expect(readMcpContent({ content: [text], structuredContent })?.parts).toHaveLength(1);
    for (const content of [[], [png]]) {
      expect(readMcpContent({ content, structuredContent })?.parts.at(-1)).toEqual({
        kind: "value",
        value: { a: 1 },
      });
    }
  });

  test("members that are the tool's own are kept as JSON", () => {
    const output = { title: "T", content: [text], _meta: {}, resultType: "complete" };
    expect(readMcpContent(output)?.parts).toEqual([
      { kind: "text", text: "hello" },
      { kind: "value", value: { title: "T" } },
    ]);
  });
});

test.each([
  [[]],
  [[text, { type: "text" }]],
  [[text, 1]],
  [[{ type: "image", data: "AA==" }]],
  [[{ type: "image", data: 1, mimeType: "image/png" }]],
  [[{ type: "resource" }]],
  [[{ type: "resource", resource: { uri: "x" } }]],
  [[{ type: "resource_link" }]],
  [[{ type: "chart" }]],
  [{ content: "text" }],
  [{ content: [], title: "none yet" }],
  [{ content: [{ id: 1 }] }],
  [{ type: "text", text: "one block alone" }],
  ["text"],
  [null],
  [undefined],
  [new Map()],
])("%j is no MCP content", (output) => {
  expect(readMcpContent(output)).toBeUndefined();
});

test("an output that throws when it is read is none", () => {
  const output = {
    get content(): unknown {
      throw new Error("no");
    },
  };
  expect(readMcpContent(output)).toBeUndefined();
});

test("never throws", () => {
  const member = fc.oneof(fc.string(), fc.constant("image"), fc.anything());
  const block = fc.record(
    {
      type: fc.constantFrom("text", "image", "audio", "resource", "resource_link"),
      text: member,
      data: member,
      mimeType: member,
      uri: member,
      resource: fc.record({ uri: member, mimeType: member, text: member, blob: member }),
    },
    { requiredKeys: ["type"] },
  );
  fc.assert(
    fc.property(fc.array(block), fc.anything(), (content, structuredContent) => {
      readMcpContent(content);
      readMcpContent({ content, structuredContent });
    }),
  );
});
