/** A registry's tools as a `ToolSet` of the Vercel AI SDK. */
import type { Schema, ToolExecutionOptions, ToolSet } from "ai";
import type { MediaPart } from "../formats/mcp-content.ts";
import { executeOf, modelOutput } from "./ai-sdk-form.ts";
import type { FrameworkToolsOptions } from "./framework-options.ts";
import { type CallableRegistry, type DeclaredTool, RegistryCalls } from "./registry-calls.ts";

/** What the AI SDK says of one call: its id, the messages before it, the signal, the tool's context. */
export type AiSdkCall = ToolExecutionOptions<unknown>;

/** The AI SDK knows its schemas by this symbol; with it, JSON Schema goes to the model as it is. */
const AI_SDK_SCHEMA = Symbol.for("vercel.ai.schema");

type AiSdkTool = ToolSet[string];
type ModelOutput = Awaited<ReturnType<NonNullable<AiSdkTool["toModelOutput"]>>>;
type ModelContentPart = Extract<ModelOutput, { type: "content" }>["value"][number];

/**
 * The registry's tools for `generateText`, `streamText` and agents of the AI SDK 7: dynamic tools, under names that every
 * provider takes.
 *
 * Inputs are parsed by the registry alone. An output is what the tool returned; the model gets it as text, JSON, or
 * content with images. A failed call is a `tool-error` part whose `error` is a ToolError, and the model gets its advice;
 * one that the SDK itself aborted has the signal's reason. The set is made of the tools there are now: call it in
 * `prepareStep` where tools come and go.
 *
 * @throws TypeError when an option is unknown, or a tool's schema cannot be written as JSON Schema.
 *
 * @example
 * ```ts
 * const { text } = await generateText({ model, prompt, tools: aiSdkTools(registry), stopWhen: isStepCount(5) });
 * ```
 */
export function aiSdkTools(
  registry: CallableRegistry,
  options: FrameworkToolsOptions<AiSdkCall> = {},
): ToolSet {
  const calls = new RegistryCalls(registry, "aiSdkTools", options);
  return Object.fromEntries(calls.tools.map((tool) => [tool.name, aiSdkTool(tool, calls)]));
}

function aiSdkTool(declared: DeclaredTool, calls: RegistryCalls<AiSdkCall>): AiSdkTool {
  const { name, description, parameters } = declared;
  return {
    type: "dynamic",
    description,
    inputSchema: uncheckedSchema(parameters),
    execute: executeOf(name, calls),
    toModelOutput: ({ output }: { readonly output: unknown }): ModelOutput =>
      modelOutput(output, toFile),
  };
}

/** Without `validate` the AI SDK lets every input pass. */
function uncheckedSchema(parameters: object): Schema {
  return {
    [AI_SDK_SCHEMA]: true,
    jsonSchema: parameters,
    validate: undefined,
  } as unknown as Schema;
}

function toFile({ mimeType, data, filename }: MediaPart): ModelContentPart | undefined {
  const isShown = mimeType.startsWith("image/") || mimeType === "application/pdf";
  if (!isShown) return undefined;
  return { type: "file", mediaType: mimeType, data: { type: "data", data }, filename };
}
