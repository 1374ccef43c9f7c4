import { unknownFieldProblem } from "../../core/unknown-field.ts";
import { isRecord } from "./mcp-fields.ts";
import type { McpOptions, McpRestartOptions } from "./mcp-options.ts";

type Check = (value: unknown) => boolean;
type Rule = readonly [fits: Check, wanted: string];

const isText: Check = (value) => typeof value === "string" && value !== "";
const isAbove0: Check = (value) => typeof value === "number" && value > 0;
const TEXTS: Rule = [(value) => Array.isArray(value) && value.every(isText), "a list of names"];
const FLAG: Rule = [(value) => typeof value === "boolean", "true or false"];
const isFunction: Check = (value) => typeof value === "function";
const FUNCTION: Rule = [isFunction, "a function"];
const TIME: Rule = [isAbove0, "a number above 0"];

/** Whether it is a root, with no field that the protocol does not have: servers may refuse all for one. */
export const isRoot: Check = (value) =>
  isRecord(value) &&
  typeof value["uri"] === "string" &&
  value["uri"].startsWith("file://") &&
  (value["name"] === undefined || typeof value["name"] === "string") &&
  Object.keys(value).every((field) => field === "uri" || field === "name");

function oneOf(...words: readonly string[]): Rule {
  return [(value) => words.some((word) => word === value), `one of ${words.join(", ")}`];
}

function integerFrom(least: number): Rule {
  const fits = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= least;
  return [fits, `an integer from ${least}`];
}

const OPTIONS: Partial<Readonly<Record<keyof McpOptions, Rule>>> = {
  include: TEXTS,
  exclude: TEXTS,
  rename: [
    (value) => isRecord(value) && Object.values(value).every(isText),
    "an object from the server's names to names that are not empty",
  ],
  required: FLAG,
  resources: FLAG,
  prompts: FLAG,
  pool: integerFrom(1),
  whileDown: oneOf("fail", "wait"),
  restart: [isRecord, "an object"],
  connectTimeoutMs: TIME,
  resetTimeoutOnProgress: FLAG,
  protocol: oneOf("auto", "legacy", "modern"),
  authProvider: [isRecord, "an OAuthClientProvider"],
  maxMessageBytes: TIME,
  elicit: FUNCTION,
  sample: FUNCTION,
  roots: [
    (value) => isFunction(value) || (Array.isArray(value) && value.every(isRoot)),
    "a list of { uri, name? } whose uri begins with file://, or a function that gives one",
  ],
};

const RESTART: Readonly<Record<keyof McpRestartOptions, Rule>> = {
  initialIntervalMs: TIME,
  maximumIntervalMs: TIME,
  maximumAttempts: [
    (value) => value === Infinity || integerFrom(0)[0](value),
    "an integer from 0, or Infinity",
  ],
  pingIntervalMs: TIME,
  pingTimeoutMs: TIME,
};

/**
 * Checks the options that only MCP servers have.
 *
 * @throws TypeError that names the option that is wrong.
 */
export function checkMcpOptions(options: McpOptions): void {
  check("", options, OPTIONS);
  const { restart = {} } = options;
  const unknown = unknownFieldProblem(restart, Object.keys(RESTART));
  if (unknown !== undefined) throw new TypeError(`Option \`restart\` of an MCP server: ${unknown}`);
  check("restart.", restart, RESTART);
  if (options.permissions !== undefined) {
    throw new TypeError(
      "Option `permissions` cannot hold an MCP server to anything: it is a program of its own. Leave it out.",
    );
  }
}

function check(
  prefix: string,
  given: object,
  rules: Partial<Readonly<Record<string, Rule>>>,
): void {
  for (const [name, value] of Object.entries(given)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (value === undefined || rule === undefined || rule[0](value)) continue;
    throw new TypeError(`Option \`${prefix}${name}\` of an MCP server must be ${rule[1]}.`);
  }
}
