import { expect, test } from "vitest";
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
