import { expect, test } from "vitest";
import { mcpOutput, readBlocks } from "./foreign-content.ts";

const PNG = { type: "image", data: "AAAA", mimeType: "image/png" };

test.each([
  ["LangChain, version 1", { type: "image", mimeType: "image/png", data: "AAAA" }, PNG],
  [
    "LangChain, version 0",
    { type: "image", source_type: "base64", mime_type: "image/png", data: "AAAA" },
    PNG,
  ],
  [
    "LangChain, as OpenAI has it",
    { type: "image_url", image_url: { url: "data:image/webp;base64,AAAA" } },
    { type: "image", data: "data:image/webp;base64,AAAA", mimeType: "image/webp" },
  ],
  [
    "LangChain, as OpenAI has it, in short",
    { type: "image_url", image_url: "https://example.org/a.png" },
    {
      type: "resource_link",
      uri: "https://example.org/a.png",
      name: "file",
      mimeType: "image/png",
    },
  ],
  ["AI SDK 7", { type: "file", mediaType: "image/png", data: { type: "data", data: "AAAA" } }, PNG],
  [
    "AI SDK 7, a text file",
    { type: "file", mediaType: "text/plain", data: { type: "text", text: "hey" } },
    { type: "text", text: "hey" },
  ],
  [
    "AI SDK 7, an address",
    {
      type: "file",
      mediaType: "image/png",
      data: { type: "url", url: new URL("https://example.org/a") },
    },
    { type: "resource_link", uri: "https://example.org/a", name: "file", mimeType: "image/png" },
  ],
  ["AI SDK 5", { type: "media", mediaType: "image/png", data: "AAAA" }, PNG],
  ["AI SDK 6", { type: "image-data", mediaType: "image/png", data: "AAAA" }, PNG],
  [
    "AI SDK 6, a file",
    { type: "file-data", mediaType: "application/pdf", data: "AAAA", filename: "a.pdf" },
    {
      type: "resource",
      resource: { uri: "file:///a.pdf", mimeType: "application/pdf", blob: "AAAA" },
    },
  ],
  [
    "OpenAI Agents, bytes",
    { type: "image", image: { data: new Uint8Array([1]), mediaType: "image/png" } },
    { type: "image", data: new Uint8Array([1]), mimeType: "image/png" },
  ],
  [
    "OpenAI Agents, a file",
    { type: "file", file: { data: "AAAA", mediaType: "application/pdf", filename: "a.pdf" } },
    {
      type: "resource",
      resource: { uri: "file:///a.pdf", mimeType: "application/pdf", blob: "AAAA" },
    },
  ],
  [
    "a sound",
    { type: "audio", data: "AAAA", mimeType: "audio/wav" },
    { type: "audio", data: "AAAA", mimeType: "audio/wav" },
  ],
])("content of %s", (_name, block, read) => {
  expect(readBlocks([{ type: "text", text: "a" }, block])).toEqual([
    { type: "text", text: "a" },
    read,
  ]);
});

test.each([[{ type: "house" }], [{ type: "text" }], ["text"], [null], [{ type: "image" }]])(
  "a list with something else is no content: %j",
  (item) => {
    expect(readBlocks([{ type: "text", text: "a" }, item])).toBeUndefined();
  },
);

test("a value beside content is not for the model", () => {
  expect(mcpOutput([PNG], { secret: 1 })).toEqual({
    content: [PNG, { type: "text", text: "" }],
    structuredContent: { secret: 1 },
  });
});
