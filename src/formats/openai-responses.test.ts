import { describe, expect, test } from "vitest";
import { ToolError } from "../core/tool-error.ts";
import type { ToolResult } from "../core/tool-result.ts";
import { openAiResponses } from "./openai-responses.ts";

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

test("writes a tool that is not strict", () => {
  const inputSchema = { type: "object", properties: { a: { type: "number" } } };
  expect(openAiResponses.encodeTool({ name: "add", description: "Adds", inputSchema })).toEqual({
    type: "function",
    name: "add",
    description: "Adds",
    parameters: inputSchema,
    strict: false,
  });
});

describe("reads", () => {
  test("a function call by its call_id, not by the item's id", () => {
    const item = {
      type: "function_call",
      id: "fc_1",
      call_id: "call_1",
      name: "add",
      arguments: '{"a":1}',
      status: "completed",
    };
    expect(openAiResponses.decodeCall(item, 0)).toEqual({
      id: "call_1",
      name: "add",
      input: { a: 1 },
    });
  });

  test("a custom tool call, whose input is text and no JSON", () => {
    const item = { type: "custom_tool_call", call_id: "c1", name: "sql", input: "select 1" };
    expect(openAiResponses.decodeCall(item, 0)).toEqual({
      id: "c1",
      name: "sql",
      input: "select 1",
    });
  });

  test.each(["message", "reasoning", "web_search_call", "mcp_call", "function_call_output"])(
    "no %s",
    (type) => {
      expect(openAiResponses.decodeCall({ type, name: "x", arguments: "{}" }, 0)).toBeUndefined();
    },
  );
});

test("finds the items of a response, and takes no item for a response", () => {
  const output = [{ type: "reasoning" }];
  expect(openAiResponses.blocksOf({ id: "resp_1", object: "response", output })).toBe(output);
  expect(openAiResponses.blocksOf({ type: "shell_call_output", output })).toBeUndefined();
  expect(openAiResponses.blocksOf({ output: "text" })).toBeUndefined();
});

describe("writes results", () => {
  test("as one item per call, in order; none for none", () => {
    const error = new ToolError("TOOL_FAILED", "draw failed: no ink");
    const failed: ToolResult = { callId: "c2", toolName: "draw", status: "error", error, timing };
    expect(openAiResponses.encodeResults([])).toEqual([]);
    expect(openAiResponses.encodeResults([ok("c1", [1, 2]), failed])).toEqual([
      { type: "function_call_output", call_id: "c1", output: "[1,2]" },
      {
        type: "function_call_output",
        call_id: "c2",
        output: "Error TOOL_FAILED: draw failed: no ink",
      },
    ]);
  });

  test("images and PDFs as parts of the output, sounds as a line of text", () => {
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
    expect(openAiResponses.encodeResults([ok("c1", output)])).toEqual([
      {
        type: "function_call_output",
        call_id: "c1",
        output: [
          { type: "input_text", text: "The tool reported an error:" },
          { type: "input_text", text: "A chart:" },
          { type: "input_image", image_url: "data:image/png;base64,iVBORw0KGgo=" },
          {
            type: "input_file",
            filename: "b.pdf",
            file_data: "data:application/pdf;base64,JVBERi0=",
          },
          { type: "input_text", text: "[audio/wav, 4 bytes: cannot be shown here]" },
        ],
      },
    ]);
  });
});
