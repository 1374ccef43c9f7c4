import type { CliIo } from "./cli-io.ts";

/** One start of the CLI: its world, and what it will end with. */
export interface CliSession {
  readonly io: CliIo;
  /** 0: all well. 1: a call failed. 2: wrong usage. 128 and more: interrupted. */
  exitCode: number;
}
