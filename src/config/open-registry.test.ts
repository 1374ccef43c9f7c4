import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import type { ConfigEntry } from "./config-entry.ts";
import { loadConfig } from "./load-config.ts";
import { type OpenOptions, openRegistry } from "./open-registry.ts";

const folder = mkdtempSync(join(tmpdir(), "toolyard-open-"));
afterAll(() => rmSync(folder, { recursive: true }));

const MATH = fileURLToPath(new URL("../../test/fixtures/modules/math-tools.ts", import.meta.url));

function write(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

const PETS = write("pets.json", {
  openapi: "3.1.0",
  info: { title: "Pets", version: "1" },
  servers: [{ url: "http://127.0.0.1:9" }],
  security: [{ key: [] }],
  components: { securitySchemes: { key: { type: "apiKey", in: "query", name: "key" } } },
  paths: { "/pets": { get: { operationId: "list", responses: {} } } },
});

async function entriesOf(config: object, options?: OpenOptions): Promise<readonly ConfigEntry[]> {
  write("toolyard.json", config);
  const loaded = await loadConfig("toolyard.json", folder, { SECRET: "sekret-1" });
  const { registry, entries } = await openRegistry(loaded, {}, options);
  await registry.close();
  return entries;
}

describe("opening what a config names", () => {
  test("tells of each line what it gave, or why it gave nothing, and goes on", async () => {
    const broken = write("broken.mjs", 'throw new RangeError("No luck");');
    const entries = await entriesOf({
      tools: [broken, MATH],
      openapi: [
        { document: "none.yaml", namespace: "none" },
        { document: PETS, namespace: "pets" },
      ],
      disabled: { add: "why", nobody: "why" },
    });
    expect(entries.map(({ kind, names }) => [kind, names])).toEqual([
      ["module", []],
      ["module", ["add", "is_prime"]],
      ["openapi", []],
      ["openapi", ["pets.list"]],
      ["disabled", ["add"]],
      ["disabled", []],
    ]);
    expect(entries.map((entry) => "thrown" in entry)).toEqual([
      true,
      false,
      true,
      false,
      false,
      true,
    ]);
    expect(entries[3]?.place).toMatchObject({ file: "toolyard.json", path: "openapi[1]" });
  });

  test("registers modules before sources, though a module takes longer than a source to be there", async () => {
    const turn = "await new Promise((resolve) => setImmediate(resolve));\n";
    write("slow.mjs", `${turn.repeat(200)}export { add } from ${JSON.stringify(MATH)};`);
    write("toolyard.json", {
      tools: ["slow.mjs"],
      openapi: [{ document: PETS, rename: { list: "add" } }, { document: PETS }],
    });
    const loaded = await loadConfig("toolyard.json", folder, {});
    const { registry, entries } = await openRegistry(loaded);
    expect(registry.list().map(({ name }) => name)).toEqual(["add", "list"]);
    expect(registry.get("add")?.description).toContain("Adds");
    expect(entries.map(({ names }) => names)).toEqual([["add"], [], ["list"]]);
    await registry.close();
  });

  test("puts the problems of a source to the source that has them", async () => {
    const entries = await entriesOf({
      openapi: [
        "none.yaml",
        { document: PETS, namespace: "same", auth: { key: { apiKey: "${SECRET}" } } },
        { document: PETS, namespace: "same" },
      ],
    });
    expect(entries.map(({ problems }) => problems)).toEqual([
      [],
      [],
      [
        expect.stringContaining('1 operation needs the security scheme "key"'),
        expect.stringMatching(/^1 tool of source "same" .* source "same" .*"same": same\.list\./u),
      ],
    ]);
  });

  test("puts what keeps an export from being a tool to its module where that is asked for", async () => {
    const plain = write(
      "plain.ts",
      "/** Fine. */\nexport function fine(a: string): string { return a; }\n" +
        "/** Not fine. */\nexport function when(day: Date): string { return String(day); }\n",
    );
    const [entry] = await entriesOf({ tools: [plain] }, { tellsProblems: true });
    expect(entry?.names).toEqual(["fine"]);
    expect(entry?.problems).toEqual([expect.stringContaining("`when` cannot be a tool")]);
  });

  test("shows no query and no password of a URL", async () => {
    const [one, two] = await entriesOf({
      openapi: ["http://127.0.0.1:9/a.json?key=${SECRET}", "http://u:${SECRET}@127.0.0.1:9/b.json"],
    });
    expect([one?.label, two?.label]).toEqual([
      "http://127.0.0.1:9/a.json",
      "http://127.0.0.1:9/b.json",
    ]);
    expect(JSON.stringify([one, two, String(one?.thrown), String(two?.thrown)])).not.toContain(
      "sekret-1",
    );
  });

  test("gives up with the signal's reason, though a module is never done loading", async () => {
    write("endless.mjs", "globalThis.reportsLoading?.(); await new Promise(() => {});");
    const loading = Promise.withResolvers<void>();
    Object.assign(globalThis, { reportsLoading: loading.resolve });
    const controller = new AbortController();
    const opening = entriesOf({ tools: ["endless.mjs"] }, { signal: controller.signal });
    await loading.promise;
    const reason = new Error("enough");
    controller.abort(reason);
    await expect(opening).rejects.toBe(reason);
  });

  test("gives up at once when the signal has aborted before", async () => {
    const reason = new Error("too late");
    const opening = entriesOf({ tools: [MATH] }, { signal: AbortSignal.abort(reason) });
    await expect(opening).rejects.toBe(reason);
  });

  test("names modules by their URL", async () => {
    const [entry] = await entriesOf({ tools: [MATH] });
    expect(entry?.label).toBe(pathToFileURL(MATH).href);
    expect(entry?.tookMs).toBeGreaterThan(0);
  });
});
