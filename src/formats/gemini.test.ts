import { describe, expect, test } from "vitest";
import { ToolError } from "../core/tool-error.ts";
import type { ToolResult } from "../core/tool-result.ts";
import { gemini } from "./gemini.ts";

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
const responseTo = (output: unknown) =>
  gemini.encodeResults([ok("c1", output)])[0]?.parts[0]?.functionResponse;

describe("writes a tool", () => {
  test("as a bare function declaration", () => {
    const inputSchema = { type: "object", properties: { a: { type: "number" } } };
    expect(gemini.encodeTool({ name: "add", description: "Adds", inputSchema })).toEqual({
      name: "add",
      description: "Adds",
      parametersJsonSchema: inputSchema,
    });
  });

  test.each([
    [{}, false],
    [{ type: "object", properties: {}, required: [], additionalProperties: false }, false],
    [{ type: "object", additionalProperties: { type: "string" } }, true],
    [{ $ref: "#/$defs/in", $defs: { in: {} } }, true],
  ])("with the input %j, parameters: %s", (inputSchema, has) => {
    const declaration = gemini.encodeTool({ name: "t", description: "", inputSchema });
    expect("parametersJsonSchema" in declaration).toBe(has);
  });
});

describe("reads", () => {
  test("a functionCall part, with or without id and args", () => {
    const call = { id: "f1", name: "add", args: { a: 1 } };
    expect(gemini.decodeCall({ functionCall: call, thoughtSignature: "s" }, 0)).toEqual({
      id: "f1",
      name: "add",
      input: { a: 1 },
    });
    expect(gemini.decodeCall({ functionCall: { name: "ping" } }, 1)).toEqual({
      id: "toolyard_1",
      name: "ping",
      input: {},
    });
  });

  test("a call of the SDK's response.functionCalls", () => {
    expect(gemini.decodeCall({ name: "add", args: { a: 1 } }, 4)).toEqual({
      id: "toolyard_4",
      name: "add",
      input: { a: 1 },
    });
  });

  test.each([
    { text: "hi" },
    { text: "hm", thought: true },
    { thoughtSignature: "s" },
    { inlineData: { mimeType: "image/png", data: "" } },
    { executableCode: { code: "1" } },
    { codeExecutionResult: { output: "1" } },
    { functionResponse: { name: "add" } },
    { toolCall: { id: "t" } },
  ])("%j as a part that is no call", (part) => {
    expect(gemini.decodeCall(part, 0)).toBeUndefined();
    expect(gemini.isOtherBlock?.(part)).toBe(true);
  });
});

describe("finds the parts", () => {
  const parts = [{ text: "hi" }];

  test.each([
    [{ candidates: [{ content: { role: "model", parts } }, {}] }, parts],
    [{ content: { parts } }, parts],
    [{ role: "model", parts }, parts],
    [{ candidates: [], promptFeedback: { blockReason: "SAFETY" } }, []],
    [{ candidates: [{ finishReason: "SAFETY" }] }, []],
    [{ candidates: null }, undefined],
    [{ content: [] }, undefined],
  ])("in %j", (answer, expected) => {
    expect(gemini.blocksOf(answer)).toEqual(expected);
  });
});

describe("writes results", () => {
  test("as one user content with a part per call, under the name the model used", () => {
    const error = new ToolError("TOOL_FAILED", "draw failed: no ink");
    const failed: ToolResult = { callId: "c2", toolName: "x", status: "error", error, timing };
    expect(gemini.encodeResults([])).toEqual([]);
    expect(gemini.encodeResults([ok("c1", { a: [1n] }), failed, ok("toolyard_2", "done")])).toEqual(
      [
        {
          role: "user",
          parts: [
            {
              functionResponse: {
                id: "c1",
                name: "charts_draw",
                response: { output: { a: ["1"] } },
              },
            },
            {
              functionResponse: {
                id: "c2",
                name: "x",
                response: { error: "Error TOOL_FAILED: draw failed: no ink" },
              },
            },
            { functionResponse: { name: "charts_draw", response: { output: "done" } } },
          ],
        },
      ],
    );
  });

  test("images and PDFs inside the response, sounds as a line of text", () => {
    const output = [
      { type: "text", text: "A chart:" },
      { type: "image", data: "iVBORw0KGgo=", mimeType: "image/png" },
      { type: "audio", data: "UklGRg==", mimeType: "audio/wav" },
    ];
    expect(responseTo(output)).toEqual({
      id: "c1",
      name: "charts_draw",
      response: { output: "A chart:\n[audio/wav, 4 bytes: cannot be shown here]" },
      parts: [{ inlineData: { mimeType: "image/png", data: "iVBORw0KGgo=" } }],
    });
  });

  test("structured content as JSON, and MCP content that failed as an error", () => {
    expect(responseTo({ content: [], structuredContent: { a: 1 } })?.response).toEqual({
      output: { a: 1 },
    });
    expect(
      responseTo({ content: [{ type: "text", text: "disk full" }], isError: true })?.response,
    ).toEqual({ error: "disk full" });
  });
});
