import { createRequire } from "node:module";

/** What this package tells a server of itself. */
export function clientInfo(): { readonly name: string; readonly version: string } {
  const require = createRequire(import.meta.url);
  const { version } = require("../../../package.json") as { readonly version: string };
  return { name: "toolyard", version };
}
