/** Hashes of texts and files. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { defineTool } from "../../src/tool.ts";
import { repositoryFile } from "./repository-file.ts";

const algorithm = { enum: ["sha256", "sha512", "md5"], default: "sha256" } as const;

export const hashText = defineTool({
  name: "text",
  description: "The hash of a text, in hexadecimal",
  input: {
    type: "object",
    properties: { text: { type: "string" }, algorithm },
    required: ["text"],
  },
  annotations: { readOnly: true },
  execute: ({ text, algorithm: name }) => createHash(name).update(text).digest("hex"),
});

export const hashFile = defineTool({
  name: "file",
  description: "The hash of a file of the repository, in hexadecimal",
  input: {
    type: "object",
    properties: { path: { type: "string" }, algorithm },
    required: ["path"],
  },
  annotations: { readOnly: true },
  execute: async ({ path, algorithm: name }, { signal }) => {
    const hash = createHash(name);
    await pipeline(createReadStream(repositoryFile(path)), hash, { signal });
    return hash.digest("hex");
  },
});
