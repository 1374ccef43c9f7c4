import { expect, test } from "vitest";
import { checkElicitAnswer } from "./elicit-answer.ts";
import type { McpFormRequest, McpUrlRequest } from "./question-options.ts";

const form: McpFormRequest = {
  mode: "form",
  message: "Who are you?",
  requestedSchema: {
    type: "object",
    properties: {
      name: { type: "string", minLength: 2 },
      email: { type: "string", format: "email" },
      age: { type: "integer", minimum: 18, default: 30 },
      pets: { type: "array", items: { type: "string", enum: ["cat", "dog"] }, default: ["cat"] },
    },
    required: ["name", "age"],
  },
};
const url: McpUrlRequest = { mode: "url", message: "Log in.", url: "http://127.0.0.1/" };

test("an accepted form is sent with its defaults for what was left out", async () => {
  const content = { name: "Ada", email: undefined, pets: ["dog"] };
  expect(await checkElicitAnswer(form, { action: "accept", content })).toEqual({
    action: "accept",
    content: { name: "Ada", age: 30, pets: ["dog"] },
  });
  expect(content).toEqual({ name: "Ada", email: undefined, pets: ["dog"] });
});

test.each([
  [{ name: "A" }, "/name"],
  [{}, "name"],
  [{ name: "Ada", age: "42" }, "/age"],
  [{ name: "Ada", age: 3 }, "/age"],
  [{ name: "Ada", email: "nobody" }, "/email"],
  [{ name: "Ada", pets: ["fish-7"] }, "/pets/0"],
])("content that does not fit is refused, and not repeated: %j", async (content, where) => {
  const answer = checkElicitAnswer(form, { action: "accept", content });
  await expect(answer).rejects.toThrow(TypeError);
  await expect(answer).rejects.toThrow(where);
  await expect(answer).rejects.not.toThrow(/fish-7|nobody|42/u);
});

test("nothing goes with an answer that accepts no form", async () => {
  const content = { name: "Ada" };
  expect(await checkElicitAnswer(form, { action: "decline", content })).toEqual({
    action: "decline",
  });
  expect(await checkElicitAnswer(form, { action: "cancel", content })).toEqual({
    action: "cancel",
  });
  expect(await checkElicitAnswer(url, { action: "accept", content })).toEqual({ action: "accept" });
});

test.each([undefined, null, "accept", {}, { action: "yes" }])(
  "what is no answer is refused: %j",
  async (answer) => {
    await expect(checkElicitAnswer(form, answer)).rejects.toThrow("accept, decline, cancel");
  },
);

test("content that is no object is refused", async () => {
  const answer = { action: "accept", content: ["Ada"] };
  await expect(checkElicitAnswer(form, answer)).rejects.toThrow("an object");
});
