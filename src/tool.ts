export type { FromJsonSchema, JsonSchema } from "./core/json-schema.ts";
export type { CallTool, NestedCallOptions } from "./core/nested-call.ts";
export type { StandardSchema } from "./core/standard-schema.ts";
export { ToolError, type ToolErrorOptions } from "./core/tool-error.ts";
export {
  type DefinedTool,
  type RetryPolicy,
  type Tool,
  type ToolAnnotations,
  type ToolContext,
  type ToolDefinition,
  type ToolPermissions,
  type ToolProgress,
  type ToolSchema,
  defineTool,
} from "./core/tool.ts";
export { type Transferable, transfer } from "./core/transfer.ts";
export type { UsageReport } from "./core/usage-report.ts";
export {
  type MethodDescription,
  type MethodDescriptions,
  describeMethods,
} from "./sources/native/describe-methods.ts";
