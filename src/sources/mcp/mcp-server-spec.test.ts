import { expect, test } from "vitest";
import { readLinkOptions, writeServerSpec } from "./mcp-server-spec.ts";

test("the options of connections are the same in a worker, but for functions", () => {
  const options = {
    name: "s",
    pool: 2,
    maxMessageBytes: Infinity,
    restart: { pingIntervalMs: Infinity, initialIntervalMs: 5 },
    roots: [{ uri: "file:///infinity", name: "Infinity" }],
  };
  const spec = writeServerSpec({ command: "serve" }, options);
  expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
  expect(readLinkOptions(spec)).toEqual(options);
  const without = writeServerSpec({ command: "serve" }, { name: "s", roots: () => [] });
  expect(readLinkOptions(without)).toEqual({ name: "s" });
});
