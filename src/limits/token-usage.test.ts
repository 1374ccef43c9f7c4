import { describe, expect, test } from "vitest";
import { ToolError } from "../core/tool-error.ts";
import type { TokenRateOptions } from "./limit-options.ts";
import { compileEstimate, compileUsed } from "./token-usage.ts";

const PATH = 'limits["tag:llm"].tokens';

describe("an estimate", () => {
  test.each<[TokenRateOptions["estimate"], number]>([
    [undefined, 1_000],
    [250, 250],
    [0.5, 0.5],
    [(input) => String(input).length, 6],
  ])("%s of a prompt", (estimate, tokens) => {
    expect(compileEstimate(estimate, PATH)("prompt")).toBe(tokens);
  });

  test.each([0, -1, NaN, Infinity, "7", null, {}])("%s is a TypeError at once", (estimate) => {
    expect(() => compileEstimate(estimate as number, PATH)).toThrow(
      new TypeError(`${PATH} must be a number above 0, or a function of a call's input.`),
    );
  });

  test.each<[string, () => unknown]>([
    ["0", () => 0],
    ["no number", () => NaN],
    ["without end", () => Infinity],
    ["a text", () => "7"],
    ["nothing", () => undefined],
    ["a promise", () => Promise.reject(new Error("late"))],
  ])("that comes to %s is an error of that call", (_what, estimate) => {
    const guess = (): unknown => compileEstimate(estimate as () => number, PATH)({});
    expect(guess).toThrow(`${PATH} gave something else than a number above 0.`);
    expect(guess).toThrow(ToolError);
  });

  test("that throws is an error of that call, and not retryable", () => {
    const cause = new Error("secret");
    const guess = compileEstimate(() => {
      throw cause;
    }, PATH);
    const expected = {
      code: "TOOL_FAILED",
      retryable: false,
      message: `${PATH} threw; see \`cause\`.`,
    };
    expect(() => guess({})).toThrow(expect.objectContaining({ ...expected, cause }));
  });
});

function ask(used: () => unknown): unknown {
  return compileUsed(used as () => number, PATH)({});
}

describe("what was used", () => {
  test.each<[string | undefined, unknown, number | undefined]>([
    [undefined, { usage: { total_tokens: 42 } }, 42],
    [undefined, { usage: { total_tokens: 0 } }, 0],
    ["usage.totalTokens", { usage: { totalTokens: 7 } }, 7],
    ["tokens", { tokens: 1.5 }, 1.5],
    ["parts.1.tokens", { parts: [{}, { tokens: 3 }] }, 3],
    [undefined, { usage: { total_tokens: "42" } }, undefined],
    [undefined, { usage: { total_tokens: -1 } }, undefined],
    [undefined, { usage: { total_tokens: NaN } }, undefined],
    [undefined, { usage: { total_tokens: Infinity } }, undefined],
    [undefined, { usage: null }, undefined],
    [undefined, "usage.total_tokens", undefined],
    [undefined, undefined, undefined],
  ])("at %s of %j is %s", (used, output, tokens) => {
    expect(compileUsed(used, PATH)(output)).toBe(tokens);
  });

  test("may be found by a function, whose mistakes leave it unknown", () => {
    expect(ask(() => 12)).toBe(12);
    expect(ask(() => "12")).toBeUndefined();
    expect(ask(() => Promise.reject(new Error("late")))).toBeUndefined();
    expect(
      ask(() => {
        throw new Error("no usage");
      }),
    ).toBeUndefined();
  });

  test.each(["", ".", "a..b", "a b", 7, null, {}])("%j is a TypeError at once", (used) => {
    const message = `${PATH} must be a path such as "usage.total_tokens", or a function of a call's output.`;
    expect(() => compileUsed(used as string, PATH)).toThrow(new TypeError(message));
  });
});
