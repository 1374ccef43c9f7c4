/** What a server may ask back, and who answers. */
import type {
  CreateMessageRequestParams,
  CreateMessageResult,
  ElicitRequestFormParams,
  ElicitRequestURLParams,
  ElicitResult,
} from "@modelcontextprotocol/client";
import type { ToolContext } from "../../core/tool.ts";

/** Asks a person to fill in a form, whose fields `requestedSchema` describes. */
export type McpFormRequest = ElicitRequestFormParams & { readonly mode: "form" };

/** Asks a person to open an address. `elicitationId` is of the old era alone. */
export type McpUrlRequest = Omit<ElicitRequestURLParams, "elicitationId"> & {
  readonly elicitationId?: string | undefined;
};

/** What a server asks a person. */
export type McpElicitRequest = McpFormRequest | McpUrlRequest;

/** What the person says: `accept` with the form's `content`, `decline`, or `cancel` when they did not decide. */
export type McpElicitAnswer = Pick<ElicitResult, "action" | "content">;

/** What a server asks a model. Never holds tools: no server is told that it may send some. */
export type McpSampleRequest = CreateMessageRequestParams;

/** What the model says. */
export type McpSampleAnswer = CreateMessageResult;

/** A folder or file that a server may work in. */
export interface McpRoot {
  /** Begins with `file://`. */
  readonly uri: string;
  /** For people. */
  readonly name?: string | undefined;
}

/** The call on whose behalf a server asks. `context` is what the caller gave it. */
export type McpAskingCall = Pick<ToolContext, "callId" | "toolName" | "tenant" | "context">;

/** What is known of a question besides its text. */
export interface McpQuestionContext {
  /** The name of the source whose server asks. */
  readonly source: string;
  /**
   * The call on whose behalf it asks. In the old era a server does not say which that is: it is the only one on its
   * connection then, and undefined when there are several, or one was given up within the last `connectTimeoutMs`, of
   * which it may still be. Undefined, too, for a question outside any call.
   */
  readonly call: McpAskingCall | undefined;
  /** Aborts when nobody waits for the answer any more: the call has ended, the server took the question back, or is gone. */
  readonly signal: AbortSignal;
}

/** Answers a question that a server asks a person. */
export type McpElicit = (
  request: McpElicitRequest,
  context: McpQuestionContext,
) => McpElicitAnswer | Promise<McpElicitAnswer>;

/** Answers a question that a server asks a model. */
export type McpSample = (
  request: McpSampleRequest,
  context: McpQuestionContext,
) => McpSampleAnswer | Promise<McpSampleAnswer>;

/** Roots, or what gives them whenever a server asks. */
export type McpRoots =
  | readonly McpRoot[]
  | (() => readonly McpRoot[] | Promise<readonly McpRoot[]>);
