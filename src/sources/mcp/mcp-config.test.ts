import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readMcpServers } from "./mcp-config.ts";
import type { McpServerConfig } from "./mcp-options.ts";

const ENVIRONMENT = { TOKEN: "s3cret", EMPTY: "" };

const read = (config: unknown) => readMcpServers(config as McpServerConfig, ENVIRONMENT);
const readOne = (config: unknown) => read(config)[0]?.config;

test("a server alone has no name, and one of a block that of its key", () => {
  const config = { command: "npx", args: ["-y", "server"] };
  const server = { type: "stdio", command: "npx", args: ["-y", "server"] };
  expect(read(config)).toEqual([{ name: undefined, config: server, problems: [] }]);
  expect(read({ mcpServers: { a: config, b: { url: "http://localhost:1/mcp" } } })).toEqual([
    { name: "a", config: server, problems: [] },
    { name: "b", config: { url: "http://localhost:1/mcp" }, problems: [] },
  ]);
  expect(read({ inputs: [], servers: { a: config } })).toMatchObject([{ name: "a" }]);
  expect(read({ mcpServers: {} })).toEqual([]);
});

test("variables are filled in everywhere, as editors write them too, and may be escaped", () => {
  const stdio = {
    command: "${RUNNER:-node}",
    args: ["--key=${TOKEN}", "${EMPTY:-x}", "$${TOKEN}", 8080],
    env: { KEY: "${env:TOKEN}", PORT: 1, ON: true, NONE: "${env:UNSET:-}" },
    cwd: "/srv/${TOKEN}",
  };
  expect(readOne(stdio)).toEqual({
    type: "stdio",
    command: "node",
    args: ["--key=s3cret", "x", "${TOKEN}", "8080"],
    env: { KEY: "s3cret", PORT: "1", ON: "true", NONE: "" },
    cwd: "/srv/s3cret",
  });
  const http = { url: "https://a.test/${TOKEN}", headers: { Authorization: "Bearer ${TOKEN}" } };
  expect(readOne(http)).toEqual({
    url: "https://a.test/s3cret",
    headers: { Authorization: "Bearer s3cret" },
  });
});

test.each([
  [{ type: "http" }, "http"],
  [{ type: "streamable-http" }, "http"],
  [{ transport: "streamable_http" }, "http"],
  [{ transportType: "streamableHttp" }, "http"],
  [{ type: "remote" }, "http"],
  [{ transport: "SSE" }, "sse"],
  [{ type: null }, undefined],
])("%j is of type %j", (written, type) => {
  expect(readOne({ url: "http://a.test", ...written })).toEqual({
    url: "http://a.test",
    ...(type !== undefined && { type }),
  });
});

test("other words for the address are known", () => {
  expect(readOne({ httpUrl: "http://a.test" })).toEqual({ url: "http://a.test" });
  expect(readOne({ serverUrl: "http://a.test" })).toEqual({ url: "http://a.test" });
});

test("servers that are switched off are left out, whatever else is wrong with them", () => {
  const mcpServers = {
    a: { command: "${UNSET}", disabled: true },
    b: { enabled: false },
    c: { command: "c", disabled: false, enabled: true },
  };
  expect(read({ mcpServers }).map(({ name }) => name)).toEqual(["c"]);
  expect(read({ command: "a", disabled: true })).toEqual([]);
});

test("fields of other hosts are said to do nothing, and misspelt ones what may be meant", () => {
  const config = {
    command: "a",
    autoApprove: ["${input:x}"],
    timeout: 5,
    disabledTools: [],
    arg: 1,
  };
  expect(read(config)[0]?.problems).toEqual([
    "`autoApprove` does nothing here.",
    "`timeout` does nothing here. Use the option `timeoutMs`.",
    "`disabledTools` does nothing here. Use the option `exclude`.",
    "`arg` is unknown and does nothing here. Did you mean `args`?",
  ]);
});

test("a file of variables is read, and those written here are stronger", () => {
  const directory = mkdtempSync(join(tmpdir(), "toolyard-"));
  try {
    writeFileSync(join(directory, ".env"), "A=1\nB='two words'\n");
    const config = { command: "a", cwd: directory, envFile: ".env", env: { A: "mine" } };
    expect(readOne(config)).toMatchObject({ env: { A: "mine", B: "two words" } });
    expect(() => read({ ...config, envFile: "none" })).toThrow(/^The MCP server has an `envFile`/);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test.each([
  [{}, "has neither `command` (a program to start) nor `url` (an HTTP address)."],
  [{ command: "a", url: "http://a.test" }, "has both `command` and `url`."],
  [{ command: " " }, "needs a text that is not empty in `command`."],
  [{ command: ["a"] }, "needs a text that is not empty in `command`."],
  [{ command: "a", args: "b" }, "needs a list of texts in `args`."],
  [{ command: "a", args: ["b", {}] }, "needs a text in `args[1]`."],
  [{ command: "a", env: [] }, "needs an object of texts in `env`."],
  [{ command: "a", env: { KEY: {} } }, "needs a text in `env.KEY`."],
  [{ command: "a", disabled: "true" }, "needs true or false in `disabled`."],
  [{ command: "a", enabled: 0 }, "needs true or false in `enabled`."],
  [{ command: "a", args: ["b", "c\0"] }, "has a NUL character in `args[1]`."],
  [{ command: "a\0" }, "has a NUL character in `command`."],
  [{ command: "a", type: "http" }, 'is of type "http" and needs `url`.'],
  [{ url: "http://a.test", type: "stdio" }, 'is of type "stdio" and needs `command`.'],
  [{ url: "http://a.test", type: "ws" }, 'has the type "ws". Known: stdio, http'],
  [{ url: "/mcp" }, "needs a whole address in `url`"],
  [{ url: "ftp://a.test" }, "needs a whole address in `url`"],
  [{ url: "http://a.test", headers: { "a b": "c" } }, "in `headers.a b` that HTTP does not allow."],
  [{ url: "http://a.test", headers: { a: "b\nc" } }, "in `headers.a` that HTTP does not allow."],
  [{ command: "a", env: { K: "${UNSET}" } }, ": `env.K` needs the environment variable UNSET"],
  [{ command: "a", args: ["${1}"] }, ": `args[0]` holds ${1}, which names no environment"],
  [{ command: "a", args: ["${input:key}"] }, ": `args[0]` holds ${input:…, which only an editor"],
  [{ command: "${workspaceFolder}/a" }, ": `command` holds ${workspaceFolder…, which only"],
  [7, "must be an object with `command` or `url`."],
])("%j is a mistake that names the server", (config, message) => {
  expect(() => read({ mcpServers: { fine: { command: "a" }, files: config } })).toThrow(
    new RegExp(`^The MCP server "files"${message.startsWith(":") ? "" : " .*"}${escaped(message)}`),
  );
});

test.each([undefined, 7, [], { mcpServers: [] }, { mcpServers: { " ": { command: "a" } } }])(
  "%j is no config",
  (config) => {
    expect(() => read(config)).toThrow(TypeError);
  },
);

test("no mistake shows a value", () => {
  const field = fc.constantFrom("command", "args", "env", "cwd", "url", "headers", "type", "x");
  const value = fc.constantFrom(
    "s3cret\n",
    ["s3cret", {}],
    { k: "s3cret\n" },
    { k: { s3cret: 1 } },
  );
  fc.assert(
    fc.property(fc.dictionary(field, value), (config) => {
      let message = "";
      try {
        read({ mcpServers: { a: config } });
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(TypeError);
        message = (thrown as TypeError).message;
      }
      expect(message.replace(/has the type .*/, "")).not.toContain("s3cret");
    }),
  );
});

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.|?*+()[\]{}]/g, "\\$&");
}
