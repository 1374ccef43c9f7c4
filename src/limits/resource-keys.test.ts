import { describe, expect, test } from "vitest";
import { ToolError } from "../core/tool-error.ts";
import type { LimitOptions } from "./limit-options.ts";
import { compileKey } from "./resource-keys.ts";

const PATH = 'limits["edit_file"].key';

function keysOf(key: unknown, input: unknown): readonly string[] {
  return compileKey(key as NonNullable<LimitOptions["key"]>, PATH)(input);
}

/** What is thrown for this key and input. */
function failure(key: unknown, input: unknown): ToolError {
  try {
    keysOf(key, input);
  } catch (thrown) {
    if (ToolError.is(thrown)) return thrown;
    throw thrown;
  }
  throw new Error("Nothing was thrown.");
}

describe("a template", () => {
  test.each<[string, unknown, string]>([
    ["file:{path}", { path: "/a b" }, "file:/a b"],
    ["{owner}/{repo.name}#{number}", { owner: "o", repo: { name: "r" }, number: 7 }, "o/r#7"],
    ["{items.0}", { items: ["first"] }, "first"],
    ["the only one", undefined, "the only one"],
    ["{flag}{big}", { flag: false, big: 12n }, "false12"],
    ["file:{path}", { path: "" }, "file:"],
    ["{path}", { path: "{path} $& $1" }, "{path} $& $1"],
  ])("%s", (template, input, key) => {
    expect(keysOf(template, input)).toEqual([key]);
  });

  test.each<[string, unknown, string]>([
    ["file:{path}", {}, "has none"],
    ["file:{path}", { path: null }, "has none"],
    ["file:{path}", undefined, "has none"],
    ["file:{path}", "path", "has none"],
    ["file:{path}", "a text", "has none"],
    ["file:{path}", { path: { secret: 1 } }, "has a list or an object there"],
    ["file:{path}", { path: ["secret"] }, "has a list or an object there"],
  ])("%s for %j is an error of that call", (template, input, why) => {
    const error = failure(template, input);
    expect(error.message).toBe(
      `limits["edit_file"].key needs the field "path", and the input of this call ${why}.`,
    );
    expect([error.code, error.retryable]).toEqual(["TOOL_FAILED", false]);
    expect(error.details).toEqual({ setting: PATH });
  });

  test("a text has no fields", () => {
    expect(() => keysOf("{path.length}", { path: "abc" })).toThrow('"path.length"');
  });

  test("a field that does not let itself be read is like none", () => {
    const input = {
      get path(): string {
        throw new Error("secret");
      },
    };
    expect(failure("{path}", input).message).toContain("has none");
  });

  test.each([
    ["file:{path", "a brace"],
    ["file:path}", "a brace"],
    ["{a{b}}", "a brace"],
    ["file:{}", 'has "{}"'],
    ["{a..b}", 'has "{a..b}"'],
    ["{a b}", 'has "{a b}"'],
    ["", "must be a function or a text"],
    [7, "must be a function or a text"],
    [null, "must be a function or a text"],
  ])("%j is a TypeError at once", (template, message) => {
    const compile = (): unknown => compileKey(template as string, PATH);
    expect(compile).toThrow(TypeError);
    expect(compile).toThrow(message);
    expect(compile).toThrow(PATH);
  });
});

describe("a function", () => {
  test.each<[string, unknown, readonly string[]]>([
    ["one key", () => "a", ["a"]],
    ["several, each once", () => ["b", "a", "b"], ["b", "a"]],
    ["none", () => undefined, []],
    ["an empty list", () => [], []],
    ["what is in the input", ({ path }: { path: string }) => path, ["/x"]],
  ])("may give %s", (_what, key, keys) => {
    expect(keysOf(key, { path: "/x" })).toEqual(keys);
  });

  test.each<[string, unknown, string]>([
    ["a number", () => 7, "gave a value of type number"],
    ["null", () => null, "gave null"],
    ["a list with a number", () => ["a", 7], "gave a list that has more than texts"],
    ["a promise", () => Promise.reject(new Error("late")), "gave a promise"],
  ])("that gives %s is an error of that call", (_what, key, message) => {
    const error = failure(key, {});
    expect(error.message).toContain(message);
    expect([error.code, error.retryable]).toEqual(["TOOL_FAILED", false]);
  });

  test("that throws is an error of that call, with the cause, and without the input", () => {
    const thrown = new Error("no key for secret");
    const error = failure(() => {
      throw thrown;
    }, "secret");
    expect(error.message).toBe('limits["edit_file"].key threw; see `cause`.');
    expect(error.cause).toBe(thrown);
    expect([error.code, error.retryable]).toEqual(["TOOL_FAILED", false]);
  });

  test("keeps no hold of the list it gave", () => {
    const list = ["a"];
    const keys = keysOf(() => list, {});
    list.push("b");
    expect(keys).toEqual(["a"]);
  });
});
