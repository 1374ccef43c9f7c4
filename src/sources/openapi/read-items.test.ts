import { expect, test } from "vitest";
import { readResponse } from "./read-response.ts";

const REQUEST = { method: "GET", origin: "http://127.0.0.1", path: "/x" };

function read(text: string, type: string): unknown {
  const headers = { "content-type": type };
  return readResponse({ status: 200, headers, body: Buffer.from(text) }, REQUEST);
}

test.each([
  ["application/jsonl", '{"n":1}\n{"n":2}\r\n\n3'],
  ["application/x-ndjson; charset=utf-8", '\uFEFF{"n":1}\n{"n":2}\n3\n'],
  ["application/json-seq", '\u001E{"n":1}\n\u001E{"n":\n2}\n\u001E3\n'],
  ["application/geo+json-seq", '\u001E{"n":1}\n\u001E{"n":2}\n\u001E3\n'],
])("%s is a list of its items", (type, text) => {
  expect(read(text, type)).toEqual([{ n: 1 }, { n: 2 }, 3]);
});

test("events are a list of what they say, with their names", () => {
  const stream =
    ': hello\n\nretry: 10\n\ndata: {"n":1}\n\nevent: end\r\nid: 7\r\ndata: a\r\ndata:b\r\ndata\r\n\r\n' +
    "id\rdata:  [DONE]";
  expect(read(stream, "text/event-stream")).toEqual([
    { data: { n: 1 } },
    { event: "end", id: "7", data: "a\nb\n" },
    { id: "", data: " [DONE]" },
  ]);
});

test.each([
  ["application/jsonl", '{"n":1}\nno JSON'],
  ["text/event-stream", "no events"],
  ["text/plain", '{"n":1}'],
])("%s that is not what it says stays a text", (type, text) => {
  expect(read(text, type)).toBe(text);
});
