import { describe, expect, test } from "vitest";
import { readCalls } from "./read-calls.ts";
import { UsageError } from "./usage-error.ts";

const chat = (id: string, name: string, args: string) => ({
  id,
  type: "function",
  function: { name, arguments: args },
});

function names(text: string): string[] {
  return readCalls(text, "calls.json").map((call) => `${call.id} ${call.name}`);
}

describe("one JSON value", () => {
  test("a message, a list, a response and a single call", () => {
    const calls = [chat("c1", "add", "{}"), chat("c2", "sub", "{}")];
    const both = ["c1 add", "c2 sub"];

    expect(names(JSON.stringify({ role: "assistant", tool_calls: calls }, null, 2))).toEqual(both);
    expect(names(JSON.stringify(calls))).toEqual(both);
    expect(names(JSON.stringify({ choices: [{ message: { tool_calls: calls } }] }))).toEqual(both);
    expect(names(JSON.stringify(calls[0], null, 2))).toEqual(["c1 add"]);
  });

  test("a byte order mark and blank lines are nothing", () => {
    expect(names('\uFEFF\n\n[{"name":"add","input":{}}]\n\n')).toEqual(["toolyard_0 add"]);
  });
});

describe("JSON lines", () => {
  test("each line is a call, a list, a message or an object with tool_calls", () => {
    const lines = [
      { id: "own", name: "add", input: { a: 1 } },
      [chat("c1", "sub", "{}"), chat("c2", "mul", "{}")],
      { role: "assistant", content: [{ type: "tool_use", id: "t1", name: "div", input: {} }] },
      { id: "line 4", tools: [], tool_calls: [chat("c3", "pow", "{}")] },
    ].map((line) => JSON.stringify(line));

    expect(names(lines.join("\r\n"))).toEqual(["own add", "c1 sub", "c2 mul", "t1 div", "c3 pow"]);
  });

  test("calls without an id get one from their place in the whole file", () => {
    const line = '{"name":"add","input":{}}';
    expect(names(`${line}\n\n${line}\n${line}`)).toEqual([
      "toolyard_0 add",
      "toolyard_1 add",
      "toolyard_2 add",
    ]);
  });

  test("a malformed line is named by its number", () => {
    expect(() => names('{"name":"a","input":{}}\n\n{"name":"b",}\n')).toThrow(
      /^calls\.json:3:13: not valid JSON: a property name in double quotes is expected\.$/,
    );
  });

  test("a line that is no call is named by its number", () => {
    expect(() => names('{"name":"a","input":{}}\n{"nothing":1}\n')).toThrow(
      /^calls\.json:2: Tool call 0 is neither a tool call nor a block of a model's answer/,
    );
  });
});

describe("mistakes", () => {
  test("malformed JSON is named by line and column", () => {
    expect(() => names('[\n  {"name": "a" "input": {}}\n]')).toThrow(
      /^calls\.json:2:16: not valid JSON: a comma is expected\.$/,
    );
  });

  test("an empty file says what belongs there", () => {
    const thrown = (() => {
      try {
        return readCalls(" \n", "calls.json");
      } catch (error) {
        return error;
      }
    })();
    expect(thrown).toBeInstanceOf(UsageError);
    expect((thrown as UsageError).message).toBe("calls.json is empty.");
    expect((thrown as UsageError).remedy).toContain("tool calls");
  });

  test("malformed arguments of a call are that call's own failure, not the file's", () => {
    const [call] = readCalls(JSON.stringify([chat("c1", "add", '{"a":')]), "calls.json");
    expect(call?.malformed).toContain("not valid JSON");
  });
});
