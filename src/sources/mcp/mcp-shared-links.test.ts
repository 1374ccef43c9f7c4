import { expect, test } from "vitest";
import { ToolError } from "../../core/tool-error.ts";
import type { ToolContext } from "../../core/tool.ts";
import { type LinkScript, ScriptedLink } from "../../testing/scripted-link.ts";
import { VirtualClock } from "../../testing/virtual-clock.ts";
import type { LinkFactory } from "./mcp-link-factory.ts";
import type { McpServerConfig } from "./mcp-options.ts";
import type { McpRequest } from "./mcp-request.ts";
import { readLinkOptions, writeServerSpec } from "./mcp-server-spec.ts";
import { SharedLinks } from "./mcp-shared-links.ts";

const CONFIG: McpServerConfig = { command: "serve", env: { K: "v" } };
const SERVER = writeServerSpec(CONFIG, { name: "files", restart: { pingIntervalMs: Infinity } });
const READ: McpRequest = { kind: "tool", name: "read", repeatable: true };
const WRITE: McpRequest = { kind: "tool", name: "write", repeatable: false };

function setUp(script: LinkScript = {}) {
  const links: ScriptedLink[] = [];
  const given: unknown[] = [];
  const makeLink: LinkFactory = (config, options, { listener }) => {
    given.push(config, options);
    const link = new ScriptedLink(script, listener);
    links.push(link);
    return link;
  };
  return { links, given, shared: new SharedLinks(makeLink, new VirtualClock(), () => 0.5) };
}

const context = (signal = new AbortController().signal): ToolContext =>
  ({ toolName: "files.read", signal, progress: () => {} }) as unknown as ToolContext;

test("tools of one server share one link, made with what was written", async () => {
  const { shared, links, given } = setUp();
  const read = shared.load({ server: SERVER, request: READ });
  const write = shared.load({ server: structuredClone(SERVER), request: WRITE });
  await Promise.all([read({}, context()), write({}, context()), read({}, context())]);
  expect(links).toHaveLength(1);
  expect(links[0]?.asked).toEqual(["tools/call read", "tools/call write", "tools/call read"]);
  expect(links[0]?.requests.map(({ repeatable }) => repeatable)).toEqual([true, false, true]);
  expect(given).toEqual([CONFIG, { name: "files", restart: { pingIntervalMs: Infinity } }]);
});

test("a tool that is loaded and never called has no link", async () => {
  const { shared, links } = setUp();
  const read = shared.load({ server: SERVER, request: READ });
  expect(links).toEqual([]);
  await read({}, context());
  expect(links).toHaveLength(1);
});

test("servers that differ in anything have links of their own", async () => {
  const { shared, links } = setUp();
  for (const server of [
    SERVER,
    writeServerSpec({ ...CONFIG, env: { K: "other" } }, readLinkOptions(SERVER)),
    writeServerSpec(CONFIG, { ...readLinkOptions(SERVER), name: "others" }),
    writeServerSpec(CONFIG, { ...readLinkOptions(SERVER), pool: 2 }),
  ]) {
    await shared.load({ server, request: READ })({}, context());
  }
  expect(links).toHaveLength(4);
});

test("a call waits for the connection, and no longer than it may", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { shared, links } = setUp({ start: () => promise });
  const read = shared.load({ server: SERVER, request: READ });
  const abort = new AbortController();
  const reason = new ToolError("DEADLINE_EXCEEDED", "Too long.");
  const late = expect(read({}, context(abort.signal))).rejects.toBe(reason);
  const patient = read({}, context());
  abort.abort(reason);
  await late;
  await expect(read({}, context(abort.signal))).rejects.toBe(reason);
  expect(links[0]?.asked).toEqual([]);
  resolve();
  expect(await patient).toMatchObject({ content: [{ text: "done" }] });
});

test("a server that does not start is left to its link, which says why and goes on trying", async () => {
  const down = new ToolError("SOURCE_UNAVAILABLE", "It does not start.");
  const script: LinkScript = {
    start: () => Promise.reject(down),
    call: () => Promise.reject(down),
  };
  const { shared, links } = setUp(script);
  const read = shared.load({ server: SERVER, request: READ });
  await expect(read({}, context())).rejects.toBe(down);
  delete script.call;
  links[0]?.comeUp();
  expect(await read({}, context())).toMatchObject({ content: [{ text: "done" }] });
  expect(links).toHaveLength(1);
});
