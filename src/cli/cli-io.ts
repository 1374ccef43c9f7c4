/** The world as the CLI sees it; a parameter, so that the CLI runs inside tests as well. */

/** Somewhere text goes. */
export interface CliOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  /** Columns of the terminal; undefined when it is none. */
  readonly columns?: number | undefined;
}

/**
 * Why a run is cut short: a signal, a reader that went away (`SIGPIPE`), an error thrown outside of
 * any call, or that nothing is left in this process that could ever end what still runs. Each would
 * end the program if nobody listened.
 */
export type InterruptCause =
  | { readonly is: "signal"; readonly signal: "SIGINT" | "SIGTERM" | "SIGHUP" | "SIGPIPE" }
  | { readonly is: "stray-error"; readonly thrown: unknown }
  | { readonly is: "stuck" };

/** What the CLI reads, writes and listens to. */
export interface CliIo {
  /** Results, and nothing else. */
  readonly stdout: CliOutput;
  /** Progress, mistakes and what tools print. */
  readonly stderr: NodeJS.WritableStream & CliOutput;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What paths are relative to. Absolute. */
  readonly cwd: string;
  /** All of standard input as text. */
  readStdin(): Promise<string>;
  /**
   * Hears interruptions instead of dying of them. Returns what takes the listener off.
   */
  onInterrupt(listener: (cause: InterruptCause) => void): () => void;
  /**
   * Hears that the program ends while the listener is on: a tool on the event loop called
   * `process.exit`. The program then ends with code 1 at least. Returns what takes the listener off.
   */
  onExit(listener: () => void): () => void;
  /** Sends what tools on the event loop print to `sink` rather than to stderr. Returns what ends that. */
  redirectPrints(sink: (text: string) => void): () => void;
  /** Ends the program at once. */
  exit(code: number): void;
}
