/** What a call touches, from its input: by a template such as `file:{path}`, or by a function. */
import type { ToolError } from "../core/tool-error.ts";
import { askSetting, settingError } from "./ask-setting.ts";
import type { LimitOptions } from "./limit-options.ts";
import { valueAtPath } from "./value-at-path.ts";

/**
 * The keys of a call, each once, from its parsed input.
 *
 * Throws `TOOL_FAILED`, not retryable, when they cannot be made; the message names the setting, never the input.
 */
export type KeysOf = (input: unknown) => readonly string[];

const NO_KEYS: readonly string[] = [];

/**
 * Makes the function that finds a call's keys.
 *
 * @param path - The setting, for messages: `limits["edit_file"].key`.
 * @throws TypeError when `key` is no function and no template, or its braces do not match.
 */
export function compileKey(key: NonNullable<LimitOptions["key"]>, path: string): KeysOf {
  if (typeof key === "function") return byFunction(key as (input: unknown) => unknown, path);
  if (typeof key === "string" && key !== "") return byTemplate(key, path);
  throw new TypeError(`${path} must be a function or a text such as "file:{path}".`);
}

function byFunction(key: (input: unknown) => unknown, path: string): KeysOf {
  return (input) => {
    const keys = askSetting(key, input, path);
    if (typeof keys === "string") return [keys];
    if (keys === undefined) return NO_KEYS;
    if (isTexts(keys)) return [...new Set(keys)];
    throw settingError(
      `${path} gave ${nameOf(keys)}; it must give a text, a list of texts, or undefined.`,
      path,
    );
  };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((text) => typeof text === "string");
}

function nameOf(value: unknown): string {
  if (value instanceof Promise) return "a promise";
  if (Array.isArray(value)) return "a list that has more than texts";
  return value === null ? "null" : `a value of type ${typeof value}`;
}

/** `file:{path}` is the texts `file:` and `` around the field `path`. */
interface Template {
  readonly texts: readonly string[];
  readonly fields: readonly string[];
}

function byTemplate(template: string, path: string): KeysOf {
  const { texts, fields } = parseTemplate(template, path);
  const steps = fields.map((field) => field.split("."));
  const first = texts[0] ?? "";
  return (input) => {
    let key = first;
    for (let place = 0; place < steps.length; place += 1) {
      const value = valueAtPath(input, steps[place] ?? []);
      if (!isPlain(value)) throw missing(fields[place] ?? "", value, path);
      key += String(value) + (texts[place + 1] ?? "");
    }
    return [key];
  };
}

function isPlain(value: unknown): value is string | number | boolean | bigint {
  const type = typeof value;
  return type === "string" || type === "number" || type === "boolean" || type === "bigint";
}

function missing(field: string, value: unknown, path: string): ToolError {
  const why = value === undefined || value === null ? "has none" : "has a list or an object there";
  return settingError(
    `${path} needs the field "${field}", and the input of this call ${why}.`,
    path,
  );
}

/** Splits at braces. `parts` has a text and a field in turn, and ends with a text. */
function parseTemplate(template: string, path: string): Template {
  const parts = template.split(/\{([^{}]*)\}/);
  const texts = parts.filter((_, place) => place % 2 === 0);
  const fields = parts.filter((_, place) => place % 2 === 1);
  if (texts.some((text) => /[{}]/.test(text))) {
    throw new TypeError(`${path} has a brace without its other one; write fields as "{path}".`);
  }
  const bad = fields.find((field) => !/^[^.\s]+(?:\.[^.\s]+)*$/.test(field));
  if (bad === undefined) return { texts, fields };
  throw new TypeError(
    `${path} has "{${bad}}"; write a field's name between the braces, nested ones as "{a.b}".`,
  );
}
