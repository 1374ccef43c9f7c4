import { expect, test } from "vitest";
import { readRpcData } from "./rpc-data.ts";

const hide = (text: string): string => text.replaceAll("s3cret", "***");

test("what a server says of its error is shown as it is", () => {
  const data = { why: ["no", 1, null] };
  expect(readRpcData(data, hide)).toEqual({ shown: data, isWhole: true });
  expect(readRpcData(undefined, hide)).toEqual({ shown: undefined, isWhole: true });
});

test("secrets are not shown, wherever they are", () => {
  const data = { env: { TOKEN: "Bearer s3cret" }, stack: ["at s3cret", 7] };
  const shown = { env: { TOKEN: "Bearer ***" }, stack: ["at ***", 7] };
  expect(readRpcData(data, hide)).toEqual({ shown, isWhole: false });
});

test("more than anybody reads, and what is nested too deeply, is left out", () => {
  const long = readRpcData("x".repeat(20_000), hide);
  expect(long).toEqual({ shown: "(left out: 20002 characters)", isWhole: false });
  const deep: unknown = JSON.parse(`${"[".repeat(100_000)}${"]".repeat(100_000)}`);
  const shown = "(left out: nested too deeply)";
  expect(readRpcData(deep, hide)).toEqual({ shown, isWhole: false });
});
