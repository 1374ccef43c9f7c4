/** What was derived from a module's types: plain JSON, as it is kept in the cache and in schema files. */
import type { CallShape } from "../../core/tool-origin.ts";
import type { ModuleMember, ToolAnnotations } from "../../core/tool.ts";
import type { FileHashes } from "./file-hashes.ts";

/** A tool as its types and its JSDoc comment tell it. */
export interface DerivedTool {
  /** Whose export it is, in the module. */
  readonly exportName: string;
  readonly name: string;
  /** Of the JSDoc comment; undefined when there is none. */
  readonly description?: string;
  /** What the input must look like. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Which part of the export it is, and how it is called. */
  readonly member: DerivedMember;
  readonly tags?: readonly string[];
  readonly timeoutMs?: number;
  readonly annotations?: ToolAnnotations;
}

/** What can be derived: a function, or a method. */
export type DerivedMember =
  | ({ readonly kind: "function" } & CallShape)
  | Extract<ModuleMember, { readonly kind: "method" }>;

/** Why a part of an export is no tool, and what to do. */
export interface DerivedProblem {
  readonly exportName: string;
  /** Whether it has a JSDoc comment, and so was meant to be a tool. */
  readonly documented: boolean;
  readonly message: string;
}

/** All that a module's types give, whatever of it is taken. */
export interface DerivedModule {
  readonly tools: readonly DerivedTool[];
  readonly problems: readonly DerivedProblem[];
}

/** A derived module, and the files it was read from by absolute path, the module's own first. */
export interface Derivation extends DerivedModule {
  readonly files: FileHashes;
  /** Whether a type was not found. A file that is none of `files` may bring it, so that this is not kept. */
  readonly incomplete: boolean;
}

/** Whether a value read from a file is a derived module, as far as it must be to be used. */
export function isDerivedModule(value: unknown): value is DerivedModule {
  if (!isRecord(value)) return false;
  const { tools, problems } = value;
  const areLists = Array.isArray(tools) && Array.isArray(problems);
  return areLists && tools.every(isTool) && problems.every(isProblem);
}

/** Whether a value is an object, and no list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTool(value: unknown): value is DerivedTool {
  if (!isRecord(value)) return false;
  const { exportName, name, input, member } = value;
  const isNamed = typeof exportName === "string" && typeof name === "string";
  return isNamed && isRecord(input) && isRecord(member) && isMember(member);
}

function isMember(member: Readonly<Record<string, unknown>>): boolean {
  const { kind, method, parameters } = member;
  const isKnown = kind === "function" || (kind === "method" && typeof method === "string");
  return isKnown && (parameters === undefined || Array.isArray(parameters));
}

function isProblem(value: unknown): value is DerivedProblem {
  return isRecord(value) && typeof value["exportName"] === "string";
}
