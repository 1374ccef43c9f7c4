/** Fills environment variables into the strings of a config, in JSON and TypeScript alike. */
import { type Environment, fillInText } from "../core/fill-in-text.ts";
import { type ConfigPath, formatPath } from "./config-path.ts";
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
    const { text: filledIn, problems: complaints } = fillInText(text, environment);
    for (const complaint of complaints) refuse(path, complaint);
    const isNumber = numbersAt.has(formatPath(path)) && filledIn.trim() !== "";
    return isNumber && !Number.isNaN(Number(filledIn)) ? Number(filledIn) : filledIn;
  }
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
