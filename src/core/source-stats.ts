/** One connection of a source: a child process, a session over HTTP. */
export interface SourceConnectionStats {
  readonly state: SourceState;
  /** The server's process id, where the source started it. */
  readonly pid?: number | undefined;
  /** Calls sent to it and not answered. */
  readonly running: number;
  /** Calls it has answered. */
  readonly callsDone: number;
  /** Times it was started again. */
  readonly restarts: number;
}

/** `starting`: not yet usable for the first time. `down`: cannot be called at the moment. */
export type SourceState = "starting" | "up" | "down" | "closed";

/** One source of tools, as this process sees it; connections that workers have of their own are not among these. */
export interface SourceStats {
  /** Its name: the namespace, or what it calls itself. */
  readonly source: string;
  /** `openapi`, `mcp`. */
  readonly kind: string;
  /** What it comes from, for people: a document's address, a server's command. */
  readonly label: string;
  readonly state: SourceState;
  /** How many tools of it are registered. */
  readonly tools: number;
  /** Tools that it offers and that were left out, and why. */
  readonly problems: readonly string[];
  /** Times that a connection of it was started again. */
  readonly restarts: number;
  /** Why it was down last. */
  readonly lastError?: string | undefined;
  readonly connections: readonly SourceConnectionStats[];
}
