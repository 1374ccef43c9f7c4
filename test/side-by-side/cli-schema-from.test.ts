/** `toolyard schema --from`: schemas of a module, ahead of time. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runInProcess } from "../fixtures/cli/captured-io.ts";

let cwd: string;

const TSCONFIG = { compilerOptions: { strict: true, module: "nodenext", types: [] } };
const FILES = {
  "package.json": JSON.stringify({ type: "module" }),
  "tsconfig.json": JSON.stringify(TSCONFIG),
  "tools.ts": `
    /** Doubles a number. */
    export const double = (n: number): number => n * 2;
    /** Waits until a day. */
    export const until = (day: Date): number => Number(day);`,
  "none.ts": "export const version = 1;",
};

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "toolyard-schema-"));
  for (const [name, text] of Object.entries(FILES)) await writeFile(join(cwd, name), text);
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

test("writes a file, says what it could not, and the module is run by it from then on", async () => {
  const flags = ["schema", "--from", "./tools.ts", "--out", "tools.schema.json"];
  const { exitCode, stdout, stderr } = await runInProcess(flags, { cwd });
  expect(stderr).toBe(
    "`until` cannot be a tool: parameter `day`: `Date` is not JSON. Take a string, and make the Date of it inside.\n" +
      "tools.schema.json: 1 schema of ./tools.ts\n",
  );
  expect([exitCode, stdout]).toEqual([0, ""]);
  const text = await readFile(join(cwd, "tools.schema.json"), "utf8");
  expect(JSON.parse(text)).toMatchObject({
    format: "toolyard.schemas.1",
    sources: { "tools.ts": expect.stringMatching(/^[\w-]{43}$/u) as unknown },
    tools: [{ exportName: "double", name: "double", description: "Doubles a number." }],
  });

  const written = text.replace("Doubles a number.", "Twice a number.");
  await writeFile(join(cwd, "tools.schema.json"), written);
  const shown = await runInProcess(["schema", "-m", "./tools.ts", "-f", "anthropic"], { cwd });
  expect(JSON.parse(shown.stdout)).toEqual([
    {
      name: "double",
      description: "Twice a number.",
      input_schema: {
        type: "object",
        properties: { n: { type: "number" } },
        required: ["n"],
        additionalProperties: false,
      },
    },
  ]);
  const called = await runInProcess(["call", "double", "n:=4", "-m", "./tools.ts"], { cwd });
  expect(called.stdout).toContain("8");

  await writeFile(join(cwd, "tools.ts"), `${FILES["tools.ts"]}\n// More.\n`);
  const stale = await runInProcess(["call", "double", "n:=4", "-m", "./tools.ts"], { cwd });
  expect(stale.stderr).toContain("tools.schema.json are older than ");
  expect(stale.exitCode).toBe(2);
});

test("prints them where no file is named", async () => {
  const { exitCode, stdout } = await runInProcess(["schema", "--from", "tools.ts"], { cwd });
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    sources: { "tools.ts": expect.any(String) as unknown },
  });
});

test.each<[flags: readonly string[], complaint: RegExp]>([
  [["--out", "a.json"], /--out goes with --from\. Name a module/u],
  [["--from", "tools.ts", "double"], /--from takes one module, and all of it/u],
  [["--from", "tools.ts", "-m", "none.ts"], /--from takes one module, and all of it/u],
  [["--from", "tool.ts"], /--from tool\.ts names .*tool\.ts, which is no file/u],
  [["--from", "none.ts"], /none\.ts exports no functions or classes that can be tools/u],
  [["--from", "tools.ts", "--out", "gone/a.json"], /gone\/a\.json cannot be written: ENOENT/u],
])("%j is wrong usage", async (flags, complaint) => {
  const { exitCode, stdout, stderr } = await runInProcess(["schema", ...flags], { cwd });
  expect(stderr).toMatch(complaint);
  expect([exitCode, stdout]).toEqual([2, ""]);
});
