/** A registry's tools as function tools of the OpenAI Agents SDK. */
import { type FunctionTool, type RunContext, tool as makeTool } from "@openai/agents";
import type { ToolResult } from "../core/tool-result.ts";
import type { MediaPart } from "../formats/mcp-content.ts";
import { asText, dataUrl, renderParts, resultContentInWords } from "../formats/result-content.ts";
import { callFailure, isFrameworksOwn } from "./call-failure.ts";
import type { FrameworkToolsOptions } from "./framework-options.ts";
import { type CallableRegistry, type DeclaredTool, RegistryCalls } from "./registry-calls.ts";

/** What the OpenAI Agents SDK says of one call: the run's context and usage. */
export type OpenAiAgentsCall<Context = unknown> = RunContext<Context>;

/** What the SDK takes as the result of a function tool. */
export type OpenAiAgentsOutput = string | readonly OpenAiAgentsPart[];

/** A piece of a result that is more than text. */
export type OpenAiAgentsPart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "image"; readonly image: string }
  | {
      readonly type: "file";
      readonly file: {
        readonly data: string;
        readonly mediaType: string;
        readonly filename: string;
      };
    };

/**
 * What the SDK accepts among the `tools` of an agent with this context; one of `unknown`, among those of any agent. Left
 * out are fields that the SDK types so that a tool fits one context alone.
 */
export type OpenAiAgentsTool<Context = unknown> = Omit<
  FunctionTool<Context, undefined, OpenAiAgentsOutput>,
  "customDataExtractor" | "errorFunction" | "inputGuardrails" | "outputGuardrails"
>;

/**
 * The registry's tools for an `Agent` of the OpenAI Agents SDK, under names that every provider takes.
 *
 * Inputs are parsed by the registry alone; only arguments that are no JSON the SDK answers itself. The tools are not strict,
 * for strict schemas know no optional properties. A failed call is a text with advice for the model, as the SDK has it, and the run goes on;
 * when the run's own signal aborts, its reason is thrown. Images and PDFs are the SDK's image and file outputs.
 *
 * @throws TypeError when an option is unknown, or a tool's schema cannot be written as JSON Schema.
 *
 * @example
 * ```ts
 * const agent = new Agent({ name: "Assistant", model, tools: openAiAgentsTools(registry) });
 * ```
 */
export function openAiAgentsTools<Context = unknown>(
  registry: CallableRegistry,
  options: FrameworkToolsOptions<OpenAiAgentsCall<Context>> = {},
): OpenAiAgentsTool<Context>[] {
  const calls = new RegistryCalls(registry, "openAiAgentsTools", options);
  return calls.tools.map((tool) => functionTool(tool, calls));
}

/**
 * Two functions that say "no" and "yes". They are the SDK's own, for it takes another `needsApproval` for a policy that
 * it cannot ask about arguments that are no JSON, and stops the run to ask a person.
 */
const { needsApproval, isEnabled } = makeTool({
  name: "any",
  description: "",
  parameters: { type: "object", properties: {}, required: [], additionalProperties: true },
  strict: false,
  execute: () => "",
}) as unknown as OpenAiAgentsTool;

function functionTool<Context>(
  { name, description, parameters }: DeclaredTool,
  calls: RegistryCalls<OpenAiAgentsCall<Context>>,
): OpenAiAgentsTool<Context> {
  return {
    type: "function",
    name,
    description,
    parameters: parameters as unknown as OpenAiAgentsTool["parameters"],
    strict: false,
    needsApproval,
    isEnabled,
    invoke: async (about, input, details) => {
      const { toolCall, signal } = details ?? {};
      const call = { id: toolCall?.callId, name, arguments: input };
      const result = await calls.run({ call, signal, about });
      if (result.status === "error" && isFrameworksOwn(result.error, signal)) {
        throw callFailure(result, signal);
      }
      return agentsOutput(result);
    },
  };
}

function agentsOutput(result: ToolResult): OpenAiAgentsOutput {
  const rendered = renderParts(resultContentInWords(result), toNative);
  return (
    asText(rendered) ??
    rendered.map((part) => (typeof part === "string" ? { type: "text", text: part } : part))
  );
}

function toNative(media: MediaPart): OpenAiAgentsPart | undefined {
  const { mimeType: mediaType, data, filename } = media;
  if (mediaType.startsWith("image/")) return { type: "image", image: dataUrl(media) };
  if (mediaType !== "application/pdf") return undefined;
  return { type: "file", file: { data, mediaType, filename } };
}
