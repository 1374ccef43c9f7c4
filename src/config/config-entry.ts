import type { ConfigPlace } from "./config-error.ts";

/** What came of one line of a config. */
export interface ConfigEntry {
  /** `disabled`: a tool that is switched off. */
  readonly kind: "module" | "openapi" | "mcp" | "disabled";
  /** What the line names, for people: a module's URL, a document without the query of its URL, a server's name. */
  readonly label: string;
  /** Where it stands. */
  readonly place: ConfigPlace;
  /** Milliseconds that it took to import or to start by itself. */
  readonly tookMs: number;
  /** The full names of the tools it gave. */
  readonly names: readonly string[];
  /** Tools that it did not give, and why; other things that are wrong with it. */
  readonly problems: readonly string[];
  /** Why it gave none. */
  readonly thrown?: unknown;
}
