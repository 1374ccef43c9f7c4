/** An MCP server over stdio that searches the code of this repository, and an archive that takes its time. */
import { globSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { z } from "zod";

const ROOT = new URL("../../", import.meta.url);

/** What an answer of the archive takes, as if it came from far away. Milliseconds. */
const LATENCY_MS = Number(process.env["ARCHIVE_LATENCY_MS"] ?? 1_500);

const READ_ONLY = { readOnlyHint: true } as const;

function linesWith(pattern: RegExp, files: string, limit: number): string {
  const found: string[] = [];
  for (const file of globSync(files, { cwd: ROOT })) {
    const lines = readFileSync(new URL(file, ROOT), "utf8").split("\n");
    for (const [place, line] of lines.entries()) {
      if (found.length === limit) return found.join("\n");
      if (pattern.test(line)) found.push(`${file}:${place + 1}: ${line.trim()}`);
    }
  }
  return found.join("\n");
}

/** The decisions in which every one of the words stands, with their titles. */
function decisionsAbout(words: string): string {
  const wanted = words.toLowerCase().split(/\s+/u);
  const found = globSync("docs/decisions/*.md", { cwd: ROOT }).flatMap((file) => {
    const text = readFileSync(new URL(file, ROOT), "utf8");
    const has = (word: string): boolean => text.toLowerCase().includes(word);
    return wanted.every(has) ? [`${file}: ${text.split("\n")[0]}`] : [];
  });
  return found.length === 0 ? "Nothing found." : found.join("\n");
}

serveStdio(() => {
  const server = new McpServer({ name: "code", version: "1.0.0" });
  server.registerTool(
    "search_code",
    {
      description: "Searches the source for a regular expression. Returns lines with their files.",
      inputSchema: z.object({ pattern: z.string(), limit: z.number().int().max(50).default(10) }),
      annotations: READ_ONLY,
    },
    ({ pattern, limit }) => {
      const text = linesWith(new RegExp(pattern, "u"), "src/**/*.ts", limit);
      return { content: [{ type: "text", text: text === "" ? "Nothing found." : text }] };
    },
  );
  server.registerTool(
    "search_decisions",
    {
      description: "Searches the archive of decisions for words. Slow.",
      inputSchema: z.object({ words: z.string() }),
      annotations: READ_ONLY,
    },
    async ({ words }) => {
      await sleep(LATENCY_MS);
      return { content: [{ type: "text", text: decisionsAbout(words) }] };
    },
  );
  return server;
});
