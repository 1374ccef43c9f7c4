import { expect, test } from "vitest";
import { callOptions, checkFrameworkOptions } from "./framework-options.ts";

test("what is a function is asked with what the framework says of the call", () => {
  const { signal } = new AbortController();
  const about = { user: "u1", urgent: true };
  const options = callOptions(
    {
      tenant: ({ user }) => user,
      priority: ({ urgent }) => (urgent ? -1 : 0),
      context: (call: object) => call,
      mode: "thread",
      deadlineMs: 100,
    },
    about,
    signal,
  );

  expect(options).toEqual({
    signal,
    mode: "thread",
    deadlineMs: 100,
    budget: undefined,
    tenant: "u1",
    priority: -1,
    context: about,
  });
});

test("what is none is taken as it is", () => {
  const options = callOptions({ tenant: "t", priority: 3, context: "c" }, {}, undefined);
  expect(options).toMatchObject({ tenant: "t", priority: 3, context: "c" });
});

test("an unknown option is named, with the one that may be meant", () => {
  expect(() => checkFrameworkOptions("aiSdkTools", { priorities: 1 })).toThrow(
    "aiSdkTools: `priorities` is unknown. Did you mean `priority`?",
  );
});
