/** From a module's export to the function behind a tool: one rule for the parent and for workers. */
import { isDefinedTool, type ModuleMember, type Tool, type ToolContext } from "./tool.ts";

/** The function behind a tool, ready to be called. */
export type ToolFunction = (input: unknown, context: ToolContext) => unknown;

type AnyClass = new () => Record<string, unknown>;
type Method = (...given: unknown[]) => unknown;

/** One instance per class and thread, made with no arguments when first needed. */
const instances = new WeakMap<AnyClass, object>();

/**
 * The function that `member` names inside `exported`.
 *
 * @throws TypeError when there is nothing of that name.
 */
export function memberFunction(exported: unknown, member: ModuleMember): ToolFunction {
  switch (member.kind) {
    case "tool":
      return toolFunction(exported);
    case "tool-in-collection":
      return toolFunction(toolsIn(exported).find((tool) => tool.name === member.toolName));
    case "method":
      return methodFunction(exported, member);
  }
}

/** The tools of a list or record of tools; empty when it is neither. */
export function toolsIn(exported: unknown): readonly Tool[] {
  if (typeof exported !== "object" || exported === null) return [];
  return Object.values(exported).filter(isDefinedTool);
}

/** The one instance of `Class` in this thread. Its constructor gets no arguments. */
export function instanceOf(Class: AnyClass): object {
  const known = instances.get(Class);
  if (known !== undefined) return known;
  const made = new Class();
  instances.set(Class, made);
  return made;
}

function toolFunction(exported: unknown): ToolFunction {
  if (!isDefinedTool(exported)) throw new TypeError("The export is not a tool made by defineTool.");
  return (input, context) => exported.execute(input as never, context);
}

function methodFunction(
  exported: unknown,
  member: Extract<ModuleMember, { kind: "method" }>,
): ToolFunction {
  const owner = () => (member.on === "instance" ? instanceOf(exported as AnyClass) : exported);
  const { method, parameters } = member;
  if (parameters === undefined) {
    return (input, context) => methodOf(owner(), method).call(owner(), input, context);
  }
  return (input, context) => {
    const fields = input as Record<string, unknown>;
    const given = parameters.map((parameter) => fields[parameter]);
    return methodOf(owner(), method).call(owner(), ...given, context);
  };
}

function methodOf(owner: unknown, name: string): Method {
  const method = (owner as Record<string, unknown>)[name];
  if (typeof method !== "function") throw new TypeError(`There is no method "${name}".`);
  return method as Method;
}
