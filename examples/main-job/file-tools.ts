/** Facts about files of this repository. */
import { readFile } from "node:fs/promises";
import { defineTool } from "../../src/tool.ts";
import { repositoryFile } from "./repository-file.ts";

export const fileStats = defineTool({
  name: "stats",
  description: "How many lines, words and bytes a file of the repository has",
  input: { type: "object", properties: { path: { type: "string" } }, required: ["path"] },
  annotations: { readOnly: true },
  execute: async ({ path }, { signal }) => {
    const bytes = await readFile(repositoryFile(path), { signal });
    const text = bytes.toString();
    const lines = text.split("\n");
    return {
      lines: lines.length - (text.endsWith("\n") ? 1 : 0),
      words: text.match(/\S+/g)?.length ?? 0,
      bytes: bytes.length,
      longestLine: lines.reduce((most, line) => Math.max(most, line.length), 0),
    };
  },
});
