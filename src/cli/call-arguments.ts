/** Arguments of a call as typed on a command line. */
import { explainMalformedJson } from "../formats/malformed-json.ts";
import { UsageError } from "./usage-error.ts";

const FORMS = "Write key=text for text and key:=json for JSON: city=Bern days:=3 tags:='[\"a\"]'.";

/**
 * Reads `key=text` and `key:=json`. The first `=` parts key and value; a colon before it makes the
 * value JSON.
 *
 * @throws UsageError that names the argument.
 */
export function readCallArguments(pairs: readonly string[]): Record<string, unknown> {
  const read = new Map<string, unknown>();
  for (const pair of pairs) {
    const [, key, isJson, value] = /^([^=]*?)(:?)=(.*)$/su.exec(pair) ?? [];
    if (key === undefined || key === "" || value === undefined) {
      throw new UsageError(`"${pair}" is not an argument.`, FORMS);
    }
    if (read.has(key)) throw new UsageError(`"${key}" is given twice.`, "Give each key once.");
    read.set(key, isJson === "" ? value : readJson(value, `The value of ${key}`));
  }
  return Object.fromEntries(read);
}

/**
 * Reads the whole input as JSON, and arguments over it.
 *
 * @throws UsageError when it is not a JSON object and there are arguments to put into it.
 */
export function readCallInput(json: string | undefined, pairs: readonly string[]): unknown {
  const input = json === undefined ? {} : readJson(json, "--input");
  if (pairs.length === 0) return input;
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    throw new UsageError("--input is not an object, so no arguments fit into it.", FORMS);
  }
  return { ...input, ...readCallArguments(pairs) };
}

function readJson(json: string, what: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    const why = explainMalformedJson(json);
    throw new UsageError(`${what} is not valid JSON: ${why}.`, FORMS, { cause });
  }
}
