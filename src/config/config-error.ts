/** Where in a config something stands. */
export interface ConfigPlace {
  /** The config file: relative to the current directory when it lies below it, else absolute. */
  readonly file: string;
  /** Line, from 1. Only files in JSON have lines. */
  readonly line?: number | undefined;
  /** Column, from 1, in UTF-16 units as editors count. */
  readonly column?: number | undefined;
  /** Which setting, as JavaScript would name it: `limits["*"].concurrency`. Empty for the whole file. */
  readonly path: string;
}

/** One mistake in a config. */
export interface ConfigIssue extends ConfigPlace {
  /** What is wrong and what to do. Holds an environment variable's value only as part of a file's path. */
  readonly message: string;
}

/**
 * A config that cannot be used. It holds every mistake found, not only the first; its message has a
 * line for each: `file:line:column  path: what is wrong. What to do.`
 */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  /** The mistakes, in the order they stand in the file. At least one. */
  readonly issues: readonly ConfigIssue[];

  constructor(issues: readonly ConfigIssue[], options: { readonly cause?: unknown } = {}) {
    super(issues.map(formatIssue).join("\n"), "cause" in options ? { cause: options.cause } : {});
    this.issues = issues;
  }
}

function formatIssue({ file, line, column, path, message }: ConfigIssue): string {
  const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
  return path === "" ? `${place}  ${message}` : `${place}  ${path}: ${message}`;
}
