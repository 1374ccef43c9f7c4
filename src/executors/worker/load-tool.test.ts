import { describe, expect, test } from "vitest";
import type { PortableOrigin } from "./protocol.ts";
import { loadTool } from "./load-tool.ts";

const MODULE = `data:text/javascript,${encodeURIComponent(`
  export class Adder {
    static count = 0;
    constructor() { Adder.count += 1; }
    add(a, b) { return [a + b, Adder.count]; }
  }
  export const nothing = 1;
`)}`;

const origin = (exportName: string, url = MODULE): PortableOrigin => ({
  kind: "module",
  url,
  exportName,
  member: { kind: "method", method: "add", on: "instance", parameters: ["a", "b"] },
});

test("a method is loaded from its module and called on the class's one instance", async () => {
  const add = await loadTool("adder.add", origin("Adder"));
  expect(add({ a: 1, b: 2 }, {} as never)).toEqual([3, 1]);
  const again = await loadTool("adder.add", origin("Adder"));
  expect(again({ a: 5, b: 5 }, {} as never)).toEqual([10, 1]);
});

test.each([
  ["a module that is not there", origin("Adder", "file:///no/such/module.js"), /no\/such\/module/],
  ["an export that is not there", origin("Missing"), /not a class/],
  ["an export of another kind", origin("nothing"), /not a class/],
  [
    "a module that throws",
    origin("Adder", "data:text/javascript,throw new Error('at import')"),
    /at import/,
  ],
])("%s is SOURCE_UNAVAILABLE, with the reason and the cause", async (_name, from, reason) => {
  await expect(loadTool("adder.add", from)).rejects.toMatchObject({
    code: "SOURCE_UNAVAILABLE",
    retryable: false,
    message: expect.stringMatching(reason),
    cause: expect.any(Error),
  });
});

const ERROR = new URL("../../core/tool-error.ts", import.meta.url);

const loader = (text: string): PortableOrigin => ({
  kind: "source",
  label: "https://pets.test",
  loader: `data:text/javascript,${encodeURIComponent(text)}`,
  spec: { factor: 3, password: "hush" },
});

describe("a source's tool", () => {
  test("is made of its spec", async () => {
    const from = loader("export const loadTool = async ({ factor }) => ({ a }) => a * factor;");
    expect((await loadTool("pets.add", from))({ a: 5 }, {} as never)).toBe(15);
  });

  test("that cannot be made fails with the ToolError that its loader throws", async () => {
    const from = loader(
      `import { ToolError } from "${ERROR.href}"; export function loadTool() { throw new ToolError("RATE_LIMITED", "Later."); }`,
    );
    await expect(loadTool("pets.add", from)).rejects.toMatchObject({ code: "RATE_LIMITED" });
  });

  test.each([
    ["throws", "export function loadTool() { throw new Error('no luck'); }", "no luck"],
    [
      "throws nothing that is text",
      "export function loadTool() { throw { __proto__: null }; }",
      "",
    ],
    ["cannot be imported", "throw new Error('at import')", "at import"],
    ["has no `loadTool`", "export const other = 1;", "loadTool"],
    ["makes no function", "export const loadTool = () => 1;", "gives no function"],
  ])(
    "whose loader %s is SOURCE_UNAVAILABLE and tells nothing of the spec",
    async (_how, text, reason) => {
      const error = await loadTool("pets.add", loader(text)).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "SOURCE_UNAVAILABLE", retryable: false });
      const { message } = error as Error;
      expect(message).toContain(
        "pets.add could not be loaded in its worker from https://pets.test:",
      );
      expect(message).toContain(reason);
      expect(message).not.toContain("hush");
    },
  );
});
