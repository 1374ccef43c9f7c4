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
    ["broken.json", "{ a: ", "broken.json:1:3  a is not JSON"],
    ["other.json", "{}", 'has no "mcpServers" block'],
    [
      "unset.json",
      '{"mcpServers":{"a":{"command":"${UNSET}"}}}',
      "unset.json:1:31  mcpServers.a.command: needs the environment",
    ],
  ])("in a file %s is a mistake that is named", async (name, text, message) => {
    if (text !== "") write(name, text);
    expect(await mistakesOf({ mcpServers: name })).toContain(message);
  });

  test.each(["mcpServers", "servers"])(
    "may be written as editors have it, in a block %s, with fields for others alone",
    async (block) => {
      const servers = {
        odd: {
          type: "stdio",
          command: "${env:CMD}",
          args: ["--port", 80, true],
          env: { PORT: 80, DEBUG: false },
          url: null,
          description: "in ${workspaceFolder} with ${UNSET}",
          autoApprove: ["x"],
          timeout: 60,
        },
        off: { command: "${UNSET}", disabled: true },
        away: { command: "${input:key}", enabled: false },
        wind: { serverUrl: "https://mcp.example.com/sse", toolyard: { pool: "${POOL}" } },
      };
      write("editor.json", JSON.stringify({ inputs: [{ id: "key" }], [block]: servers }));
      const environment = { CMD: "run", POOL: "3" };
      const found = await sourcesOf({ mcpServers: "editor.json" }, environment);
      expect(found).toMatchObject([
        { name: "odd", server: { command: "run", args: ["--port", 80, true], env: { PORT: 80 } } },
        { name: "wind", options: { pool: 3 } },
      ]);
      expect(found.map(({ place }) => place.file)).toEqual(["editor.json", "editor.json"]);
      if (block === "mcpServers") {
        expect(await sourcesOf({ mcpServers: servers }, environment)).toHaveLength(2);
      }
    },
  );

  test.each<[object, string]>([
    [{ command: "x", url: "http://127.0.0.1" }, "mcpServers.a: has both `command` and `url`."],
    [{ args: [] }, "mcpServers.a: has neither `command`"],
    [{ url: "localhost:80" }, "mcpServers.a: needs a whole address in `url`"],
    [{ command: "x", type: "pipe" }, 'mcpServers.a: has the type "pipe".'],
    [{ command: "x", env: { A: ["secret-1"] } }, "mcpServers.a.env.A: is a list. Write text"],
    [{ command: "${input:key}" }, "mcpServers.a.command: holds ${input:…, which only an editor"],
    [{ command: "x", toolyard: { pool: 0 } }, "mcpServers.a.toolyard.pool: is 0."],
  ])("like %j is a mistake, wherever it stands", async (server, message) => {
    const mcpServers = { a: server };
    write("one.json", JSON.stringify({ mcpServers }));
    const found = await mistakesOf({ mcpServers });
    expect(found).toContain(`  ${message}`);
    expect(found).not.toContain("secret-1");
    expect(await mistakesOf({ mcpServers: "one.json" })).toMatch(/^one\.json:1:\d+ /u);
  });

  test("with a name that is no namespace needs one of its own", async () => {
    const config = { mcpServers: { "a..b": { command: "x" } } };
    expect(await mistakesOf(config)).toContain('mcpServers["a..b"]: cannot be a namespace:');
    const named = { mcpServers: { "a..b": { command: "x", toolyard: { namespace: "ab" } } } };
    expect(await sourcesOf(named)).toMatchObject([{ options: { namespace: "ab" } }]);
  });

  test("with a setting that is unknown names it", async () => {
    const config = { mcpServers: { a: { command: "x", toolyard: { pools: 2 } } } };
    expect(await mistakesOf(config)).toContain("mcpServers.a.toolyard.pools: is unknown.");
  });

  test.each(["elicit", "sample", "authProvider"])(
    "that cannot say %s tells where to",
    async (field) => {
      const config = { mcpServers: { a: { command: "x", toolyard: { [field]: "ask" } } } };
      expect(await mistakesOf(config)).toContain(
        `mcpServers.a.toolyard.${field}: is made of code, which a config does not hold.`,
      );
    },
  );

  test("knows what is made of code from other mistakes of that name", async () => {
    expect(await mistakesOf({ limits: { "*": { sample: 1 } } })).toContain(
      'limits["*"].sample: is unknown.',
    );
  });
});
