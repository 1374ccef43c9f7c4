import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { readMcpFile } from "./mcp-file.ts";

async function fileOf(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "toolyard-mcp-file-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "mcp.json");
  await writeFile(file, text);
  return file;
}

const BLOCK = { mcpServers: { a: { command: "x" } } };

test("a file is read with comments, trailing commas and the mark that Windows' editors put before it", async () => {
  const file = await fileOf('\uFEFF{ // mine\n"mcpServers": { "a": { "command": "x", }, }, }\r\n');
  expect(await readMcpFile(file)).toEqual(BLOCK);
  expect(await readMcpFile(pathToFileURL(file))).toEqual(BLOCK);
  expect(await readMcpFile(pathToFileURL(file).href)).toEqual(BLOCK);
});

test.each([
  ["", "line 1"],
  ['{\n"mcpServers": {}\n', "line 3"],
])("what is no JSON (%j) is told with its place, and nothing of it", async (text, place) => {
  const file = await fileOf(text);
  await expect(readMcpFile(file)).rejects.toThrow(`${file}, ${place}, is no JSON:`);
});

test("a file that is not there is told with its path", async () => {
  const file = join(await fileOf("{}"), "none.json");
  await expect(readMcpFile(file)).rejects.toThrow(`${file} cannot be read`);
});
