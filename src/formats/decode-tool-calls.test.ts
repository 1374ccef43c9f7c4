import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeBlock, decodeToolCalls } from "./decode-tool-calls.ts";

const add = { id: "c1", name: "add", input: { a: 1 } };

const BLOCKS = {
  "openai-chat": {
    id: "c1",
    type: "function",
    function: { name: "add", arguments: '{"a":1}' },
  },
  "openai-responses": {
    type: "function_call",
    id: "fc_1",
    call_id: "c1",
    name: "add",
    arguments: '{"a":1}',
  },
  anthropic: { type: "tool_use", id: "c1", name: "add", input: { a: 1 } },
  gemini: { functionCall: { id: "c1", name: "add", args: { a: 1 } } },
  toolyard: add,
};

const SKIPPED = [
  { type: "text", text: "hi" },
  { type: "thinking", thinking: "hm", signature: "s" },
  { type: "server_tool_use", id: "s1", name: "web_search", input: { query: "x" } },
  { type: "web_search_tool_result", tool_use_id: "s1", content: [] },
  { type: "reasoning", summary: [] },
  { type: "message", role: "assistant", content: [{ type: "output_text", text: "hi" }] },
  { type: "web_search_call", id: "ws_1" },
  { type: "mcp_call", id: "m", name: "x", arguments: "{}" },
  { type: "function_call_output", call_id: "c0", output: "1" },
  { type: "some_block_of_next_year" },
  { text: "hi" },
  { executableCode: { code: "1" } },
];

describe.each(Object.entries(BLOCKS))("a call of %s", (format, block) => {
  test("alone", () => {
    expect(decodeToolCalls(block)).toEqual({ calls: [add], format });
  });

  test("in a list, among blocks that are no calls", () => {
    expect(decodeToolCalls([...SKIPPED, block, ...SKIPPED, block])).toEqual({
      calls: [add, add],
      format,
    });
  });

  test("as one of many blocks that come one by one", () => {
    expect(decodeBlock(block, 5)).toEqual(add);
  });
});

describe.each([
  ["openai-chat", { role: "assistant", content: null, tool_calls: [BLOCKS["openai-chat"]] }],
  ["openai-chat", { tool_calls: [BLOCKS["openai-chat"]] }],
  ["openai-chat", { choices: [{ message: { tool_calls: [BLOCKS["openai-chat"]] } }] }],
  ["openai-chat", { message: { role: "assistant", tool_calls: [BLOCKS["openai-chat"]] } }],
  ["openai-responses", { object: "response", output: [BLOCKS["openai-responses"]] }],
  ["anthropic", { type: "message", role: "assistant", content: [BLOCKS.anthropic] }],
  ["anthropic", { content: [BLOCKS.anthropic] }],
  ["gemini", { role: "model", parts: [BLOCKS.gemini] }],
  ["gemini", { content: { parts: [BLOCKS.gemini] } }],
  ["gemini", { candidates: [{ content: { parts: [BLOCKS.gemini] } }] }],
  ["gemini", [{ id: "c1", name: "add", args: { a: 1 } }]],
  ["toolyard", [{ id: "c1", name: "add", arguments: '{"a":1}' }]],
])("an answer of %s: %j", (format, answer) => {
  test("gives its calls", () => {
    expect(decodeToolCalls(answer)).toEqual({ calls: [add], format });
  });
});

test.each([
  [undefined, "toolyard"],
  [null, "toolyard"],
  [[], "toolyard"],
  [{ role: "assistant", content: "hi" }, "openai-chat"],
  [{ output: [] }, "openai-responses"],
  [{ content: [{ type: "text", text: "hi" }] }, "anthropic"],
  [{ candidates: [] }, "gemini"],
])("%j calls nothing", (answer, format) => {
  expect(decodeToolCalls(answer)).toEqual({ calls: [], format });
});

describe("our own calls", () => {
  test("need a name only", () => {
    expect(decodeToolCalls([{ name: "ping" }, { name: "ping", input: undefined }]).calls).toEqual([
      { id: "toolyard_0", name: "ping", input: {} },
      { id: "toolyard_1", name: "ping", input: {} },
    ]);
  });

  test("keep any input as it is, text included", () => {
    for (const input of ['{"a":1}', null, 0, [1], new Map()]) {
      expect(decodeBlock({ name: "f", input }, 0)?.input).toBe(input);
    }
  });

  test("round-trip, malformed ones too", () => {
    const call = fc.record(
      {
        id: fc.string({ minLength: 1 }),
        name: fc.string(),
        input: fc.jsonValue(),
        malformed: fc.string(),
      },
      { requiredKeys: ["id", "name", "input"], noNullPrototype: true },
    );
    fc.assert(
      fc.property(fc.array(call), (calls) => {
        expect(decodeToolCalls(calls).calls).toEqual(calls);
      }),
    );
  });
});

test("malformed arguments are that call's alone", () => {
  const broken = { id: "c2", type: "function", function: { name: "add", arguments: '{"a": 1' } };
  const { calls } = decodeToolCalls([BLOCKS["openai-chat"], broken]);
  expect(calls).toEqual([
    add,
    {
      id: "c2",
      name: "add",
      input: '{"a": 1',
      malformed: expect.stringContaining("the arguments are not valid JSON: ") as unknown,
    },
  ]);
});

describe("a programming mistake is a TypeError", () => {
  test.each([
    [[BLOCKS.toolyard, 7], "Tool call 1 is neither", "it is a number"],
    [["text"], "Tool call 0", "it is a string"],
    [[null], "Tool call 0", "it is null"],
    [[[BLOCKS.toolyard]], "Tool call 0", "it is an array"],
    ['[{"name":"add"}]', "Tool call 0", "it is a string"],
    [{ city: "Paris" }, "Tool call 0", "it is an object of another shape"],
    [[{ role: "assistant", tool_calls: [] }], "Tool call 0", "an object of another shape"],
    [[{ name: "Ann", age: 3 }], "Tool call 0", "an object of another shape"],
    [{ choices: [{ delta: {} }] }, "Tool call 0", "an object of another shape"],
    [[{ type: "tool_call", name: "add", args: {}, id: "1" }], "Tool call 0", "another shape"],
    [[{ type: "tool-call", toolName: "add", input: {} }], "Tool call 0", "another shape"],
  ])("%j", (value, place, kind) => {
    const decode = () => decodeToolCalls(value);
    expect(decode).toThrow(TypeError);
    expect(decode).toThrow(place);
    expect(decode).toThrow(kind);
    expect(decode).toThrow("Accepted are");
  });
});

test("decodeBlock throws nothing but that TypeError, whatever it is given", () => {
  const member = fc.oneof(fc.jsonValue(), fc.constantFrom("add", "{", "{}", ""));
  const block = fc.record(
    {
      type: fc.oneof(
        fc.constantFrom("function", "function_call", "tool_use", "custom", "custom_tool_call"),
        member,
      ),
      id: member,
      call_id: member,
      name: member,
      input: member,
      arguments: member,
      args: member,
      function: fc.oneof(fc.record({ name: member, arguments: member }), member),
      custom: fc.oneof(fc.record({ name: member, input: member }), member),
      functionCall: fc.oneof(fc.record({ name: member, args: member }), member),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(block, fc.jsonValue()), fc.nat(), (value, index) => {
      try {
        const call = decodeBlock(value, index);
        if (call !== undefined) expect(typeof call.id).toBe("string");
        if (call !== undefined) expect(typeof call.name).toBe("string");
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(TypeError);
        expect((thrown as Error).message).toContain(`Tool call ${index} is neither`);
      }
    }),
    { numRuns: 500 },
  );
});
