/** `search_tools`: lets a model find the tools that it was not told of. */
import type { Tool } from "../core/tool.ts";
import { defineMetaTool } from "./meta-tool.ts";
import type { MetaToolsParts } from "./meta-tools.ts";

/** Most tools that a model may ask for at once. */
const MAX_FOUND = 50;
const DEFAULT_FOUND = 5;

interface SearchInput {
  readonly query: string;
  readonly limit: number;
}

/** The tool that finds deferred tools, and tells how to call them. */
export function searchTools({ schemas, search }: Pick<MetaToolsParts, "schemas" | "search">): Tool {
  return defineMetaTool<SearchInput>({
    name: "search_tools",
    description:
      "Finds further tools by what they do. Returns the name, description and input schema of each, best first. " +
      "Call them with call_tools.",
    input: {
      type: "object",
      properties: {
        query: {
          type: "string",
          description: "What the tool should do, in a few words; not the arguments.",
        },
        limit: {
          type: "integer",
          minimum: 1,
          maximum: MAX_FOUND,
          default: DEFAULT_FOUND,
          description: "Most tools to return.",
        },
      },
      required: ["query"],
    },
    annotations: { readOnly: true, idempotent: true },
    execute: ({ query, limit }) => {
      const found = search.search(query, { limit, filter: { deferred: true } });
      if (found.length > 0) return schemas.describe(found.map(({ name }) => name));
      return "No tool fits these words. Try others: what it is about, or what it does.";
    },
  });
}
