import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { JsonSchema } from "../core/json-schema.ts";
import type { ToolCall } from "../core/tool-call.ts";
import { decodeToolCalls } from "./decode-tool-calls.ts";
import { FORMAT_NAMES, type FormatName } from "./provider-format.ts";
import { formatNamed, PROVIDER_FORMATS } from "./provider-formats.ts";
import { providerNames } from "./tool-names.ts";

interface Row {
  readonly id: string;
  readonly tools: { function: { name: string; description: string; parameters: JsonSchema } }[];
  readonly tool_calls: { id: string; function: { name: string; arguments: string } }[];
}

const fixture = new URL("../../test/fixtures/bfcl-excerpt.jsonl", import.meta.url);
const rows = readFileSync(fixture, "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Row);

/** A model's answer that makes the calls, as the provider would send it. */
const ANSWERS: Record<FormatName, (calls: readonly ToolCall[]) => unknown> = {
  "openai-chat": (calls) => ({
    id: "chatcmpl-1",
    object: "chat.completion",
    choices: [
      {
        index: 0,
        finish_reason: "tool_calls",
        message: {
          role: "assistant",
          content: null,
          tool_calls: calls.map(({ id, name, input }) => ({
            id,
            type: "function",
            function: { name, arguments: JSON.stringify(input) },
          })),
        },
      },
    ],
  }),
  "openai-responses": (calls) => ({
    id: "resp_1",
    object: "response",
    output: [
      { type: "reasoning", id: "rs_1", summary: [] },
      ...calls.map(({ id, name, input }) => ({
        type: "function_call",
        id: `fc_${id}`,
        call_id: id,
        name,
        arguments: JSON.stringify(input),
        status: "completed",
      })),
    ],
  }),
  anthropic: (calls) => ({
    id: "msg_1",
    type: "message",
    role: "assistant",
    stop_reason: "tool_use",
    content: [
      { type: "text", text: "Let me see." },
      ...calls.map(({ id, name, input }) => ({ type: "tool_use", id, name, input })),
    ],
  }),
  gemini: (calls) => ({
    candidates: [
      {
        finishReason: "STOP",
        content: {
          role: "model",
          parts: [
            { text: "Let me see.", thought: true },
            ...calls.map(({ id, name, input }) => ({ functionCall: { id, name, args: input } })),
          ],
        },
      },
    ],
  }),
};

test("each name has its format, in the order of the names", () => {
  expect(PROVIDER_FORMATS.map((format) => format.name)).toEqual([...FORMAT_NAMES]);
  for (const name of FORMAT_NAMES) expect(formatNamed(name).name).toBe(name);
});

test.each(["openai", "", "constructor", "__proto__"])(
  "%j is no format, and it says which are",
  (name) => {
    expect(() => formatNamed(name)).toThrow(
      new TypeError(
        `There is no format "${name}". Known: openai-chat, openai-responses, anthropic, gemini.`,
      ),
    );
  },
);

describe.each(FORMAT_NAMES)("%s with real calls", (name) => {
  test.each(rows)("$id: schemas out, calls in, names with dots and back", (row) => {
    const format = formatNamed(name);
    const names = providerNames(row.tools.map((tool) => tool.function.name));
    const calls = row.tool_calls.map((call) => ({
      id: call.id,
      name: call.function.name,
      input: JSON.parse(call.function.arguments) as unknown,
    }));

    for (const { function: tool } of row.tools) {
      const declared = format.encodeTool({
        name: names.toProvider(tool.name),
        description: tool.description,
        inputSchema: tool.parameters,
      });
      const text = JSON.stringify(declared);
      expect(text).toContain(`"name":"${tool.name.replaceAll(".", "_")}"`);
      expect(text).toContain(JSON.stringify(tool.parameters["properties"]));
    }

    const answer = ANSWERS[name](
      calls.map((call) => Object.assign({}, call, { name: names.toProvider(call.name) })),
    );
    const decoded = decodeToolCalls(answer);
    expect(decoded.format).toBe(name);
    expect(
      decoded.calls.map((call) => Object.assign({}, call, { name: names.fromProvider(call.name) })),
    ).toEqual(calls);
  });
});

test("the excerpt holds what it is for", () => {
  expect(rows.length).toBeGreaterThan(5);
  expect(rows.flatMap((row) => row.tools).some((tool) => tool.function.name.includes("."))).toBe(
    true,
  );
});
