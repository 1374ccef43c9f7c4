/** Where a tool comes from, as far as others need it to load the tool themselves. */

/**
 * How another thread or process can get hold of a tool.
 *
 * `closure`: it cannot. `module`: it imports `url` and takes `exportName`; where that is a class or
 * an object, it calls `method` of it, and where it is a list or record of tools, it takes the one
 * named `toolName`.
 */
export type ToolOrigin =
  | { readonly kind: "closure" }
  | {
      readonly kind: "module";
      readonly url: string;
      readonly exportName: string;
      readonly member: ModuleMember;
    };

/** Which part of a module's export a tool is. */
export type ModuleMember =
  | { readonly kind: "tool" }
  | { readonly kind: "tool-in-collection"; readonly toolName: string }
  | {
      readonly kind: "method";
      readonly method: string;
      /** On the class's one instance, on the class itself (or the class of an object), on the object. */
      readonly on: "instance" | "class" | "object";
      /** Fields of the input to pass in order, without the context; undefined: `(input, context)`. */
      readonly parameters: readonly string[] | undefined;
    };
