/** Fills environment variables into the strings of a config, in JSON and TypeScript alike. */
import { type Environment, type FilledInText, fillInText } from "../core/fill-in-text.ts";
import { isLeftOut } from "../sources/mcp/mcp-config.ts";
import { READ_FIELDS, fillInServerText } from "../sources/mcp/mcp-environment.ts";
import { type ConfigPath, formatPath, valueAt } from "./config-path.ts";
import type { ConfigProblem } from "./config-source.ts";

/** A config with its variables filled in. */
export interface FilledIn {
  /**
   * A copy in plain JSON: URLs as text, `Infinity` as `"Infinity"`, an undefined variable of a pool as
   * null, other undefined properties left out.
   */
  readonly value: unknown;
  /** Variables that are not set, references that name none, objects that are not plain. */
  readonly problems: readonly ConfigProblem[];
}

/** Deeper than any setting: what goes deeper may be an object that holds itself. */
const MAX_DEPTH = 12;

/** A string that is one reference and nothing else, so that its value may be a number. */
const WHOLE = /^\$\{[^}]*\}$/;

/** Whether `written` is a reference to a variable and nothing else. */
export function isReference(written: unknown): boolean {
  return typeof written === "string" && WHOLE.test(written);
}

/**
 * Copies `value` with its variables filled in. Never throws.
 *
 * @param numbersAt - Where text that is a number becomes one, as {@link formatPath} writes it.
 */
export function fillInEnvironment(
  value: unknown,
  environment: Environment,
  numbersAt: ReadonlySet<string> = new Set(),
): FilledIn {
  const problems: ConfigProblem[] = [];
  const readerAt = textReaders(value);
  return { value: copy(value, []), problems };

  function copy(written: unknown, path: ConfigPath): unknown {
    if (typeof written === "string") return copyText(written, path);
    if (typeof written !== "object" || written === null) return copyAtom(written, path);
    if (written instanceof URL) return written.href;
    if (path.length > MAX_DEPTH) return refuse(path, "lies too deep. Leave it out.");
    if (Array.isArray(written)) return written.map((item, place) => copy(item, [...path, place]));
    if (!isPlain(written)) refuse(path, `is a ${written.constructor.name}. Write a plain object.`);
    const copied = Object.entries(written).map(([key, item]) => [key, copy(item, [...path, key])]);
    return Object.fromEntries(copied.filter(([, item]) => item !== undefined));
  }

  function refuse(path: ConfigPath, message: string): undefined {
    problems.push({ path, message });
  }

  function copyText(text: string, path: ConfigPath): string | number {
    const { text: filledIn, problems: complaints } = readerAt(path)(text, environment);
    for (const complaint of complaints) refuse(path, complaint);
    const isNumber = numbersAt.has(formatPath(path)) && filledIn.trim() !== "";
    return isNumber && !Number.isNaN(Number(filledIn)) ? Number(filledIn) : filledIn;
  }
}

type ReadText = (text: string, environment: Environment) => FilledInText;

const asWritten: ReadText = (text) => ({ text, problems: [] });

/**
 * How the text at a path is read. MCP servers are as other hosts have them: one that is switched off may want variables
 * that are not set, and fields that are read by others alone may hold references of theirs.
 */
function textReaders(config: unknown): (path: ConfigPath) => ReadText {
  return (path) => {
    const [part, server = "", field = ""] = path;
    if (part !== "mcpServers" || path.length < 3) return fillInText;
    if (isLeftOut(valueAt(config, [part, server]))) return asWritten;
    if (field === "toolyard") return fillInText;
    return READ_FIELDS.has(String(field)) ? fillInServerText : asWritten;
  };
}

function copyAtom(written: unknown, path: ConfigPath): unknown {
  if (written === Infinity) return "Infinity";
  const isVariable = path.length === 4 && path[0] === "pools" && path[2] === "env";
  return written === undefined && isVariable ? null : written;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
