import { expect, test } from "vitest";
import { ERROR_CODES, type ErrorCode } from "../core/error-codes.ts";
import { ToolError } from "../core/tool-error.ts";
import { errorText } from "./error-text.ts";

test("says what is wrong with the arguments, and where", () => {
  const error = new ToolError("INPUT_INVALID", "math.add: the arguments do not fit.", {
    details: {
      issues: [
        { path: "/a", message: "must be number" },
        { path: "", message: "must have b" },
        { path: ["items", 0, "price"], message: "must be number" },
        { message: "no path" },
      ],
    },
  });
  expect(errorText(error)).toBe(
    [
      "Error INPUT_INVALID: math.add: the arguments do not fit.",
      "- /a: must be number",
      "- (the arguments): must have b",
      "- /items/0/price: must be number",
      "- (the arguments): no path",
      "Correct the arguments and call it again.",
    ].join("\n"),
  );
});

test("says once what the message says too", () => {
  const malformed = "the arguments are not valid JSON: a value is expected at position 6";
  expect(
    errorText(
      new ToolError("INPUT_INVALID", `add cannot be called: ${malformed}.`, {
        details: { issues: [{ path: "", message: malformed }] },
      }),
    ),
  ).toBe(
    `Error INPUT_INVALID: add cannot be called: ${malformed}.\nCorrect the arguments and call it again.`,
  );
  const issues = [
    { path: "/x/a", message: "must be number" },
    { path: "", message: "must have b" },
    { path: "/a", message: "must be number" },
    { path: "/x/a", message: "must be" },
  ];
  const message =
    "The input of add does not fit its schema: /x/a must be number; / must have b; /a must be numbers.";
  const told = errorText(new ToolError("INPUT_INVALID", message, { details: { issues } }));
  expect(told.split("\n").slice(1)).toEqual([
    "- /a: must be number",
    "- /x/a: must be",
    "Correct the arguments and call it again.",
  ]);
});

test.each<[ErrorCode, RegExp]>([
  ["NOT_PORTABLE", /answer.*could not be carried over; it may have taken effect/],
  ["CALL_CANCELLED", /stopped before it answered.*only if that is still wanted/],
])("of %s the model is told no more than is known", (code, advice) => {
  expect(errorText(new ToolError(code, "why"))).toMatch(advice);
});

const after = (retryAfterMs: number) =>
  errorText(new ToolError("RATE_LIMITED", "full", { retryAfterMs }));

test("says how long to wait, when that is known", () => {
  expect(after(300.2)).toBe(
    "Error RATE_LIMITED: full\nWait at least 301 ms before you call it again.",
  );
  expect(after(2_001)).toContain("at least 3 seconds");
});

test("a tool's own failure is its message alone", () => {
  const cause = new Error("ENOENT: no such file");
  const error = new ToolError("TOOL_FAILED", "read_file failed: ENOENT: no such file", { cause });
  expect(errorText(error)).toBe("Error TOOL_FAILED: read_file failed: ENOENT: no such file");
});

test("never shows stack, cause or other details", () => {
  const error = new ToolError("WORKER_CRASHED", "the worker died", {
    cause: new Error("inner cause"),
    details: { stderr: "at secret (/home/me/x.ts:1:1)", issues: "not a list" },
  });
  expect(errorText(error)).toBe(
    "Error WORKER_CRASHED: the worker died\nThe tool crashed; other arguments may work.",
  );
});

test("long messages and many issues are cut, and it says by how much", () => {
  const issues = Array.from({ length: 25 }, (_, at) => ({ path: `/${at}`, message: "bad" }));
  const text = errorText(
    new ToolError("INPUT_INVALID", "m".repeat(2_500), { details: { issues } }),
  );
  expect(text).toContain("m [500 more characters]");
  expect(text).toContain("- /19: bad\n- and 5 more\n");
});

test("is never long, whatever a tool throws", () => {
  const issues = Array.from({ length: 9 }, () => ({
    path: "/a".repeat(1e5),
    message: "b".repeat(1e6),
  }));
  const error = new ToolError("INPUT_INVALID", "m".repeat(1e7), { details: { issues } });
  expect(errorText(error).length).toBeLessThan(6_000);
});

test("a character is shown whole or not at all", () => {
  const text = errorText(new ToolError("TOOL_FAILED", `${"m".repeat(1_999)}😀`));
  expect(text).toMatch(/m \[2 more characters\]$/u);
});

test("every code has a text that starts with it", () => {
  for (const code of Object.keys(ERROR_CODES) as ErrorCode[]) {
    expect(errorText(new ToolError(code, "why"))).toMatch(
      new RegExp(`^Error ${code}: why(\n.+)?$`),
    );
  }
});
