import type { ConfigIssue, ConfigPlace } from "./config-error.ts";
import { type ConfigPath, formatPath } from "./config-path.ts";

/** A line and a column, both from 1. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** A config as it was read: what was written, and where. */
export interface ConfigSource {
  /** The file, as messages show it. */
  readonly file: string;
  /** What was written, environment variables not yet filled in. */
  readonly value: unknown;
  /** Mistakes that only the reader can see, such as a key written twice. */
  readonly issues: readonly ConfigIssue[];
  /** Where the value at `path` stands, or its key; undefined where the file has no lines to show. */
  positionOf(path: ConfigPath, part: "key" | "value"): TextPosition | undefined;
}

/** Something wrong with the value at a path, before its line is looked up. */
export interface ConfigProblem {
  readonly path: ConfigPath;
  /** What is wrong and what to do. The path is the subject of its first sentence. */
  readonly message: string;
  /** Whether the key is to blame rather than the value. Default the value. */
  readonly part?: "key" | "value";
}

/** Where the value at `path`, or its key, stands in `source`. */
export function placeOf(
  source: ConfigSource,
  path: ConfigPath,
  part: "key" | "value" = "value",
): ConfigPlace {
  return { file: source.file, ...source.positionOf(path, part), path: formatPath(path) };
}

/** `problem` with its place in the file. */
export function issueOf(source: ConfigSource, problem: ConfigProblem): ConfigIssue {
  const { path, part, message } = problem;
  const isWhole = path.length === 0;
  return { ...placeOf(source, path, part), message: isWhole ? `The config ${message}` : message };
}
