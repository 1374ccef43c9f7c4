import type { CallToolResult } from "@modelcontextprotocol/client";
import { expect, test } from "vitest";
import type { ToolError } from "../../core/tool-error.ts";
import { readResourceResult, readToolResult } from "./mcp-results.ts";

const text = (words: string) => ({ type: "text", text: words }) as const;

const ALL_KINDS = [
  text("hello"),
  { type: "image", data: "aGk=", mimeType: "image/png" },
  { type: "audio", data: "aGk=", mimeType: "audio/wav" },
  { type: "resource_link", uri: "file:///a", name: "a" },
  { type: "resource", resource: { uri: "file:///b", text: "b" } },
  { type: "resource", resource: { uri: "file:///c", blob: "aGk=", mimeType: "text/plain" } },
] as const;

const errorOf = (content: unknown): ToolError => {
  try {
    readToolResult("files.read", { content, isError: true } as CallToolResult);
  } catch (thrown) {
    return thrown as ToolError;
  }
  throw new Error("It did not throw.");
};

test("every kind of content comes through as it is, and nothing of the protocol around it", () => {
  const result = { content: [...ALL_KINDS], structuredContent: { a: 1 }, _meta: { x: 1 } };
  expect(readToolResult("t", { ...result, resultType: "complete" })).toEqual({
    content: ALL_KINDS,
    structuredContent: { a: 1 },
  });
  expect(readToolResult("t", { content: [], isError: false })).toEqual({ content: [] });
});

test("structured content may be anything but nothing", () => {
  expect(readToolResult("t", { content: [], structuredContent: null })).toEqual({
    content: [],
    structuredContent: null,
  });
  expect(readToolResult("t", { structuredContent: 0 } as never)).toEqual({
    content: [],
    structuredContent: 0,
  });
});

test("an answer without a list of content is no output", () => {
  expect(() => readToolResult("t", { content: "hello" } as never)).toThrow(
    expect.objectContaining({ code: "OUTPUT_INVALID" }),
  );
  expect(() => readResourceResult("t", {} as never)).toThrow(
    expect.objectContaining({ code: "OUTPUT_INVALID" }),
  );
});

test("what the server calls an error is one, is not worth a retry, and has the server's words", () => {
  expect(errorOf([text(" No such file. "), text("Look again.")])).toMatchObject({
    code: "TOOL_FAILED",
    retryable: false,
    message: "files.read failed: No such file.\nLook again.",
  });
});

test("an error without words names what came instead", () => {
  expect(errorOf(ALL_KINDS.slice(1)).message).toBe(
    "files.read failed: (image: image/png)\n(audio: audio/wav)\n(resource_link: file:///a)\nb\n(resource: text/plain file:///c)",
  );
  expect(errorOf([]).message).toBe("files.read failed: the server says so, and nothing else.");
  expect(errorOf([null, 7, {}]).message).toBe("files.read failed: (resource)");
});

test("a long error keeps its beginning and its end", () => {
  const { message } = errorOf([text(`first ${"x".repeat(1_000_000)} last`)]);
  expect(message.length).toBeLessThan(4_200);
  expect(message).toMatch(
    /^files\.read failed: first x+ … \(996011 characters left out\) … x+ last$/,
  );
});

test("a resource is content like that of a tool", () => {
  const contents = [
    { uri: "file:///a", text: "a" },
    { uri: "file:///b", blob: "aGk=" },
  ];
  expect(readResourceResult("t", { contents })).toEqual({
    content: contents.map((resource) => ({ type: "resource", resource })),
  });
});
