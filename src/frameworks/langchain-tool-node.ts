/** A LangGraph node that runs the calls of the last answer as one batch, with the tools there are at that moment. */
import {
  type BaseMessage,
  isAIMessage,
  isToolMessage,
  type ToolMessage,
} from "@langchain/core/messages";
import type { RunnableConfig } from "@langchain/core/runnables";
import type { BatchRunner, CollectedCall } from "./call-collector.ts";
import { callFailure, isFrameworksOwn } from "./call-failure.ts";
import {
  callOptions,
  checkFrameworkOptions,
  type FrameworkToolsOptions,
} from "./framework-options.ts";
import { langChainMessage } from "./langchain-message.ts";

/** The part of a graph's state that the node reads and adds to. */
export interface MessagesState {
  readonly messages: readonly BaseMessage[];
}

/** Answers the calls of the last AI message that have no answer yet. */
export type LangChainToolNode = (
  state: MessagesState,
  config?: RunnableConfig,
) => Promise<{ messages: ToolMessage[] }>;

/**
 * A node for `new StateGraph(…).addNode("tools", …)`, in the place of a `ToolNode`. It asks the registry itself: tools
 * that were registered later are found, a name that does not exist is answered with the closest ones, and arguments
 * that are no JSON (`invalid_tool_calls`) are answered too. Options are those of `langChainTools`, `filter` apart.
 *
 * @throws TypeError when an option is unknown. The node rejects with the signal's reason when its run is aborted.
 */
export function langChainToolNode(
  registry: BatchRunner,
  options: Omit<FrameworkToolsOptions<RunnableConfig>, "filter"> = {},
): LangChainToolNode {
  checkFrameworkOptions("langChainToolNode", options);
  return async (state, config = {}) => {
    const { signal } = config;
    const calls = unansweredCalls(state.messages);
    const results = await registry.executeToolCalls(calls, callOptions(options, config, signal));
    const stopped = results.find(
      (result) => result.status === "error" && isFrameworksOwn(result.error, signal),
    );
    if (stopped?.status === "error") throw callFailure(stopped, signal);
    const messages = results.map((result, index) =>
      langChainMessage(result, calls[index]?.name ?? result.toolName),
    );
    return { messages };
  };
}

function unansweredCalls(messages: readonly BaseMessage[]): CollectedCall[] {
  const answered = new Set(messages.filter(isToolMessage).map((message) => message.tool_call_id));
  const last = messages.findLast(isAIMessage);
  const isOpen = ({ id }: { readonly id?: string | undefined }): boolean =>
    id === undefined || !answered.has(id);
  const valid = (last?.tool_calls ?? [])
    .filter(isOpen)
    .map(({ id, name, args }) => ({ id, name, input: args }));
  const invalid = (last?.invalid_tool_calls ?? [])
    .filter(isOpen)
    .map(({ id, name, args }) => ({ id, name: name ?? "", arguments: args ?? "" }));
  return [...valid, ...invalid];
}
