/** Tools of the registry itself. They run in this process, whatever mode is asked for. */
import type { JsonSchema } from "../core/json-schema.ts";
import { type Tool, type ToolContext, defineTool } from "../core/tool.ts";

const META_TOOLS = new WeakSet<Tool>();

/** What a meta tool is made of. */
export interface MetaToolDefinition<Input> extends Omit<Tool, "input" | "execute"> {
  /** What is checked; `inputJsonSchema`, where it is there, is what models are told. */
  readonly input: JsonSchema;
  execute(input: Input, context: ToolContext): unknown;
}

/** Makes a tool of the registry itself. `Input` is what its schema lets through. */
export function defineMetaTool<Input>(definition: MetaToolDefinition<Input>): Tool {
  const tool: Tool = defineTool(definition as MetaToolDefinition<unknown>);
  META_TOOLS.add(tool);
  return tool;
}

/** Whether a tool was made by {@link defineMetaTool}. */
export function isMetaTool(tool: Tool): boolean {
  return META_TOOLS.has(tool);
}
