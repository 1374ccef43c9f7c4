export type { FrameworkToolsOptions, PerCall } from "./frameworks/framework-options.ts";
export { type MastraCall, mastraTools } from "./frameworks/mastra-tools.ts";
export type { CallableRegistry } from "./frameworks/registry-calls.ts";
