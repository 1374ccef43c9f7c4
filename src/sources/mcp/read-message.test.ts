import { expect, test } from "vitest";
import { MALFORMED_ANSWER, readMessage } from "./read-message.ts";

const read = (message: object): unknown =>
  readMessage(JSON.stringify({ jsonrpc: "2.0", ...message }));
const result = { content: [] };
const error = { code: -1, message: "no" };

test("fields of an answer that are null, or that the protocol does not have, are as good as left out", () => {
  const nulls = { method: null, params: null, result: null, error: null };
  expect(read({ ...nulls, id: 1, result })).toEqual({ jsonrpc: "2.0", id: 1, result });
  expect(read({ ...nulls, id: 1, error })).toEqual({ jsonrpc: "2.0", id: 1, error });
  expect(read({ id: "1", result, took: 7 })).toEqual({ jsonrpc: "2.0", id: "1", result });
});

test("an answer with an error is one, whatever else it says", () => {
  expect(read({ id: 1, result, error })).toEqual({ jsonrpc: "2.0", id: 1, error });
});

test("an answer that says nothing is an error of its request", () => {
  const malformed = { id: 1, error: { code: MALFORMED_ANSWER } };
  for (const said of [
    {},
    { result: null },
    { result: [] },
    { error: null },
    { error: "no" },
    { error: {}, result },
    { error: { code: 1.5, message: "no" } },
    { error: { code: 1 } },
  ])
    expect([said, read({ id: 1, ...said })]).toMatchObject([said, malformed]);
});

test("requests and notifications come through as they are, and lines that are no messages do not", () => {
  for (const message of [{ id: 1, method: "ping" }, { method: "a", params: null }, { result }])
    expect(read(message)).toEqual({ jsonrpc: "2.0", ...message });
  for (const line of ["", "Hello!", "[]", "7", "null", '{"id":1}', '{"jsonrpc":"1.0"}'])
    expect(readMessage(line)).toBeUndefined();
});
