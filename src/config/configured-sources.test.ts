import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { ConfigError } from "./config-error.ts";
import { loadConfig } from "./load-config.ts";
import type { LoadedSource } from "./loaded-source.ts";

const folder = mkdtempSync(join(tmpdir(), "toolyard-sources-"));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}

async function sourcesOf(config: object, environment = {}): Promise<readonly LoadedSource[]> {
  write("toolyard.json", JSON.stringify(config, undefined, 1));
  return (await loadConfig("toolyard.json", folder, environment)).sources;
}

async function mistakesOf(config: object, environment = {}): Promise<string> {
  const thrown: unknown = await sourcesOf(config, environment).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof ConfigError) return thrown.message;
  throw new Error("The config was accepted.", { cause: thrown });
}

describe("an OpenAPI document", () => {
  test("is a URL, or a path from the config's folder, with settings of its own", async () => {
    const [remote, local] = await sourcesOf({
      openapi: [
        "https://api.example.com/openapi.json",
        { document: "pets.yaml", namespace: "pets", timeoutMs: "Infinity", mode: "thread" },
      ],
    });
    expect(remote).toMatchObject({
      kind: "openapi",
      document: "https://api.example.com/openapi.json",
      options: {},
      place: { file: "toolyard.json", path: "openapi[0]", line: 3 },
    });
    expect(local).toMatchObject({
      document: join(folder, "pets.yaml"),
      options: { namespace: "pets", timeoutMs: Infinity, mode: "thread" },
    });
  });

  test("has credentials filled in once: what they hold is not filled in again", async () => {
    const [source] = await sourcesOf(
      { openapi: [{ document: "pets.yaml", auth: { default: { bearer: "${TOKEN}" } } }] },
      { TOKEN: "a${HOME}b" },
    );
    expect(source?.options).toEqual({ auth: { default: { bearer: "a$${HOME}b" } } });
  });

  test("with a mistake names it, and never a credential", async () => {
    const config = { openapi: [{ document: "pets.yaml", auth: { key: { token: "${TOKEN}" } } }] };
    const message = await mistakesOf(config, { TOKEN: "secret-1" });
    expect(message).toContain("openapi[0].auth.key.token: is unknown.");
    expect(message).not.toContain("secret-1");
  });
});

describe("an MCP server", () => {
  test("is as hosts have it; its name is the namespace, and relative paths start from the config", async () => {
    const mcpServers = {
      "my files": { command: "npx", args: ["server", "."], cwd: "data", autoApprove: ["x"] },
      web: { url: "https://mcp.example.com", headers: { A: "${A:-b}" }, toolyard: { pool: 2 } },
      off: { command: "x", disabled: true },
    };
    const [files, web, ...others] = await sourcesOf({ mcpServers });
    expect(files).toMatchObject({
      kind: "mcp",
      server: { command: "npx", args: ["server", "."], cwd: join(folder, "data") },
      options: { namespace: "my-files", required: false },
      place: { file: "toolyard.json", path: 'mcpServers["my files"]' },
    });
    expect(web).toMatchObject({
      server: { url: "https://mcp.example.com", headers: { A: "b" } },
      options: { namespace: "web", pool: 2 },
    });
    expect(web?.kind === "mcp" && "cwd" in web.server).toBe(false);
    expect(others).toEqual([]);
  });

  test("may stand in a file of its own", async () => {
    write("servers.json", '{ "mcpServers": { "a": { "command": "${CMD}", }, } } // mine');
    const [source] = await sourcesOf({ mcpServers: "servers.json" }, { CMD: "run" });
    expect(source).toMatchObject({ server: { command: "run", cwd: folder } });
  });

  test.each<[string, string, string]>([
    ["no-file.json", "", "cannot be read"],
    ["broken.json", "{ a: ", "is no JSON"],
    ["other.json", "{}", 'has no "mcpServers" block'],
    [
      "unset.json",
      '{"mcpServers":{"a":{"command":"${UNSET}"}}}',
      "mcpServers.a.command needs the environment",
    ],
  ])("in a file %s is a mistake that is named", async (name, text, message) => {
    if (text !== "") write(name, text);
    expect(await mistakesOf({ mcpServers: name })).toContain(message);
  });

  test("with a setting that is unknown names it", async () => {
    const config = { mcpServers: { a: { command: "x", toolyard: { pools: 2 } } } };
    expect(await mistakesOf(config)).toContain("mcpServers.a.toolyard.pools: is unknown.");
  });
});
