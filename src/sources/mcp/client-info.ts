import { createRequire } from "node:module";

/** What this package tells a server of itself. */
export function clientInfo(): { readonly name: string; readonly version: string } {
  const require = createRequire(import.meta.url);
  // In a bundle it may be somebody else's manifest, and servers refuse a client without a version.
  const { version = "0.0.0" } = require("../../../package.json") as { readonly version?: string };
  return { name: "toolyard", version };
}
