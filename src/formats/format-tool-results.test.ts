import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ToolError } from "../core/tool-error.ts";
import type { ToolResult } from "../core/tool-result.ts";
import { formatToolResults } from "./format-tool-results.ts";
import { FORMAT_NAMES, type FormatName } from "./provider-format.ts";

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

test("an unknown format is a TypeError", () => {
  expect(() => formatToolResults([], "openai" as FormatName)).toThrow(TypeError);
});

test.each(FORMAT_NAMES)("%s: no results, no messages", (format) => {
  expect(formatToolResults([], format)).toEqual([]);
});

/** The call ids in the messages, in order. */
const ANSWERED = {
  "openai-chat": (results: readonly ToolResult[]) =>
    formatToolResults(results, "openai-chat").flatMap((message) =>
      message.role === "tool" ? [message.tool_call_id] : [],
    ),
  "openai-responses": (results: readonly ToolResult[]) =>
    formatToolResults(results, "openai-responses").map((item) => item.call_id),
  anthropic: (results: readonly ToolResult[]) =>
    formatToolResults(results, "anthropic").flatMap((message) =>
      message.content.map((block) => block.tool_use_id),
    ),
  gemini: (results: readonly ToolResult[]) =>
    formatToolResults(results, "gemini").flatMap((content) =>
      content.parts.map((part) => part.functionResponse.id),
    ),
} satisfies Record<FormatName, unknown>;

test.each(FORMAT_NAMES)(
  "%s: whatever tools return, each call is answered once, in order, in JSON",
  (format) => {
    const text = fc.record({ type: fc.constant("text"), text: fc.string({ unit: "binary" }) });
    const image = fc.record({
      type: fc.constant("image"),
      data: fc.base64String(),
      mimeType: fc.constantFrom("image/png", "image/bmp", "application/pdf"),
    });
    const output = fc.oneof(
      fc.anything({ withBigInt: true, withDate: true, withMap: true, withTypedArray: true }),
      fc.array(fc.oneof(text, image)),
      fc.record({ content: fc.array(fc.oneof(text, image)), isError: fc.boolean() }),
    );
    const result = fc.oneof(
      output.map((value) => ({ status: "ok" as const, output: value })),
      fc
        .string({ unit: "binary" })
        .map((why) => ({ status: "error" as const, error: new ToolError("TOOL_FAILED", why) })),
    );
    fc.assert(
      fc.property(fc.array(result), (outcomes) => {
        const results = outcomes.map((outcome, at): ToolResult =>
          Object.assign({ callId: `c${at}`, toolName: "t", timing }, outcome),
        );
        expect(ANSWERED[format](results)).toEqual(results.map(({ callId }) => callId));
        const messages = formatToolResults(results, format);
        const json = JSON.stringify(messages);
        expect(JSON.parse(json)).toEqual(messages);
        expect(json.isWellFormed()).toBe(true);
        expect(json).not.toMatch(/(?<!\\)(\\\\)*\\ud[89a-f]/);
      }),
    );
  },
);
