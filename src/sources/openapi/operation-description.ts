/** What the model is told of an operation. */
import type { ListedOperation } from "./list-operations.ts";
import { textAt } from "./located-node.ts";

/** Longest description: OpenAI takes 1 024 characters. */
const MAX_LENGTH = 1_000;

/** Summary and description, without saying things twice, cut where they are very long; else method and path. */
export function describeOperation({ node, pathItem, method, path }: ListedOperation): string {
  const summary = tidy(textAt(node, "summary") ?? textAt(pathItem, "summary"));
  const description = tidy(textAt(node, "description") ?? textAt(pathItem, "description"));
  if (summary === "" && description === "") return `${method} ${path}`;
  if (summary === "" || startsWith(description, summary)) return shorten(description);
  if (description === "") return shorten(summary);
  return shorten(`${/[.!?:]$/.test(summary) ? summary : `${summary}.`}\n\n${description}`);
}

/** Texts may be long: what ends a line is looked for once from its beginning, and not from every character of it. */
function tidy(text = ""): string {
  return text
    .replaceAll(/\r\n?/g, "\n")
    .replaceAll(/<br\s*\/?>/gi, "\n")
    .replaceAll(/<\/?(?:p|div|span|b|i|em|strong|ul|ol|code|pre|a|h[1-6])(?:\s[^<>]*)?>/gi, "")
    .replaceAll(/(?<![ \t])[ \t]+$/gm, "")
    .replaceAll(/\n{3,}/g, "\n\n")
    .trim();
}

function startsWith(description: string, summary: string): boolean {
  return withoutStop(description).startsWith(withoutStop(summary));
}

function withoutStop(text: string): string {
  return text.toLowerCase().replace(/(?<![.!?:])[.!?:]+$/, "");
}

/** Ends at a sentence where one ends in the last third, else at a word. */
function shorten(text: string): string {
  if (text.length <= MAX_LENGTH) return text;
  const start = text.slice(0, MAX_LENGTH - 1);
  const sentence = Math.max(
    start.lastIndexOf(". "),
    start.lastIndexOf(".\n"),
    start.lastIndexOf("\n\n"),
  );
  const end = sentence > (MAX_LENGTH * 2) / 3 ? sentence + 1 : start.search(/\s+\S*$/);
  const cut = start.slice(0, end > 0 ? end : undefined).trimEnd();
  return `${cut} …`;
}
