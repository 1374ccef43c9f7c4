/** Tools for what a server has besides its tools: resources and prompts. */
import type { JsonSchema } from "../../core/json-schema.ts";
import type { ExtraKind } from "./mcp-request.ts";

/** One of these tools, as far as it is the same for every server. */
export interface ExtraTool {
  readonly description: string;
  readonly input: JsonSchema;
}

const NOTHING: JsonSchema = { type: "object", properties: {}, additionalProperties: false };

/** By name. */
export const EXTRA_TOOLS: Readonly<Record<ExtraKind, ExtraTool>> = {
  list_resources: {
    description:
      "Lists what can be read with read_resource: resources with their URIs, and templates of URIs.",
    input: NOTHING,
  },
  read_resource: {
    description: "Reads a resource. list_resources has the URIs.",
    input: {
      type: "object",
      properties: { uri: { type: "string", description: "The resource's URI." } },
      required: ["uri"],
      additionalProperties: false,
    },
  },
  list_prompts: {
    description: "Lists the prompts that get_prompt can fill in, with their arguments.",
    input: NOTHING,
  },
  get_prompt: {
    description: "Fills in a prompt and returns its messages. list_prompts has the names.",
    input: {
      type: "object",
      properties: {
        name: { type: "string", description: "The prompt's name." },
        arguments: {
          type: "object",
          description: "Values of the prompt's arguments, by name.",
          additionalProperties: { type: "string" },
        },
      },
      required: ["name"],
      additionalProperties: false,
    },
  },
};

/** Which of them were asked for. */
export function extrasOf(options: {
  readonly resources?: boolean | undefined;
  readonly prompts?: boolean | undefined;
}): readonly ExtraKind[] {
  return [
    ...(options.resources === true ? (["list_resources", "read_resource"] as const) : []),
    ...(options.prompts === true ? (["list_prompts", "get_prompt"] as const) : []),
  ];
}
