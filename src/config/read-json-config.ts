/** Reads a config in JSON, comments and trailing commas allowed, and remembers where everything stands. */
import type * as jsonc from "jsonc-parser";
import type { Node, ParseError } from "jsonc-parser";
import { ConfigError, type ConfigIssue } from "./config-error.ts";
import { type ConfigPath, formatPath } from "./config-path.ts";
import type { ConfigSource, TextPosition } from "./config-source.ts";

type Parser = typeof jsonc;

/** What each mistake that the parser tells apart means, and what to do. */
const SYNTAX: Readonly<Record<string, string>> = {
  InvalidNumberFormat: "This is not a number. Write it like 1, 2.5 or 1e3.",
  PropertyNameExpected:
    "A key in double quotes must come here. Write one, or remove the comma before.",
  ValueExpected: "A value is missing here. Write one.",
  ColonExpected: "A colon is missing between the key and its value. Put it here.",
  CommaExpected: "A comma is missing before this. Put it there.",
  CloseBraceExpected: "A closing brace is missing. Put } here.",
  CloseBracketExpected: "A closing bracket is missing. Put ] here.",
  EndOfFileExpected: "The config ends before this. Remove what follows.",
  UnexpectedEndOfComment: "This comment has no end. Close it with */.",
  UnexpectedEndOfString: "This text has no end. Close it with a double quote on the same line.",
  UnexpectedEndOfNumber: "This number stops too early. Write the digits that are missing.",
  InvalidUnicode: "\\u must be followed by four hexadecimal digits.",
  InvalidEscapeCharacter:
    "This text has a backslash that means nothing. Write \\\\ for a backslash.",
  InvalidCharacter: "This text holds a control character. Write \\t or \\n instead.",
};

/**
 * Reads `text`, the content of `file`.
 *
 * @throws ConfigError with the syntax mistakes, at most one for each line.
 */
export async function readJsonConfig(text: string, file: string): Promise<ConfigSource> {
  const parser = await import("jsonc-parser");
  try {
    return read(parser, text.replace(/^\uFEFF/, ""), file);
  } catch (thrown) {
    // The parser goes down one call for each level.
    if (!(thrown instanceof RangeError)) throw thrown;
    const message = "The config is nested too deeply to be read. No setting needs that.";
    throw new ConfigError([{ file, line: 1, column: 1, path: "", message }]);
  }
}

function read(
  { findNodeAtLocation, getNodeValue, parseTree, printParseErrorCode }: Parser,
  source: string,
  file: string,
): ConfigSource {
  const errors: ParseError[] = [];
  const root = parseTree(source, errors, { allowTrailingComma: true });
  if (root === undefined || errors.length > 0) {
    throw new ConfigError(syntaxIssues(source, file, errors.map(nameError)));
  }
  const issues: ConfigIssue[] = [];
  eachRepeatedKey(root, [], (path, offset) => {
    const message = "is written twice. Keep one of them.";
    issues.push({ file, ...positionAt(source, offset), path: formatPath(path), message });
  });
  return {
    file,
    value: getNodeValue(root) as unknown,
    issues,
    positionOf: (path, part) => {
      const node = nodeAt(path);
      const key = part === "key" ? node.parent?.children?.[0] : undefined;
      return positionAt(source, (key ?? node).offset);
    },
  };

  function nameError({ error, offset, length }: ParseError): SyntaxMistake {
    return {
      name: printParseErrorCode(error),
      offset,
      text: source.slice(offset, offset + length),
    };
  }

  function nodeAt(path: ConfigPath): Node {
    for (let length = path.length; length > 0; length -= 1) {
      const node = root && findNodeAtLocation(root, path.slice(0, length));
      if (node !== undefined) return node;
    }
    return root as Node;
  }
}

interface SyntaxMistake {
  readonly name: string;
  readonly offset: number;
  readonly text: string;
}

function syntaxIssues(
  source: string,
  file: string,
  mistakes: readonly SyntaxMistake[],
): readonly ConfigIssue[] {
  if (mistakes.every(({ name, text }) => name === "ValueExpected" && text === "")) {
    return [
      { file, line: 1, column: 1, path: "", message: "The file is empty. Write at least {}." },
    ];
  }
  const byLine = new Map<number, ConfigIssue>();
  for (const mistake of sureMistakes(mistakes)) {
    const position = positionAt(source, mistake.offset);
    if (byLine.has(position.line)) continue;
    byLine.set(position.line, { file, ...position, path: "", message: syntaxMessage(mistake) });
  }
  return [...byLine.values()];
}

/**
 * Leaves out what may only follow from other mistakes. Unreadable words and text are mistakes wherever
 * they stand, but what is missing between them may not be; and after a missing comma the parser goes
 * on as if it were there, but after a missing bracket, key or value it is lost.
 */
function sureMistakes(mistakes: readonly SyntaxMistake[]): readonly SyntaxMistake[] {
  const unreadable = mistakes.filter(({ name }) => !name.endsWith("Expected"));
  if (unreadable.length > 0) return unreadable;
  const lost = mistakes.findIndex((mistake) => !isMissingComma(mistake));
  return lost < 0 ? mistakes : mistakes.slice(0, lost + 1);
}

function isMissingComma({ name, text }: SyntaxMistake): boolean {
  return name === "CommaExpected" && text !== "}" && text !== "]" && text !== ":";
}

function syntaxMessage({ name, text }: SyntaxMistake): string {
  if (name === "InvalidSymbol") return `${text} is not JSON. Put keys and text in double quotes.`;
  const bracket = { "}": "]", "]": "}" }[text];
  if (name === "CommaExpected" && bracket !== undefined) {
    return `A ${bracket} is missing before this. Put it there.`;
  }
  return SYNTAX[name] ?? `This is not JSON (${name}).`;
}

function positionAt(source: string, offset: number): TextPosition {
  const before = source.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}

/** Tells `found` of each key that its object has already: its path and its offset. */
function eachRepeatedKey(
  { type, children = [] }: Node,
  path: ConfigPath,
  found: (path: ConfigPath, offset: number) => void,
): void {
  if (type === "array") {
    for (const [place, child] of children.entries())
      eachRepeatedKey(child, [...path, place], found);
  }
  if (type !== "object") return;
  const seen = new Set<string>();
  for (const { children: [key, value] = [] } of children) {
    if (key === undefined || value === undefined) continue;
    const here = [...path, String(key.value)];
    if (seen.has(String(key.value))) found(here, key.offset);
    seen.add(String(key.value));
    eachRepeatedKey(value, here, found);
  }
}
