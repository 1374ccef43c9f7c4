/** From a module's export to the function behind a tool: one rule for the parent and for workers. */
import type { CallShape } from "./tool-origin.ts";
import { isDefinedTool, type ModuleMember, type Tool, type ToolContext } from "./tool.ts";

/** The function behind a tool, ready to be called. */
export type ToolFunction = (input: unknown, context: ToolContext) => unknown;

/** A member that is a method. */
export type MethodMember = Extract<ModuleMember, { readonly kind: "method" }>;

type AnyClass = new () => object;
type Method = (...given: unknown[]) => unknown;

/** One instance per class and thread, made with no arguments when first needed. */
const instances = new WeakMap<AnyClass, object>();

/**
 * The function that `member` names inside `exported`.
 *
 * A function or a method without `parameters` is called with `(input, context)`. With `parameters` it
 * is called with exactly those fields of the input, in that order, `undefined` for a missing one. The
 * context follows only where it is asked for: behind the last field, it would land in an optional
 * parameter that was left out of the list, or in `...rest`.
 *
 * @throws TypeError when there is nothing of that name.
 */
export function memberFunction(exported: unknown, member: ModuleMember): ToolFunction {
  if (member.kind === "method") return methodFunction(exported, member);
  if (member.kind === "function") return plainFunction(exported, member);
  if (member.kind === "tool") return toolFunction(exported);
  const found = toolsIn(exported).find((tool) => tool.name === member.toolName);
  if (found === undefined) {
    throw new TypeError(`There is no tool "${member.toolName}" in the list or record exported.`);
  }
  return toolFunction(found);
}

/** The tools of a list or record of tools; empty when it is neither. Calls no getter. */
export function toolsIn(exported: unknown): readonly Tool[] {
  if (typeof exported !== "object" || exported === null) return [];
  if (Array.isArray(exported)) return exported.filter(isDefinedTool);
  // A typed array has as many properties as it has numbers.
  if (ArrayBuffer.isView(exported)) return [];
  const properties = Object.values(Object.getOwnPropertyDescriptors(exported));
  return properties.map((property): unknown => property.value).filter(isDefinedTool);
}

/** The one instance of `Class` in this thread. Its constructor gets no arguments. */
export function instanceOf(Class: new () => object): object {
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

function plainFunction(exported: unknown, shape: CallShape): ToolFunction {
  if (typeof exported !== "function") throw new TypeError("The export is not a function.");
  const call = exported as Method;
  return (input, context) => call(...givenTo(shape, input, context));
}

function methodFunction(exported: unknown, member: MethodMember): ToolFunction {
  const ownerOf = ownerFinder(exported, member.on);
  return (input, context) => {
    const owner = ownerOf();
    return methodOf(owner, member.method).apply(owner, givenTo(member, input, context));
  };
}

/** The arguments of a call. */
function givenTo(shape: CallShape, input: unknown, context: ToolContext): unknown[] {
  const { parameters, rest = false } = shape;
  if (parameters === undefined) return [input, context];
  const fields = input as Readonly<Record<string, unknown>>;
  // Its own alone: a parameter may be called like what every object has.
  const given = parameters.map((name) => (Object.hasOwn(fields, name) ? fields[name] : undefined));
  if (rest) given.push(...((given.pop() ?? []) as unknown[]));
  if (shape.context === true) given.push(context);
  return given;
}

/** On what a method is called. A class makes its instance at the first call, so that only calls can fail by it. */
function ownerFinder(exported: unknown, on: MethodMember["on"]): () => object {
  if (on === "instance") {
    if (typeof exported !== "function") throw new TypeError("The export is not a class.");
    return () => instanceOf(exported as AnyClass);
  }
  const isObject = typeof exported === "object" && exported !== null;
  if (!isObject && typeof exported !== "function") {
    throw new TypeError("The export is neither a class nor an object.");
  }
  const owner: object = on === "class" && isObject ? exported.constructor : exported;
  return () => owner;
}

function methodOf(owner: object, name: string): Method {
  const method = (owner as Readonly<Record<string, unknown>>)[name];
  if (typeof method !== "function") throw new TypeError(`There is no method "${name}".`);
  return method as Method;
}
