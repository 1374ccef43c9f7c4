/** Makes tools, tells them from other values, and names everything that a tool is made of. */
import { checkDefinition } from "./check-definition.ts";
import type { ToolOrigin } from "./tool-origin.ts";
import type { SchemaValue, Tool, ToolContext, ToolSchema } from "./tool-shape.ts";
import { unknownFieldProblem } from "./unknown-field.ts";

export { checkDefinition } from "./check-definition.ts";
export { type ConcreteMode, EXECUTION_MODES, type ExecutionMode } from "./execution-mode.ts";
export type { ToolPermissions } from "./permissions.ts";
export type {
  LoadedFunction,
  LoadTool,
  ModuleMember,
  SourceOrigin,
  ToolOrigin,
} from "./tool-origin.ts";
export type {
  RetryPolicy,
  SchemaValue,
  Tool,
  ToolAnnotations,
  ToolContext,
  ToolProgress,
  ToolSchema,
  TruncateStyle,
} from "./tool-shape.ts";

/** Marks values made by {@link defineTool}, also across copies of this package. */
const TOOL_BRAND: unique symbol = Symbol.for("toolyard.Tool") as never;

/** What {@link defineTool} takes: a {@link Tool} whose function knows the type of its input. */
export interface ToolDefinition<Schema extends ToolSchema, Output> extends Omit<
  Tool,
  "input" | "origin" | "execute"
> {
  readonly input: Schema;
  /** Does the work. What it returns is the output; what it throws makes the call fail. Not a generator: there is one output. */
  execute(input: SchemaValue<Schema>, context: ToolContext): Output | Promise<Output>;
}

/** A tool made by {@link defineTool}: a {@link Tool} that remembers its types. */
export type DefinedTool<Schema extends ToolSchema, Output> = Readonly<
  ToolDefinition<Schema, Output>
> & { readonly origin?: ToolOrigin | undefined };

const FIELDS: Readonly<Record<keyof Tool, true>> = {
  name: true,
  description: true,
  input: true,
  inputJsonSchema: true,
  output: true,
  timeoutMs: true,
  resetTimeoutOnProgress: true,
  maxCpuMs: true,
  maxResultBytes: true,
  truncate: true,
  retry: true,
  annotations: true,
  tags: true,
  mode: true,
  permissions: true,
  origin: true,
  execute: true,
};

/**
 * Makes a tool whose function is typed by its input schema.
 *
 * @throws TypeError that names the field that is wrong: an empty name, no schema, a negative timeout, a
 *   generator, or a field that tools do not have.
 *
 * @example
 * ```ts
 * const add = defineTool({
 *   name: "add",
 *   description: "Adds two numbers",
 *   input: z.object({ a: z.number(), b: z.number().default(1) }),
 *   execute: ({ a, b }) => a + b,
 * });
 * ```
 */
export function defineTool<const Schema extends ToolSchema, Output>(
  definition: ToolDefinition<Schema, Output>,
): DefinedTool<Schema, Output> {
  const tool = { ...definition, [TOOL_BRAND]: true };
  checkDefinition(tool);
  const unknown = unknownFieldProblem(tool, Object.keys(FIELDS));
  if (unknown !== undefined) throw new TypeError(`Tool "${tool.name}": ${unknown}`);
  return Object.freeze(tool);
}

/** Whether `value` was made by {@link defineTool}, in this or another copy of the package. */
export function isDefinedTool(value: unknown): value is Tool {
  return typeof value === "object" && value !== null && TOOL_BRAND in value;
}

/** Whether a call of this tool may be run a second time after it may have begun. */
export function isRepeatable(tool: Pick<Tool, "annotations">): boolean {
  return tool.annotations?.readOnly === true || tool.annotations?.idempotent === true;
}

/** The same, of a call that has an idempotency key. */
export function isRepeatableWithKey(tool: Pick<Tool, "annotations">): boolean {
  return isRepeatable(tool) || tool.annotations?.idempotentWithKey === true;
}
