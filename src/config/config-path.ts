import { fromJsonPointer } from "../schema/json-pointer.ts";

/** The way to a value in a config: keys of objects and places in lists, from the outside in. */
export type ConfigPath = readonly (string | number)[];

/** `path` as JavaScript would write it: `tools[1].mode`, `limits["*"].concurrency`. */
export function formatPath(path: ConfigPath): string {
  return path.map(formatStep).join("").replace(/^\./, "");
}

function formatStep(step: string | number): string {
  if (typeof step === "number") return `[${step}]`;
  return /^[A-Za-z_$][\w$]*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
}

/** The value at `path` in `value`; undefined where there is none. */
export function valueAt(value: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>((current, step) => {
    if (typeof current !== "object" || current === null) return undefined;
    return Object.getOwnPropertyDescriptor(current, step)?.value;
  }, value);
}

/** Reads a JSON Pointer (RFC 6901) that leads into `value`. */
export function pathFromPointer(pointer: string, value: unknown): ConfigPath {
  const path: (string | number)[] = [];
  for (const key of fromJsonPointer(pointer)) {
    path.push(Array.isArray(valueAt(value, path)) ? Number(key) : key);
  }
  return path;
}
