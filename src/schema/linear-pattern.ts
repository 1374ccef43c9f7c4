/**
 * Regular expressions of schemas that somebody else wrote: an OpenAPI document, an MCP server. A pattern such as
 * `^(a+)+$` takes a backtracking engine, as JavaScript's is, time that grows exponentially with a text that a model
 * writes. These run on RE2's algorithm, in time linear in the text (R. Cox, "Regular Expression Matching in the Wild", 2010).
 */
import { createRequire } from "node:module";
import type * as Re2Js from "re2js";

const require = createRequire(import.meta.url);

/** As much of a RegExp as ajv needs. */
export interface LinearPattern {
  test(text: string): boolean;
  /** Tells patterns apart. */
  toString(): string;
}

/**
 * Makes a pattern that takes linear time. One that RE2 cannot express (a look-ahead, a reference back) fits every text: the
 * server that asks for it checks it itself. In the form ajv's option `code.regExp` wants; loads RE2 at the first.
 */
export const makeLinearPattern: {
  (pattern: string, flags: string): LinearPattern;
  readonly code: string;
} = Object.assign(
  (pattern: string, flags: string): LinearPattern => {
    const compiled = compile(pattern);
    return {
      test: (text) => compiled === undefined || compiled.matcher(text).find(),
      toString: () => `linear:/${pattern}/${flags}`,
    };
  },
  { code: "makeLinearPattern" },
);

function compile(pattern: string): Re2Js.RE2JS | undefined {
  const { RE2JS: Engine } = require("re2js") as typeof Re2Js;
  try {
    return Engine.compile(Engine.translateRegExp(pattern));
  } catch {
    return undefined;
  }
}
