import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { ConfigError } from "../config/config-error.ts";
import type { LoadedConfig } from "../config/loaded-config.ts";
import type { CliIo } from "./cli-io.ts";
import type { SourceFlags } from "./cli-options.ts";
import { configOf } from "./flag-config.ts";
import { UsageError } from "./usage-error.ts";

const folder = mkdtempSync(join(tmpdir(), "toolyard-flags-"));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, "tools.ts"), "");
writeFileSync(join(folder, "other.json"), '{ "mode": "thread", "tools": ["tools.ts"] }');
writeFileSync(
  join(folder, ".mcp.json"),
  '{ "mcpServers": { "a": { "command": "${CMD}" },\n "b": { "command": "x", "disabled": true } } }',
);
writeFileSync(join(folder, "wrong.json"), '{ "mcpServers": {\n "a": { "command": 5 } } }');

function configFor(flags: SourceFlags): Promise<LoadedConfig> {
  const io = { cwd: folder, env: { CMD: "run" } } as unknown as CliIo;
  return configOf(flags, io);
}

describe("the flags of a command", () => {
  test("name modules, documents and servers, with namespaces", async () => {
    const { tools, sources, options } = await configFor({
      module: ["tools.ts", "math=tools.ts"],
      openapi: ["pets.yaml", "pets=https://api.example.com/a=b.json"],
      mcp: [".mcp.json", "http://127.0.0.1:9/mcp", "web=http://127.0.0.1:9/mcp?a=b"],
    });
    const { href } = pathToFileURL(join(folder, "tools.ts"));
    expect(options).toEqual({});
    expect(tools).toMatchObject([
      { url: href, options: {}, place: { file: "--module tools.ts" } },
      { url: href, options: { namespace: "math" } },
    ]);
    expect(sources).toMatchObject([
      { document: join(folder, "pets.yaml"), options: {} },
      { document: "https://api.example.com/a=b.json", options: { namespace: "pets" } },
      { name: "a", server: { command: "run", cwd: folder }, options: { namespace: "a" } },
      { server: { url: "http://127.0.0.1:9/mcp" }, options: { required: false } },
      { server: { url: "http://127.0.0.1:9/mcp?a=b" }, options: { namespace: "web" } },
    ]);
    expect(sources[2]?.place).toMatchObject({ file: ".mcp.json", line: 1 });
  });

  test("stand behind what a config names, where one is named", async () => {
    const config = await configFor({ config: "other.json", module: ["more=tools.ts"] });
    expect(config.options).toEqual({ mode: "thread" });
    expect(config.tools.map(({ options }) => options)).toEqual([{}, { namespace: "more" }]);
  });

  test("with a mistake in a file of servers tell its line", async () => {
    const failing = configFor({ mcp: ["wrong.json"] });
    await expect(failing).rejects.toThrow(ConfigError);
    await expect(failing).rejects.toThrow("wrong.json:2:20  mcpServers.a.command: is 5.");
  });

  test.each<[SourceFlags, string]>([
    [{}, "There is no toolyard.json here."],
    [{ module: ["tool.ts"] }, "Did you mean"],
  ])("like %j are wrong usage", async (flags, message) => {
    const failing = configFor(flags);
    await expect(failing).rejects.toThrow(UsageError);
    await expect(failing).rejects.toThrow(message);
  });

  test("with a file of servers that is not there say so", async () => {
    await expect(configFor({ mcp: ["none.json"] })).rejects.toThrow("cannot be read");
  });
});
