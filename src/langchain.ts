export type { FrameworkToolsOptions, PerCall } from "./frameworks/framework-options.ts";
export {
  type LangChainToolNode,
  langChainToolNode,
  type MessagesState,
} from "./frameworks/langchain-tool-node.ts";
export {
  type LangChainCall,
  type LangChainSchema,
  type LangChainTool,
  langChainTools,
} from "./frameworks/langchain-tools.ts";
export type { CallableRegistry } from "./frameworks/registry-calls.ts";
