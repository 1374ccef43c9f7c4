/** Says where and why a text is no JSON, without showing any of it. */
import { createRequire } from "node:module";
import type * as JsoncParser from "jsonc-parser";

// Loaded on the first malformed text only; most programs never see one.
const load = createRequire(import.meta.url);

const REASONS: Readonly<Record<string, string>> = {
  InvalidSymbol: "there is a word or character that JSON does not know",
  InvalidNumberFormat: "a number is malformed",
  PropertyNameExpected: "a property name in double quotes is expected",
  ValueExpected: "a value is expected",
  ColonExpected: "a colon is expected",
  CommaExpected: "a comma is expected",
  CloseBraceExpected: "a closing brace is expected",
  CloseBracketExpected: "a closing bracket is expected",
  EndOfFileExpected: "there is more text after the value",
  InvalidCommentToken: "comments are not allowed",
  UnexpectedEndOfComment: "comments are not allowed",
  UnexpectedEndOfString: "a string is not closed",
  UnexpectedEndOfNumber: "a number is not complete",
  InvalidUnicode: "a \\u escape is malformed",
  InvalidEscapeCharacter: "a string has an unknown escape",
  InvalidCharacter: "a string has a control character that is not escaped",
};

/**
 * Why `text`, which JSON.parse refused, is no JSON: the first thing wrong and its place. Positions
 * count UTF-16 units from 0, lines and columns from 1. Never throws.
 */
export function explainMalformedJson(text: string): string {
  const found = firstError(text);
  if (found === undefined) return "it is not valid JSON";
  const { reason, offset, line, column } = found;
  const cut = offset >= text.trimEnd().length ? "; the text ends there, as if cut off" : "";
  return `${reason} at position ${offset} (line ${line}, column ${column})${cut}`;
}

interface JsonError {
  readonly reason: string;
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

function firstError(text: string): JsonError | undefined {
  const { visit, printParseErrorCode } = load("jsonc-parser") as typeof JsoncParser;
  let first: JsonError | undefined;
  const onError: JsoncParser.JSONVisitor["onError"] = (
    code,
    offset,
    ...[length, line, character]
  ) => {
    const name = printParseErrorCode(code);
    // An unclosed string is a mistake of its end, where the text stops, not of its beginning.
    const ahead = name === "UnexpectedEndOfString" ? length : 0;
    first ??= {
      reason: REASONS[name] ?? "it is malformed",
      offset: offset + ahead,
      line: line + 1,
      column: character + ahead + 1,
    };
  };
  try {
    visit(text, { onError }, { disallowComments: true });
  } catch {
    // Nesting deeper than the parser's stack. What was found until then still holds.
  }
  return first;
}
