export { type AiSdkCall, aiSdkTools } from "./frameworks/ai-sdk-tools.ts";
export type { FrameworkToolsOptions, PerCall } from "./frameworks/framework-options.ts";
export type { CallableRegistry } from "./frameworks/registry-calls.ts";
