import { describe, expect, test } from "vitest";
import { ToolError } from "../core/tool-error.ts";
import type { ToolResult } from "../core/tool-result.ts";
import { openAiChat } from "./openai-chat.ts";

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
  toolName: "charts.draw",
  calledAs: "charts_draw",
  status: "ok",
  output,
  timing,
});

test("writes a tool", () => {
  const inputSchema = { type: "object", properties: { a: { type: "number" } }, required: ["a"] };
  expect(openAiChat.encodeTool({ name: "add", description: "Adds", inputSchema })).toEqual({
    type: "function",
    function: { name: "add", description: "Adds", parameters: inputSchema },
  });
});

describe("reads", () => {
  test("a function call", () => {
    const called = { name: "add", arguments: '{"a": 1}' };
    expect(openAiChat.decodeCall({ id: "c1", type: "function", function: called }, 0)).toEqual({
      id: "c1",
      name: "add",
      input: { a: 1 },
    });
  });

  test("a call of Ollama: no id, no type, arguments as an object", () => {
    const called = { name: "add", arguments: { a: 1 } };
    expect(openAiChat.decodeCall({ function: called }, 2)).toEqual({
      id: "toolyard_2",
      name: "add",
      input: { a: 1 },
    });
  });

  test("a custom tool call, whose input is text and no JSON", () => {
    const custom = { name: "sql", input: "select 1" };
    expect(openAiChat.decodeCall({ id: "c1", type: "custom", custom }, 0)).toEqual({
      id: "c1",
      name: "sql",
      input: "select 1",
    });
  });

  test("nothing else", () => {
    const blocks = [{ type: "function" }, { type: "text", function: {} }, { type: "custom" }, {}];
    for (const block of blocks) expect(openAiChat.decodeCall(block, 0)).toBeUndefined();
  });
});

describe("finds the calls", () => {
  const calls = [{ id: "c1" }];

  test.each([
    [{ tool_calls: calls }, calls],
    [{ role: "assistant", content: null, tool_calls: calls }, calls],
    [{ choices: [{ message: { tool_calls: calls } }, { message: { tool_calls: [] } }] }, calls],
    [{ message: { role: "assistant", content: "", tool_calls: calls } }, calls],
    [{ role: "assistant", content: "hi" }, []],
    [{ role: "assistant", content: null, refusal: "no", tool_calls: null }, []],
    [{ choices: [{ message: { role: "assistant", content: "hi" } }] }, []],
    [{ choices: [] }, []],
    [{ choices: [{ delta: { tool_calls: calls } }] }, undefined],
    [{ role: "model", parts: [] }, undefined],
    [{ name: "f", input: {}, role: "admin" }, undefined],
    [{ type: "message", role: "assistant", content: [] }, undefined],
  ])("in %j", (answer, expected) => {
    expect(openAiChat.blocksOf(answer)).toEqual(expected);
  });
});

describe("writes results", () => {
  test("as one tool message per call, in order; none for none", () => {
    expect(openAiChat.encodeResults([])).toEqual([]);
    expect(
      openAiChat.encodeResults([ok("c1", { sum: 3 }), ok("c1", "text"), ok("c2", null)]),
    ).toEqual([
      { role: "tool", tool_call_id: "c1", content: '{"sum":3}' },
      { role: "tool", tool_call_id: "c1", content: "text" },
      { role: "tool", tool_call_id: "c2", content: "null" },
    ]);
  });

  test("an error as text", () => {
    const error = new ToolError("TOOL_NOT_FOUND", 'No tool is named "x".');
    const failed: ToolResult = { callId: "c1", toolName: "x", status: "error", error, timing };
    expect(openAiChat.encodeResults([failed])[0]).toEqual({
      role: "tool",
      tool_call_id: "c1",
      content:
        'Error TOOL_NOT_FOUND: No tool is named "x".\nCall one of the tools you were given, by its exact name.',
    });
  });

  test("MCP content that says it failed, in words, for there is no flag", () => {
    const output = { content: [{ type: "text", text: "disk full" }], isError: true };
    expect(openAiChat.encodeResults([ok("c1", output)])[0]).toMatchObject({
      content: "The tool reported an error:\ndisk full",
    });
  });

  test("media in one user message after all tool messages, each under its call", () => {
    const image = { type: "image", data: "iVBORw0KGgo=", mimeType: "image/png" };
    const sound = { type: "audio", data: "UklGRg==", mimeType: "audio/mpeg" };
    const pdf = {
      type: "resource",
      resource: { uri: "x://a/b.pdf", mimeType: "application/pdf", blob: "JVBERi0=" },
    };
    const messages = openAiChat.encodeResults([
      ok("c1", { content: [{ type: "text", text: "A chart:" }, image] }),
      ok("c2", 7),
      ok("c3", [sound, pdf]),
    ]);
    expect(messages).toEqual([
      {
        role: "tool",
        tool_call_id: "c1",
        content: "A chart:\n[image/png, 8 bytes: in the user message after the tool results]",
      },
      { role: "tool", tool_call_id: "c2", content: "7" },
      {
        role: "tool",
        tool_call_id: "c3",
        content:
          "[audio/mpeg, 4 bytes: in the user message after the tool results]\n[application/pdf, 5 bytes: in the user message after the tool results]",
      },
      {
        role: "user",
        content: [
          { type: "text", text: "Returned by charts_draw (call c1):" },
          { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } },
          { type: "text", text: "Returned by charts_draw (call c3):" },
          { type: "input_audio", input_audio: { data: "UklGRg==", format: "mp3" } },
          {
            type: "file",
            file: { filename: "b.pdf", file_data: "data:application/pdf;base64,JVBERi0=" },
          },
        ],
      },
    ]);
  });

  test("media that the API does not take as a line of text", () => {
    const output = [{ type: "image", data: "AAAA", mimeType: "image/tiff" }];
    expect(openAiChat.encodeResults([ok("c1", output)])).toEqual([
      { role: "tool", tool_call_id: "c1", content: "[image/tiff, 3 bytes: cannot be shown here]" },
    ]);
  });
});
