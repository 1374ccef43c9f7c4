import { inspect } from "node:util";
import * as sdk from "@modelcontextprotocol/client";
import { expect, test } from "vitest";
import type { ToolError } from "../../core/tool-error.ts";
import { FailureReader } from "./request-failure.ts";

const SECRET = "s3cret-token";
const reader = new FailureReader(sdk, "s", (text) => text.replaceAll(SECRET, "***"));

function errorOf(thrown: unknown): ToolError {
  const failure = reader.read(thrown);
  if (failure.kind === "lost") throw new Error("not answered");
  return failure.error;
}

test("a server's error is the call's, with all that it says", () => {
  const thrown = new sdk.ProtocolError(-1, "no", { why: 1 });
  expect(errorOf(thrown)).toMatchObject({
    code: "TOOL_FAILED",
    message: "The MCP server s answered: no",
    details: { rpcCode: -1, rpcData: { why: 1 } },
    cause: thrown,
  });
});

test("no part of a server's error shows a secret", () => {
  for (const thrown of [
    new sdk.ProtocolError(-1, `no ${SECRET}`),
    new sdk.ProtocolError(-1, "no", { env: { TOKEN: SECRET } }),
    new sdk.ProtocolError(-1, `${"x".repeat(3_995)}${SECRET}`),
  ])
    expect(inspect(errorOf(thrown), { depth: 9 })).not.toContain(SECRET.slice(0, 4));
});

test("a server's error that never ends is cut, and nothing keeps the rest", () => {
  const long = "x".repeat(1_000_000);
  for (const thrown of [new sdk.ProtocolError(-1, long), new sdk.ProtocolError(-1, "no", long)]) {
    const { message, details, cause } = errorOf(thrown);
    expect(`${message}${JSON.stringify(details)}`.length).toBeLessThan(5_000);
    expect(cause).toBeUndefined();
  }
});
