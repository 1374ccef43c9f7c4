export { type BudgetAmounts, CallBudget, type CallBudgetOptions } from "./core/call-budget.ts";
export { ERROR_CODES, type ErrorCode, type ErrorCodeFacts } from "./core/error-codes.ts";
export type { CallEvent, CallEventBase, EventSink, RegistryEvent } from "./core/call-event.ts";
export type { FromJsonSchema, JsonSchema } from "./core/json-schema.ts";
export type { LimitEvent } from "./core/limit-event.ts";
export type {
  BreakerStats,
  KeyStats,
  LimitStats,
  RateStats,
  TenantStats,
} from "./core/limit-stats.ts";
export type { PoolEvent, PoolMode, ResizeReason } from "./core/pool-event.ts";
export type {
  PoolStats,
  RegistryStats,
  RunningCallStats,
  ToolStats,
  WorkerStats,
} from "./core/registry-stats.ts";
export type { SourceEvent } from "./core/source-event.ts";
export type { SourceConnectionStats, SourceState, SourceStats } from "./core/source-stats.ts";
export type { CallTool, NestedCallOptions } from "./core/nested-call.ts";
export type { StandardSchema } from "./core/standard-schema.ts";
export type { CallOptions, ToolCall } from "./core/tool-call.ts";
export { ToolError, type ToolErrorOptions } from "./core/tool-error.ts";
export type {
  CallTiming,
  ErrorResult,
  OkResult,
  ToolResult,
  TruncatedOutput,
} from "./core/tool-result.ts";
export {
  type ConcreteMode,
  type DefinedTool,
  EXECUTION_MODES,
  type ExecutionMode,
  type LoadedFunction,
  type LoadTool,
  type ModuleMember,
  type RetryPolicy,
  type SourceOrigin,
  type Tool,
  type ToolAnnotations,
  type ToolContext,
  type ToolDefinition,
  type ToolOrigin,
  type ToolPermissions,
  type ToolProgress,
  type ToolSchema,
  type TruncateStyle,
  defineTool,
  isDefinedTool,
} from "./core/tool.ts";
export { type Transferable, transfer } from "./core/transfer.ts";
export type { UsageReport } from "./core/usage-report.ts";
export type { PoolOptions } from "./executors/pool/pool-options.ts";
export type { WorkerOutput, WorkerOutputSink } from "./executors/pool/worker-transport.ts";
export { formatToolResults } from "./formats/format-tool-results.ts";
export { FORMAT_NAMES, type FormatName } from "./formats/provider-format.ts";
export type { ResultMessage, ToolDeclaration } from "./formats/provider-formats.ts";
export type {
  AdaptiveOptions,
  BreakerOptions,
  CacheOptions,
  LimitOptions,
  LimitsOptions,
  PresetOptions,
  QueueOptions,
  RateKind,
  RateOptions,
  ResourceKeys,
  RetryBudgetOptions,
  SlowStartOptions,
  TenantLimitOptions,
  TokenRateOptions,
} from "./limits/limit-options.ts";
export { type RateLimitReading, readRateLimitHeaders } from "./core/remaining-budget.ts";
export type { ToolFilter } from "./registry/tool-catalog.ts";
export type { SearchOptions, ToolMatch } from "./registry/tool-search.ts";
export type { ToolRegistryOptions } from "./runtime/create-runtime.ts";
export type { ResultOptions } from "./runtime/result-limits.ts";
export type { EventOf, ToolyardEvent } from "./runtime/event-hub.ts";
export type { LintOptions, RegistryLint } from "./runtime/lint-registry.ts";
export type { McpServers } from "./runtime/open-sources.ts";
export type { ToolInfo } from "./runtime/tool-info.ts";
export { type RegisterOptions, ToolRegistry } from "./runtime/tool-registry.ts";
export type {
  McpHttpServer,
  McpOptions,
  McpRestartOptions,
  McpServerConfig,
  McpServersConfig,
  McpStdioServer,
} from "./sources/mcp/mcp-options.ts";
export type {
  McpAskingCall,
  McpElicit,
  McpElicitAnswer,
  McpElicitRequest,
  McpFormRequest,
  McpQuestionContext,
  McpRoot,
  McpRoots,
  McpSample,
  McpSampleAnswer,
  McpSampleRequest,
  McpUrlRequest,
} from "./sources/mcp/question-options.ts";
export type { DeriveOptions } from "./sources/modules/derive-exports.ts";
export type { ModuleToolsOptions } from "./sources/modules/module-tools.ts";
export type { ClassToolsOptions } from "./sources/native/class-tools.ts";
export {
  type MethodDescription,
  type MethodDescriptions,
  describeMethods,
} from "./sources/native/describe-methods.ts";
export type {
  Credential,
  HttpPolicy,
  OpenApiCredential,
  OpenApiOptions,
  OperationFilter,
} from "./sources/openapi/openapi-options.ts";
export type { ToolSettings } from "./sources/tool-settings.ts";
export type { SourceHost, ToolSource } from "./sources/tool-source.ts";
export type { CancelTimer, Clock } from "./time/clock.ts";
