/** Where the arithmetic comes from, in the order in which it is measured. */
export const KINDS = ["functions", "class", "openapi", "mcp-stdio", "mcp-http", "mcp-sse"] as const;

/** One of them. */
export type SourceKind = (typeof KINDS)[number];

/** Their headings. */
export const KIND_TITLES: Readonly<Record<SourceKind, string>> = {
  functions: "Functions",
  class: "A class",
  openapi: "OpenAPI",
  "mcp-stdio": "MCP over stdio",
  "mcp-http": "MCP over Streamable HTTP",
  "mcp-sse": "MCP over SSE",
};

/** Calls that the bare clients, and our registry, have on the way to a server at once. */
export const IN_FLIGHT = 100;
