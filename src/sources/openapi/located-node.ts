/** A part of a document, with where it stands: what a `$ref` below it is relative to. */
import { isPlainObject } from "../../schema/plain-object.ts";

/** A document that was read: the one that was asked for, or one that it refers to. */
export interface DocumentFile {
  /** Where it was found, after redirects; undefined when it was given as an object. */
  readonly url: string | undefined;
  /** What its `$ref`s are relative to: its `$self`, else its address. */
  readonly base: string | undefined;
  readonly root: unknown;
}

/** A value in a document. */
export interface LocatedNode {
  readonly value: unknown;
  readonly file: DocumentFile;
  /** The names that lead to it from the document's root. */
  readonly path: readonly string[];
  /** What a `$ref` in it is relative to: the nearest `$id` above it, else its document's base. */
  readonly base: string | undefined;
}

/** The whole document as a node. */
export function rootOf(file: DocumentFile): LocatedNode {
  return { value: file.root, file, path: [], base: file.base };
}

/** What is under one name after the other; its value is undefined where there is nothing. */
export function nodeAt(node: LocatedNode, ...names: readonly string[]): LocatedNode {
  return names.reduce(childOf, node);
}

/** The members of a list; none when it is no list. */
export function itemsOf(node: LocatedNode): LocatedNode[] {
  if (!Array.isArray(node.value)) return [];
  return node.value.map((_item, index) => childOf(node, String(index)));
}

/** The members of a map, with their names; none when it is no map. */
export function entriesOf(node: LocatedNode): [name: string, member: LocatedNode][] {
  if (!isPlainObject(node.value)) return [];
  return Object.keys(node.value).map((name) => [name, childOf(node, name)]);
}

/** The text under a name; undefined when there is none. */
export function textAt(node: LocatedNode, ...names: readonly string[]): string | undefined {
  const { value } = nodeAt(node, ...names);
  return typeof value === "string" ? value : undefined;
}

/** The text or number under a name, as text: unquoted in YAML, `1.0` is a number. */
export function scalarAt(node: LocatedNode, ...names: readonly string[]): string | undefined {
  const { value } = nodeAt(node, ...names);
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

/** The texts in the list under a name. */
export function textsAt(node: LocatedNode, ...names: readonly string[]): string[] {
  const { value } = nodeAt(node, ...names);
  return Array.isArray(value) ? value.filter((text) => typeof text === "string") : [];
}

/** The own property of an object: never one that every object inherits. */
export function ownValue(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

/** An address from one that may be relative; undefined when it is none, or relative to nothing. */
export function resolveUrl(reference: string, base: string | undefined): string | undefined {
  return URL.parse(reference, base)?.href;
}

/** An address for people: without what may be secret in it. */
export function shownUrl(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? "" : `${parsed.protocol}//${parsed.host}${parsed.pathname}`;
}

function childOf(node: LocatedNode, name: string): LocatedNode {
  const value = ownValue(node.value, name);
  const id = ownValue(value, "$id");
  const base = typeof id === "string" ? (resolveUrl(id, node.base) ?? node.base) : node.base;
  return { value, file: node.file, path: [...node.path, name], base };
}
