/** A registry's tools as Mastra's agents take them. */
import type { ToolsInput } from "@mastra/core/agent";
import type { MastraToolInvocationOptions } from "@mastra/core/tools";
import type { JsonSchema } from "../core/json-schema.ts";
import type { StandardSchema } from "../core/standard-schema.ts";
import type { MediaPart } from "../formats/mcp-content.ts";
import { executeOf, modelOutput } from "./ai-sdk-form.ts";
import type { FrameworkToolsOptions } from "./framework-options.ts";
import { type CallableRegistry, type DeclaredTool, RegistryCalls } from "./registry-calls.ts";

/** What Mastra says of one call: its id, the request's context, the messages before it, the signal. */
export type MastraCall = MastraToolInvocationOptions;

/**
 * The registry's tools for an `Agent` of Mastra, by names that every provider takes.
 *
 * Inputs are parsed by the registry alone, and schemas go to the model as they are: the tools say `strict: false`, which
 * keeps Mastra from rewriting them. A failed call is a `tool-error` with advice for the model; one that Mastra itself
 * aborted has the signal's reason. Mastra starts ten calls of a turn at once and the next as those end
 * (`toolCallConcurrency`), so larger turns are several batches.
 *
 * @throws TypeError when an option is unknown, or a tool's schema cannot be written as JSON Schema.
 *
 * @example
 * ```ts
 * const agent = new Agent({ id: "assistant", name: "Assistant", instructions, model, tools: mastraTools(registry) });
 * ```
 */
export function mastraTools(
  registry: CallableRegistry,
  options: FrameworkToolsOptions<MastraCall> = {},
): ToolsInput {
  const calls = new RegistryCalls(registry, "mastraTools", options);
  return Object.fromEntries(calls.tools.map((tool) => [tool.name, mastraTool(tool, calls)]));
}

/** In the AI SDK's form, which Mastra takes too: only there a tool is told the id of its call in every case. */
function mastraTool(
  { name, description, parameters }: DeclaredTool,
  calls: RegistryCalls<MastraCall>,
): ToolsInput[string] {
  return {
    id: name,
    description,
    strict: false,
    inputSchema: uncheckedSchema(parameters),
    execute: executeOf(name, calls),
    toModelOutput: (output: unknown) => modelOutput(output, toNative),
  };
}

function uncheckedSchema(parameters: JsonSchema): StandardSchema {
  const write = (): JsonSchema => parameters;
  return {
    "~standard": {
      version: 1,
      vendor: "toolyard",
      validate: (value) => ({ value }),
      jsonSchema: { input: write, output: write },
    },
  } as StandardSchema;
}

function toNative({ mimeType, data, filename }: MediaPart): object | undefined {
  if (mimeType.startsWith("image/")) return { type: "image-data", data, mediaType: mimeType };
  if (mimeType !== "application/pdf") return undefined;
  return { type: "file-data", data, mediaType: mimeType, filename };
}
