/** An MCP server over stdio that searches the documentation of this repository. */
import { globSync, readFileSync } from "node:fs";
import { McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import MiniSearch from "minisearch";
import { z } from "zod";

const ROOT = new URL("../../", import.meta.url);

const paragraphs = globSync("{README.md,docs/*.md,docs/*/*.md}", { cwd: ROOT }).flatMap((file) =>
  readFileSync(new URL(file, ROOT), "utf8")
    .split(/\n\s*\n/u)
    .map((text, place) => ({ id: `${file}#${place + 1}`, text })),
);
const index = new MiniSearch({ fields: ["text"], storeFields: ["text"] });
index.addAll(paragraphs);

serveStdio(() => {
  const server = new McpServer({ name: "docs", version: "1.0.0" });
  server.registerTool(
    "search_docs",
    {
      description: "Searches the documentation. Returns paragraphs, the best first.",
      inputSchema: z.object({ query: z.string(), limit: z.number().int().max(10).default(3) }),
      annotations: { readOnlyHint: true },
    },
    ({ query, limit }) => {
      const found = index.search(query, { prefix: true }).slice(0, limit);
      const text = found.map(({ id, text: paragraph }) => `${id}\n${paragraph}`).join("\n\n");
      return { content: [{ type: "text", text: text === "" ? "Nothing found." : text }] };
    },
  );
  return server;
});
