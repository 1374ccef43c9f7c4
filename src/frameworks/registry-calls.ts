/** The two things that every framework asks of a registry: what tools there are, and that calls be run. */
import type { ToolResult } from "../core/tool-result.ts";
import type { OpenAiResponsesTool } from "../formats/openai-responses.ts";
import type { ToolFilter } from "../registry/tool-catalog.ts";
import { type BatchRunner, CallCollector, type CollectedCall } from "./call-collector.ts";
import {
  callOptions,
  checkFrameworkOptions,
  type FrameworkToolsOptions,
} from "./framework-options.ts";

/** What the tools are taken from, and run by: a ToolRegistry. */
export interface CallableRegistry extends BatchRunner {
  schemas(format: "openai-responses", filter?: ToolFilter): readonly OpenAiResponsesTool[];
}

/** A tool as models are told of it: its name is safe for every provider, its input is JSON Schema. */
export type DeclaredTool = Pick<OpenAiResponsesTool, "name" | "description" | "parameters">;

/** What a framework says of one call. */
export interface FrameworkCallParts<FrameworkCall> {
  readonly call: CollectedCall;
  readonly signal: AbortSignal | undefined;
  /** What the functions among the options are asked with. */
  readonly about: FrameworkCall;
}

/** A registry's tools inside one framework. */
export class RegistryCalls<FrameworkCall> {
  /** The tools there are now. */
  readonly tools: readonly DeclaredTool[];
  readonly #options: FrameworkToolsOptions<FrameworkCall>;
  readonly #collector: CallCollector;

  /** @throws TypeError when an option is unknown, or a tool's schema cannot be written as JSON Schema. */
  constructor(
    registry: CallableRegistry,
    where: string,
    options: FrameworkToolsOptions<FrameworkCall>,
  ) {
    checkFrameworkOptions(where, options);
    this.tools = registry.schemas("openai-responses", options.filter);
    this.#options = options;
    this.#collector = new CallCollector(registry);
  }

  /** Runs a call, in one batch with those that the framework starts in the same turn. */
  async run(parts: FrameworkCallParts<FrameworkCall>): Promise<ToolResult> {
    const { call, signal, about } = parts;
    return this.#collector.run(call, callOptions(this.#options, about, signal));
  }
}
