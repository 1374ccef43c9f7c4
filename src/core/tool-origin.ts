/** Where a tool comes from, as far as others need it to load the tool themselves. */
import type { ToolContext } from "./tool-shape.ts";

/**
 * How another thread or process can get hold of a tool.
 *
 * `closure`: it cannot. `module`: it imports `url` and takes `exportName`; where that is a function,
 * it calls it, where it is a class or an object, it calls `method` of it, and where it is a list or
 * record of tools, it takes the one named `toolName`. `source`: it imports `loader` and has its export `loadTool` make the function of `spec`.
 */
export type ToolOrigin =
  | {
      readonly kind: "closure";
      /** Why, where it is not the tool that is a function of this program. */
      readonly because?: ClosureReason | undefined;
    }
  | {
      readonly kind: "module";
      readonly url: string;
      readonly exportName: string;
      readonly member: ModuleMember;
    }
  | SourceOrigin;

/** Why a tool cannot be loaded anywhere else, in words for messages. */
export interface ClosureReason {
  /** What follows the tool's name: `is let in by a function of this program`. */
  readonly what: string;
  /** What to do about it, as a sentence without its stop. */
  readonly remedy: string;
}

/** How a tool of an OpenAPI document, an MCP server or the like is made anew somewhere else. */
export interface SourceOrigin {
  readonly kind: "source";
  /** What it comes from, for people: a document's address, a server's command. Never a credential. */
  readonly label: string;
  /** The file URL of a module whose export `loadTool` is a {@link LoadTool}. */
  readonly loader: string;
  /** What that needs; JSON alone. May hold credentials: it goes to workers and is shown to nobody. */
  readonly spec: unknown;
}

/**
 * Makes the function of a tool from its `spec`. Called once for each tool, on the event loop or in a worker; tools of
 * one source share their connections there. Throws a ToolError, `SOURCE_UNAVAILABLE` as a rule.
 */
export type LoadTool = (spec: never) => LoadedFunction | Promise<LoadedFunction>;

/** What {@link LoadTool} makes. */
export type LoadedFunction = (input: unknown, context: ToolContext) => unknown;

/** How a plain function or a method takes its input. */
export interface CallShape {
  /** Fields of the input to pass in order; undefined: `(input, context)`. */
  readonly parameters: readonly string[] | undefined;
  /** Whether the context follows behind the fields. Default false. */
  readonly context?: boolean;
  /** Whether the last field is a list whose items are passed one by one. Default false. */
  readonly rest?: boolean;
}

/** Which part of a module's export a tool is. */
export type ModuleMember =
  | { readonly kind: "tool" }
  | { readonly kind: "tool-in-collection"; readonly toolName: string }
  | ({ readonly kind: "function" } & CallShape)
  | ({
      readonly kind: "method";
      readonly method: string;
      /** On the class's one instance, on the class itself (or the class of an object), on the object. */
      readonly on: "instance" | "class" | "object";
    } & CallShape);
