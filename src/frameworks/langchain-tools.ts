/** A registry's tools as LangChain's structured tools. */
import { StructuredTool, type ToolRunnableConfig } from "@langchain/core/tools";
import type { ToolResult } from "../core/tool-result.ts";
import { callFailure, isFrameworksOwn } from "./call-failure.ts";
import type { FrameworkToolsOptions } from "./framework-options.ts";
import { langChainContent, langChainMessage } from "./langchain-message.ts";
import { type CallableRegistry, type DeclaredTool, RegistryCalls } from "./registry-calls.ts";

/** What LangChain says of one call: the runnable's config, with what a LangGraph node adds to it. */
export type LangChainCall = ToolRunnableConfig;

/** A tool of a registry. `schema` is JSON Schema. */
export type LangChainTool = StructuredTool<LangChainSchema, object, object, unknown>;

/** JSON Schema as LangChain takes it from a tool. */
export type LangChainSchema = { type: "object"; [keyword: string]: unknown };

/**
 * The registry's tools for `model.bindTools`, `ToolNode`, `createReactAgent` and `createAgent` of LangChain and
 * LangGraph, under names that every provider takes.
 *
 * Inputs are parsed by the registry alone. Asked with a tool call, a tool answers with a ToolMessage: the output as text
 * or content blocks, whole as its `artifact`; or, when the call failed, with `status: "error"` and advice for the model.
 * Asked with bare arguments, it returns the content and throws a ToolError. When the config's own signal aborts, its
 * reason is thrown in both cases.
 *
 * @throws TypeError when an option is unknown, or a tool's schema cannot be written as JSON Schema.
 *
 * @example
 * ```ts
 * const agent = createReactAgent({ llm: model, tools: langChainTools(registry) });
 * ```
 */
export function langChainTools(
  registry: CallableRegistry,
  options: FrameworkToolsOptions<LangChainCall> = {},
): LangChainTool[] {
  const calls = new RegistryCalls(registry, "langChainTools", options);
  return calls.tools.map((tool) => new RegistryTool(tool, calls));
}

class RegistryTool extends StructuredTool<LangChainSchema, object, object, unknown> {
  override readonly name: string;
  override readonly description: string;
  override readonly schema: LangChainSchema;
  readonly #calls: RegistryCalls<LangChainCall>;
  /** This tool for LangChain's own `call`, which else would refuse what the registry can coerce. */
  readonly #unchecked: LangChainTool;

  constructor(declared: DeclaredTool, calls: RegistryCalls<LangChainCall>) {
    super();
    this.name = declared.name;
    this.description = declared.description;
    this.schema = declared.parameters;
    this.#calls = calls;
    // oxlint-disable-next-line no-underscore-dangle -- LangChain's name for what a tool does
    const act = this._call.bind(this);
    this.#unchecked = Object.create(this, {
      schema: { value: {} },
      _call: { value: act },
    }) as LangChainTool;
  }

  static override lc_name(): string {
    return "RegistryTool";
  }

  override call: LangChainTool["call"] = (arg, config, tags) =>
    StructuredTool.prototype.call.call(this.#unchecked, arg, config, tags) as never;

  protected override async _call(
    input: object,
    _manager: unknown,
    about: LangChainCall = {},
  ): Promise<unknown> {
    const { toolCall, signal } = about;
    const call = { id: toolCall?.id, name: this.name, input };
    const result = await this.#calls.run({ call, signal, about });
    return answer(result, signal, toolCall === undefined ? undefined : this.name);
  }
}

/** @param name - The tool's name where the answer must be a message. */
function answer(
  result: ToolResult,
  signal: AbortSignal | undefined,
  name: string | undefined,
): unknown {
  const failed = result.status === "error";
  if (failed && (name === undefined || isFrameworksOwn(result.error, signal))) {
    throw callFailure(result, signal);
  }
  return name === undefined ? langChainContent(result) : langChainMessage(result, name);
}
