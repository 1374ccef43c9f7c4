import { describe, expect, test } from "vitest";
import { ToolError } from "../core/tool-error.ts";
import type { ToolResult } from "../core/tool-result.ts";
import { anthropic } from "./anthropic.ts";

const timing = {
  queuedMs: 0,
  runMs: 1,
  transferMs: 0,
  cpuMs: undefined,
  attempts: 1,
  mode: "async",
  workerId: undefined,
  waitedFor: undefined,
} as const;
const ok = (callId: string, output: unknown): ToolResult => ({
  callId,
  toolName: "draw",
  status: "ok",
  output,
  timing,
});
const contentOf = (output: unknown) => anthropic.encodeResults([ok("t1", output)])[0]?.content;

test("writes a tool", () => {
  const inputSchema = { type: "object", properties: { a: { type: "number" } } };
  expect(anthropic.encodeTool({ name: "add", description: "Adds", inputSchema })).toEqual({
    name: "add",
    description: "Adds",
    input_schema: inputSchema,
  });
});

describe("reads", () => {
  test("a tool_use block", () => {
    const block = { type: "tool_use", id: "t1", name: "add", input: { a: 1 } };
    expect(anthropic.decodeCall(block, 0)).toEqual({ id: "t1", name: "add", input: { a: 1 } });
  });

  test("input that a stream left as JSON text", () => {
    const block = { type: "tool_use", id: "t1", name: "add", input: "" };
    expect(anthropic.decodeCall(block, 0)?.input).toEqual({});
  });

  test.each(["text", "thinking", "redacted_thinking", "server_tool_use", "mcp_tool_use"])(
    "no %s",
    (type) => {
      expect(anthropic.decodeCall({ type, id: "t1", name: "x", input: {} }, 0)).toBeUndefined();
    },
  );
});

test("finds the blocks of a message", () => {
  const content = [{ type: "text", text: "hi" }];
  expect(anthropic.blocksOf({ type: "message", role: "assistant", content })).toBe(content);
  expect(anthropic.blocksOf({ content: "hi" })).toBeUndefined();
});

describe("writes results", () => {
  test("as one user message with a block per call, errors flagged; none for none", () => {
    const error = new ToolError("TOOL_FAILED", "draw failed: no ink");
    const failed: ToolResult = { callId: "t2", toolName: "draw", status: "error", error, timing };
    expect(anthropic.encodeResults([])).toEqual([]);
    expect(anthropic.encodeResults([ok("t1", { a: 1 }), failed, ok("t3", "done")])).toEqual([
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "t1", content: '{"a":1}' },
          {
            type: "tool_result",
            tool_use_id: "t2",
            content: "Error TOOL_FAILED: draw failed: no ink",
            is_error: true,
          },
          { type: "tool_result", tool_use_id: "t3", content: "done" },
        ],
      },
    ]);
  });

  test("MCP content with its images and PDFs in place, flagged when it says it failed", () => {
    const output = {
      content: [
        { type: "text", text: "A chart:" },
        { type: "image", data: "iVBORw0KGgo=", mimeType: "image/png" },
        {
          type: "resource",
          resource: { uri: "x://b.pdf", mimeType: "application/pdf", blob: "JVBERi0=" },
        },
        { type: "audio", data: "UklGRg==", mimeType: "audio/wav" },
      ],
      isError: true,
    };
    expect(contentOf(output)).toEqual([
      {
        type: "tool_result",
        tool_use_id: "t1",
        content: [
          { type: "text", text: "A chart:" },
          {
            type: "image",
            source: { type: "base64", media_type: "image/png", data: "iVBORw0KGgo=" },
          },
          {
            type: "document",
            source: { type: "base64", media_type: "application/pdf", data: "JVBERi0=" },
            title: "b.pdf",
          },
          { type: "text", text: "[audio/wav, 4 bytes: cannot be shown here]" },
        ],
        is_error: true,
      },
    ]);
  });

  test("no empty text, which the API refuses", () => {
    const image = { type: "image", data: "iVBORw0KGgo=", mimeType: "image/png" };
    for (const output of ["", " \n", undefined, { content: [] }, [{ type: "text", text: "" }]]) {
      expect(contentOf(output)).toMatchObject([{ content: "(no output)" }]);
    }
    expect(contentOf([Object.assign({}, image, { data: "" })])).toMatchObject([
      { content: "[image/png, 0 bytes: cannot be shown here]" },
    ]);
    expect(contentOf([{ type: "text", text: " " }, image])).toMatchObject([
      { content: [{ type: "image" }] },
    ]);
  });
});
