/** The command line over documents and servers, as people have them. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { type IncomingMessage, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type CapturedRun, runInProcess } from "../fixtures/cli/captured-io.ts";
import { CLI_ENTRY } from "../fixtures/cli/spawn-cli.ts";

const SECRET = "sekret-7f3a9c";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "toolyard-cli-sources-")));
afterAll(() => rmSync(folder, { recursive: true }));

const programOf = (server: string): string =>
  fileURLToPath(import.meta.resolve(`@modelcontextprotocol/server-${server}/dist/index.js`));
const fixture = (path: string): string =>
  fileURLToPath(new URL(`../fixtures/${path}`, import.meta.url));
const command = process.execPath;

const MEMORY = {
  command,
  args: [programOf("memory")],
  env: { MEMORY_FILE_PATH: join(folder, "memory.jsonl") },
};
const listing = (kind: string): object => ({
  command,
  args: [fixture("mcp/listing-server.ts"), kind],
});
const STUBBORN = { command, args: [fixture("cli/stubborn-server.ts")] };

function write(name: string, content: unknown): void {
  const text = typeof content === "string" ? content : JSON.stringify(content, undefined, 1);
  writeFileSync(join(folder, name), text);
}

let seen: IncomingMessage["headers"][] = [];
const api = createServer((request, response) => {
  seen.push(request.headers);
  const key = request.headers["x-key"];
  const isLetIn = key === SECRET;
  response.writeHead(isLetIn ? 200 : 401, { "content-type": "application/json" });
  response.end(JSON.stringify(isLetIn ? { url: request.url } : { error: `no key ${String(key)}` }));
});
let apiUrl = "";

beforeAll(async () => {
  await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
  apiUrl = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
  write("pets.yaml", PETS.replace("API", apiUrl));
  write("tools.ts", TOOLS);
  write(".mcp.json", {
    mcpServers: {
      files: { command, args: [programOf("filesystem"), folder], autoApprove: ["x"] },
      memory: MEMORY,
    },
  });
  write("toolyard.json", {
    tools: ["./tools.ts"],
    openapi: [
      { document: "pets.yaml", namespace: "pets", auth: { petKey: { apiKey: "${PET_KEY}" } } },
    ],
    mcpServers: "./.mcp.json",
    disabled: { "files.write_file": "Not from here." },
  });
});
afterAll(() => new Promise((resolve) => api.close(resolve)));

const PETS = `
openapi: 3.1.0
info: { title: Pets, version: "1" }
servers: [{ url: API }]
security: [{ petKey: [] }]
components: { securitySchemes: { petKey: { type: apiKey, in: header, name: X-Key } } }
paths:
  /pets:
    get: { operationId: list, summary: Lists pets., responses: { "200": { description: Pets. } } }
  /pets/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
    get: { operationId: show, responses: { "200": { description: A pet. } } }
`;

const TOOLS = `
/** Greets somebody. */
export function greet(name: string): string {
  return "Hello " + name;
}
/** Says when. */
export function when(day: Date): string {
  return String(day);
}
`;

function cli(args: readonly string[], stdin = ""): Promise<CapturedRun> {
  const env = { PATH: String(process.env["PATH"]), PET_KEY: SECRET };
  return runInProcess(args, { cwd: folder, env, stdin });
}

describe("toolyard check", () => {
  test("says of every line what it gives, how long it took, and what could be better", async () => {
    const { exitCode, stdout } = await cli(["check"]);
    const lines = stdout.split("\n");
    expect(lines[0]).toMatch(/^ok {4}module {4}tools\.ts {3,}1 tool {1,}\d+ ms$/u);
    expect(lines[1]).toContain("warn  `when` cannot be a tool");
    expect(lines[2]).toMatch(/^ok {4}openapi {3}pets\.yaml {3,}2 tools/u);
    expect(lines[3]).toMatch(/^ok {4}mcp {7}files .* 14 tools/u);
    expect(lines[4]).toContain("warn  `autoApprove` does nothing here.");
    expect(lines[5]).toMatch(/^ok {4}mcp {7}memory .* 9 tools/u);
    expect(lines[6]).toBe("ok    disabled  files.write_file");
    expect(lines[7]).toMatch(/^warn {2}pets\.show \(every provider\): It has no description/u);
    expect(lines[8]).toBe("26 tools, 0 failed, 3 warnings");
    expect(exitCode).toBe(0);
  });

  test("warns of limits that hold for no tool, once every source is there", async () => {
    const limits = { "source:pets": { concurrency: 2 }, "source:nope": { concurrency: 2 } };
    write("limits.json", { openapi: [{ document: "pets.yaml", namespace: "pets" }], limits });
    const { exitCode, stdout } = await cli(["check", "--config", "limits.json"]);
    expect(stdout).toContain('\nwarn  limits["source:nope"] holds for no tool.');
    expect(stdout).not.toContain("source:pets");
    expect(exitCode).toBe(0);
    write("limits.json", { mcpServers: { nope: { command: "there-is-no-such-command" } }, limits });
    const away = await cli(["check", "--config", "limits.json"]);
    expect(away.stdout).not.toContain("holds for no tool");
  });

  test("names the security scheme that has no credential", async () => {
    const { exitCode, stdout } = await cli(["check", "--openapi", "pets.yaml"]);
    expect(stdout).toContain(
      'warn  2 operations need the security scheme "petKey", for which no credential is given. ' +
        'Set `auth: { "petKey": { apiKey: "…" } }`.',
    );
    expect(exitCode).toBe(0);
  });

  test("gives each source its own time, and the tools of those that are there", async () => {
    const hang = { ...STUBBORN, toolyard: { connectTimeoutMs: 1_500 } };
    write("hang.json", { mcpServers: { hang, memory: MEMORY } });
    const { exitCode, stdout } = await cli(["check", "--mcp", "hang.json", "--json"]);
    const { entries } = JSON.parse(stdout) as {
      readonly entries: readonly { tookMs: number; names: string[]; thrown?: string }[];
    };
    expect(entries[0]?.thrown).toContain("did not answer within 1500 ms (`connectTimeoutMs`)");
    expect(entries[0]?.tookMs).toBeGreaterThanOrEqual(1_500);
    expect(entries[1]?.names).toHaveLength(9);
    expect(entries[1]?.tookMs).toBeLessThan(entries[0]?.tookMs ?? 0);
    expect(exitCode).toBe(1);
  });

  test("is short though a document has a thousand operations and a server ten thousand tools", async () => {
    const paths = Array.from({ length: 1_000 }, (_, index) => [
      `/things/${index}`,
      { get: { operationId: `thing${index}`, responses: {} } },
    ]);
    const info = { title: "Things", version: "1" };
    const servers = [{ url: apiUrl }];
    write("big.json", { openapi: "3.0.3", info, servers, paths: Object.fromEntries(paths) });
    write("many.json", { mcpServers: { many: listing("many") } });
    const args = ["check", "--openapi", "big.json", "--mcp", "many.json"];
    const { exitCode, stdout } = await cli(args);
    expect(stdout.split("\n").length).toBeLessThan(20);
    expect(stdout).toContain("1000 tools");
    expect(stdout).toContain("10000 tools");
    expect(stdout).toContain("The same of 997 more tools; --json has all.");
    expect(stdout).toContain("warn  openai-chat, openai-responses: 11000 tools; at most 128");
    expect(exitCode).toBe(0);
    const forOne = await cli([...args, "--format", "openai-chat"]);
    expect(forOne.stdout).toContain("fail  openai-chat: 11000 tools; at most 128");
    expect(forOne.exitCode).toBe(1);
  });

  test("tells of what a server lies about, and of two sources with the same names", async () => {
    const same = { toolyard: { namespace: "same" } };
    const block = { lies: listing("lies"), a: { ...MEMORY, ...same }, b: { ...MEMORY, ...same } };
    write("lies.json", { mcpServers: block });
    const { stdout } = await cli(["check", "--mcp", "lies.json"]);
    expect(stdout).toContain('warn  "fine" is listed twice by the server; the first counts.');
    expect(stdout).toMatch(/mcp {7}a {4,}9 tools/u);
    expect(stdout).toMatch(
      /mcp {7}b {4,}0 tools[^\n]*\n {6}warn {2}9 tools of source "same" [^\n]* source "same" /u,
    );
    expect(stdout.match(/are left out/gu)).toHaveLength(1);
  });
});

describe("toolyard list", () => {
  test("shows the tools of one source, or those that fit words", async () => {
    const pets = await cli(["list", "--source", "pets"]);
    expect(pets.stdout.split("\n").map((line) => line.split(" ")[0])).toEqual([
      "pets.list",
      "pets.show",
      "",
    ]);
    const found = await cli(["list", "--search", "knowledge graph", "--json"]);
    const names = (JSON.parse(found.stdout) as { readonly name: string }[]).map(({ name }) => name);
    expect(names).toContain("memory.read_graph");
    expect((await cli(["list", "--search", "zzzz"])).stdout).toBe("No tools fit.\n");
  });

  test("says which sources there are when it is asked for another", async () => {
    const { exitCode, stderr } = await cli(["list", "--source", "pet"]);
    expect(stderr).toContain('There is no source "pet". There are: pets, files, memory.');
    expect(exitCode).toBe(2);
  });

  test("lists what is there while a server is not, though one of its tools is switched off", async () => {
    const away = { command: "there-is-no-such-command" };
    write("away.json", { mcpServers: { away, memory: MEMORY }, disabled: { "away.rm": "No." } });
    const listed = await cli(["list", "--config", "away.json"]);
    expect(listed.stdout).toContain("memory.read_graph");
    expect(listed.exitCode).toBe(0);
    const checked = await cli(["check", "--config", "away.json"]);
    expect(checked.stdout).toContain("ok    disabled  away.rm  once its source is there");
    expect(checked.stdout).toContain('there is no command "there-is-no-such-command"');
    expect(checked.exitCode).toBe(1);
  });
});

describe("toolyard run and call", () => {
  test.each(["async", "thread", "process"])("run calls of every kind in mode %s", async (mode) => {
    const calls = [
      ["greet", { name: "Ada" }],
      ["pets.show", { id: "7" }],
      ["files.list_directory", { path: folder }],
      ["memory.read_graph", {}],
      ["files.write_file", { path: join(folder, "x"), content: "x" }],
    ];
    seen = [];
    const stdin = calls.map(([name, input]) => JSON.stringify({ name, input })).join("\n");
    const args = ["run", "-", "--mode", mode, "--json", "--timeline", "--stats"];
    const { exitCode, stdout, stderr } = await cli(args, stdin);
    const results = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(results).toMatchObject([
      { status: "ok", output: "Hello Ada" },
      { status: "ok", output: { url: "/pets/7" }, timing: { mode } },
      { status: "ok", timing: { mode } },
      { status: "ok", timing: { mode } },
      {
        error: {
          code: "TOOL_DISABLED",
          message: expect.stringContaining("Not from here.") as unknown,
        },
      },
    ]);
    expect(seen.map((headers) => headers["x-key"])).toEqual([SECRET]);
    expect(stderr).toMatch(/│ pets +│ openapi +│ +up +│ +2 +│/u);
    expect(stderr).toMatch(/│ files +│ +mcp +│ +up +│ +14 +│/u);
    expect(stderr).toMatch(/━|┃|┫/u);
    expect(exitCode).toBe(1);
  });

  test("say at once that a server is not there", async () => {
    write("down.json", { mcpServers: { down: { command: "there-is-no-such-command" } } });
    const { exitCode, stderr } = await cli(["call", "down.any", "--mcp", "down.json"]);
    expect(stderr).toContain("TOOL_NOT_FOUND");
    expect(exitCode).toBe(1);
  });
});

/** What the program itself prints, warnings included. */
function printedBy(args: readonly string[], key: string): Promise<string> {
  return new Promise((resolve) => {
    const settings = { cwd: folder, env: { PATH: process.env["PATH"], PET_KEY: key } };
    execFile(process.execPath, [CLI_ENTRY, ...args], settings, (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
}

test("nothing that a command prints shows a secret", async () => {
  const closed = "http://127.0.0.1:9";
  const shout = "console.error(process.env.K, process.argv[1]); process.exit(1)";
  const mcpServers = {
    web: {
      url: `${closed}/mcp?token=\${PET_KEY}`,
      headers: { Authorization: "Bearer ${PET_KEY}" },
    },
    loud: { command, args: ["-e", shout, "${PET_KEY}"], env: { K: "${PET_KEY}" } },
  };
  const pets = {
    document: "pets.yaml",
    namespace: "p",
    auth: { default: { apiKey: "${PET_KEY}" } },
  };
  write("sound.json", { openapi: [pets], mcpServers });
  write("broken.json", {
    openapi: [
      `${closed}/a.json?key=\${PET_KEY}`,
      { document: `http://u:\${PET_KEY}@127.0.0.1:9/b.json` },
      { document: "pets.yaml", auth: { none: { bearer: "${PET_KEY}" } } },
      { document: "pets.yaml", headers: { "X-Key": "${PET_KEY}\n" } },
    ],
    mcpServers,
  });
  const commands = [
    ["check", "--config", "broken.json"],
    ["check", "--json", "--config", "broken.json"],
    ["list", "--config", "broken.json"],
    ["list", "--json", "--config", "sound.json"],
    ["call", "p.list", "--json", "--config", "sound.json"],
    ["call", "p.list", "--mode", "process", "--config", "sound.json"],
  ];
  // The server refuses it, and says it out loud.
  const key = `${SECRET}-wrong`;
  const printed = await Promise.all(commands.map((args) => printedBy(args, key)));
  for (const [index, text] of printed.entries()) {
    expect(text, String(commands[index])).not.toBe("");
    expect(text, String(commands[index])).not.toContain(SECRET);
  }
  for (const text of printed.slice(-2)) expect(text).toContain("PERMISSION_DENIED");
});

describe("Ctrl-C while servers start", () => {
  test.each(["check", "list", "run -"])("ends `%s` and them", async (args) => {
    // A server's words on stderr are kept to themselves: its pid is found in a file.
    const pids = join(folder, "pids");
    writeFileSync(pids, "");
    const note = `require("node:fs").appendFileSync(${JSON.stringify(pids)}, process.pid + "\\n")`;
    const preload = join(folder, "note-pid.cjs");
    writeFileSync(preload, note);
    const noted = { ...STUBBORN, args: ["--require", preload, ...STUBBORN.args] };
    write("stubborn.json", { mcpServers: { a: noted, b: noted } });
    const child = execFile(
      process.execPath,
      [CLI_ENTRY, ...args.split(" "), "--mcp", "stubborn.json"],
      { cwd: folder, env: { PATH: process.env["PATH"] } },
    );
    const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
    child.stdin?.end('{ "name": "any", "input": {} }');
    const started = (): number[] =>
      readFileSync(pids, "utf8").split("\n").filter(Boolean).map(Number);
    onTestFinished(() => {
      child.kill("SIGKILL");
      for (const pid of started().filter(isAlive)) process.kill(pid, "SIGKILL");
    });
    while (started().length < 2) await sleep(20);
    child.kill("SIGINT");
    expect(await ended).toBe(130);
    expect(started().filter(isAlive)).toEqual([]);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/su.test(readStat(pid));
  } catch {
    return false;
  }
}

/** Dead ones that init has not collected yet do not count. */
function readStat(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return "";
  }
}
