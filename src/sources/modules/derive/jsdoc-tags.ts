/** What a JSDoc comment says of a tool, besides its types. */
import { ts } from "ts-json-schema-generator";
import type { ToolAnnotations } from "../../../core/tool.ts";
import { Refusal } from "./refusal.ts";

/** What a comment says. */
export interface ToolComment {
  /** Its text, with that of `@returns`; undefined when there is none. */
  readonly description: string | undefined;
  /** `@internal` or `@private`: no tool at all. */
  readonly isHidden: boolean;
  /** `@name`. */
  readonly name: string | undefined;
  /** `@tags a, b`. */
  readonly tags: readonly string[];
  /** `@timeoutMs 5000`, as it is written. */
  readonly timeoutMs: string | undefined;
  /** `@readOnly`, `@idempotent`, `@destructive`, `@openWorld`. */
  readonly annotations: ToolAnnotations;
}

const HINTS = ["readOnly", "idempotent", "destructive", "openWorld"] as const;

/** Reads the comment of a function, a method or a class: the nearest, if there are several. */
export function readComment(node: ts.Node): ToolComment {
  const doc = ts.getJSDocCommentsAndTags(node).findLast(ts.isJSDoc);
  const tags = doc?.tags ?? [];
  const find = (...names: readonly string[]): ts.JSDocTag | undefined =>
    tags.find((tag) => names.some((name) => name.toLowerCase() === tag.tagName.text.toLowerCase()));
  const text = (name: string): string | undefined => commentText(find(name)?.comment);
  const hints = HINTS.filter((hint) => find(hint) !== undefined).map((hint) => [hint, true]);
  return {
    description: withReturns(
      commentText(doc?.comment),
      commentText(find("returns", "return")?.comment),
    ),
    isHidden: find("internal", "private", "protected", "ignore") !== undefined,
    name: text("name"),
    tags: (text("tags") ?? "").split(/[\s,]+/u).filter((tag) => tag !== ""),
    timeoutMs: text("timeoutMs"),
    annotations: Object.fromEntries(hints) as ToolAnnotations,
  };
}

/** The number of `@timeoutMs`. Throws a {@link Refusal} when it is none. */
export function readTimeout(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const timeoutMs = Number(text);
  if (timeoutMs > 0) return timeoutMs;
  throw new Refusal(`\`@timeoutMs ${text}\` is no number of milliseconds above 0. Write one.`);
}

/** A comment's text without the hyphen in front; undefined when it is empty. */
export function commentText(
  comment: string | ts.NodeArray<ts.JSDocComment> | undefined,
): string | undefined {
  const text = ts.getTextOfJSDocComment(comment)?.replaceAll("\r\n", "\n");
  const plain = text?.replaceAll(
    /\{@link(?:code|plain)?\s+([^}|\s]+)[\s|]*([^}]*)\}/gu,
    (_, target, label) => String(label === "" ? target : label),
  );
  const trimmed = withoutHyphen(plain ?? "");
  return trimmed === "" ? undefined : trimmed;
}

/** `- The text to look for` without the hyphen. */
export function withoutHyphen(text: string): string {
  return text.replace(/^\s*-\s+/u, "").trim();
}

/** Texts of `@param options.limit …`, by `limit`. */
export function propertyTexts(node: ts.Node): ReadonlyMap<string, string> {
  const doc = ts.getJSDocCommentsAndTags(node).findLast(ts.isJSDoc);
  const tags: readonly ts.JSDocTag[] = doc?.tags ?? [];
  const nested = tags.filter(ts.isJSDocParameterTag).flatMap(withNestedTags);
  const texts = new Map<string, string>();
  for (const { name, comment } of nested) {
    const text = commentText(comment);
    if (ts.isQualifiedName(name) && text !== undefined) texts.set(name.right.text, text);
  }
  return texts;
}

/** Where the outer parameter is `{object}`, the inner tags are put into its type. */
function withNestedTags(tag: ts.JSDocParameterTag): readonly ts.JSDocPropertyLikeTag[] {
  const type = tag.typeExpression?.type as ts.Node | undefined;
  if (type === undefined || !ts.isJSDocTypeLiteral(type)) return [tag];
  return [tag, ...(type.jsDocPropertyTags ?? [])];
}

function withReturns(
  description: string | undefined,
  returns: string | undefined,
): string | undefined {
  if (returns === undefined) return description;
  return [description, `Returns: ${returns}`].filter((text) => text !== undefined).join("\n");
}
