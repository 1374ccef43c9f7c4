import * as sdk from "@modelcontextprotocol/client";
import {
  array,
  asyncProperty,
  assert,
  boolean,
  dictionary,
  jsonValue,
  record,
  string,
} from "fast-check";
import { expect, test } from "vitest";
import { AnswerCheck } from "./answer-check.ts";

const text = (words: string) => ({ type: "text", text: words });

test("a plain answer is given back as it is, and at once", () => {
  const check = new AnswerCheck(sdk);
  const answers = [
    { content: [] },
    { content: [text("a"), text("")], isError: true },
    { content: [text("a")], structuredContent: { a: 1 }, isError: false },
  ];
  for (const answer of answers) expect(check.read(answer)).toBe(answer);
});

test("what counts as plain is what the SDK leaves as it is", async () => {
  const check = new AnswerCheck(sdk);
  const plain = record(
    {
      content: array(string().map(text)),
      structuredContent: dictionary(
        string().filter((key) => key !== "__proto__"),
        jsonValue(),
      ),
      isError: boolean(),
    },
    { requiredKeys: ["content"] },
  );
  await assert(
    asyncProperty(plain, async (answer) => {
      // With one field more the SDK is asked.
      const { _meta, ...read } = await check.read({ ...answer, _meta: { asked: true } });
      expect([read, _meta]).toEqual([check.read(answer), { asked: true }]);
    }),
    { numRuns: 30 },
  );
});

test("other answers are read by the SDK", async () => {
  const check = new AnswerCheck(sdk);
  const image = { type: "image", data: "aGVsbG8=", mimeType: "image/png" };
  expect(await check.read({ content: [image] })).toEqual({ content: [image] });
  expect(await check.read({})).toEqual({ content: [] });
  expect(await check.read({ content: [{ ...text("a"), more: 1 }] })).toEqual({
    content: [text("a")],
  });
});

test.each([
  ["content that is no list", { content: "yes" }],
  ["a block of no kind", { content: [{ type: "smell" }] }],
  ["a text that is none", { content: [{ type: "text", text: 7 }] }],
  ["an image that is none", { content: [{ type: "image", data: "?", mimeType: "image/png" }] }],
  ["a structure that is no object", { content: [], structuredContent: 7 }],
  ["a list for a structure", { content: [], structuredContent: [1] }],
  ["an error that is neither true nor false", { content: [], isError: "yes" }],
  ["a task in place of an answer", { task: { taskId: "1" } }],
])("an answer with %s is refused with the SDK's error", async (_what, answer) => {
  const check = new AnswerCheck(sdk);
  const refusal = await Promise.resolve(check.read(answer)).catch((thrown: unknown) => thrown);
  expect(refusal).toBeInstanceOf(sdk.SdkError);
  expect(refusal).toMatchObject({
    code: sdk.SdkErrorCode.InvalidResult,
    message: expect.stringContaining("Invalid result for tools/call"),
  });
});
