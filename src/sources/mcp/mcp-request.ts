/** What one tool asks of its server; the same on the event loop and in workers. */
import { heardProgress, lifeOf } from "../../core/call-context.ts";
import type { CallLife } from "../../core/call-life.ts";
import { ToolError } from "../../core/tool-error.ts";
import type { ToolContext } from "../../core/tool.ts";
import { isRecord } from "./mcp-fields.ts";
import { readResourceResult, readToolResult } from "./mcp-results.ts";
import type { LinkRequest, ServerLink } from "./server-link.ts";

/** A request that a tool stands for. JSON, so that it can go to a worker. */
export type McpRequest =
  | {
      readonly kind: "tool";
      /** Its name in the server. */
      readonly name: string;
      /** Whether it may be sent again when its connection is lost before an answer. */
      readonly repeatable: boolean;
    }
  | { readonly kind: ExtraKind };

/** Requests for what is no tool in the server. */
export type ExtraKind = "list_resources" | "read_resource" | "list_prompts" | "get_prompt";

/**
 * Makes the request.
 *
 * @throws ToolError of the link; `TOOL_FAILED` when the server says that the tool failed; `INPUT_INVALID` when the input
 *   is no object, which a server's own schema may let through.
 */
export async function makeRequest(
  link: ServerLink,
  request: McpRequest,
  given: unknown,
  context: ToolContext,
): Promise<unknown> {
  const { toolName } = context;
  const input = given ?? {};
  if (!isRecord(input)) {
    throw new ToolError("INPUT_INVALID", `${toolName}: the input of an MCP tool is an object.`);
  }
  const sent = new RequestOfCall(context, request.kind !== "tool" || request.repeatable);
  if (request.kind !== "tool") return EXTRAS[request.kind](link, { toolName, input, sent });
  return readToolResult(toolName, await link.callTool(request.name, input, sent));
}

/** A request that lives as long as its call. A class: its signal is made when asked for, and most requests do without. */
class RequestOfCall implements LinkRequest {
  readonly call: ToolContext;
  readonly repeatable: boolean;
  readonly life: CallLife;
  readonly onProgress: LinkRequest["onProgress"];

  constructor(context: ToolContext, repeatable: boolean) {
    this.call = context;
    this.repeatable = repeatable;
    this.life = lifeOf(context);
    this.onProgress = heardProgress(context);
  }

  get signal(): AbortSignal {
    return this.call.signal;
  }
}

interface ExtraRequest {
  readonly toolName: string;
  /** Has been checked by the schema. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly sent: LinkRequest;
}

const EXTRAS: Readonly<
  Record<ExtraKind, (link: ServerLink, request: ExtraRequest) => Promise<unknown>>
> = {
  list_resources: (link, { sent }) => link.listResources(sent),
  read_resource: async (link, { toolName, input, sent }) =>
    readResourceResult(toolName, await link.readResource(input["uri"] as string, sent)),
  list_prompts: async (link, { sent }) => ({ prompts: await link.listPrompts(sent) }),
  get_prompt: (link, { input, sent }) => {
    const values = (input["arguments"] ?? {}) as Readonly<Record<string, string>>;
    return link.getPrompt(input["name"] as string, values, sent);
  },
};
