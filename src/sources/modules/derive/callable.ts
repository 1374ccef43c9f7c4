import type { ts } from "ts-json-schema-generator";
import type { ToolComment } from "./jsdoc-tags.ts";
import type { Refusal } from "./refusal.ts";

/** A function or a method that may become a tool. */
export interface Callable {
  readonly exportName: string;
  /** Of the function or the method, before `@name`; undefined for a nameless default export. */
  readonly name: string | undefined;
  /** The name of the class it is a method of. */
  readonly owner?: string;
  readonly node: ts.SignatureDeclaration;
  readonly comment: ToolComment;
  readonly member:
    | { readonly kind: "function" }
    | {
        readonly kind: "method";
        readonly method: string;
        readonly on: "instance" | "class" | "object";
      };
  /** Why it cannot be called, whatever its parameters. */
  readonly refusal?: Refusal | undefined;
}
