export type { FrameworkToolsOptions, PerCall } from "./frameworks/framework-options.ts";
export {
  type OpenAiAgentsCall,
  type OpenAiAgentsOutput,
  type OpenAiAgentsPart,
  type OpenAiAgentsTool,
  openAiAgentsTools,
} from "./frameworks/openai-agents-tools.ts";
export type { CallableRegistry } from "./frameworks/registry-calls.ts";
