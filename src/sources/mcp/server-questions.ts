/**
 * Has a server's questions answered by what the options give: in the old era they are requests of the server, in the new
 * one (2026-07-28) answers to ours, upon which the SDK sends the request again with what was answered.
 */
import type * as Sdk from "@modelcontextprotocol/client";
import { thrownText } from "../../core/thrown-text.ts";
import { ToolError } from "../../core/tool-error.ts";
import type { AskingClient } from "./asking-client.ts";
import { clientInfo } from "./client-info.ts";
import { checkElicitAnswer } from "./elicit-answer.ts";
import { isRoot } from "./mcp-check-options.ts";
import type { McpOptions } from "./mcp-options.ts";
import { OpenQuestions } from "./open-questions.ts";
import type { McpElicitRequest, McpQuestionContext } from "./question-options.ts";
import type { LinkRequest } from "./server-link.ts";
import type { HiddenTexts } from "../hidden-texts.ts";
import type { Clock } from "../../time/clock.ts";

const DEFAULT_TIMEOUT_MS = 30_000;
const NO_ROOTS =
  "The function `roots` gives a list of { uri, name? } whose uri begins with file://.";

/** Whose questions are answered, and by what. */
export interface QuestionParts {
  /** The source's name. */
  readonly name: string;
  readonly options: McpOptions;
  readonly clock: Clock;
  readonly secrets: HiddenTexts;
}

/** The kinds of questions. */
type QuestionMethod = "elicitation/create" | "sampling/createMessage" | "roots/list";

/** What a server is told that it may ask for: what there is somebody to answer. Empty: nothing. */
function questionCapabilities({ elicit, sample, roots }: McpOptions): Sdk.ClientCapabilities {
  return {
    ...(elicit !== undefined && { elicitation: { form: { applyDefaults: true }, url: {} } }),
    ...(sample !== undefined && { sampling: {} }),
    ...(roots !== undefined && { roots: {} }),
  };
}

/** Makes a client that has not been connected, and answers its server's questions where somebody is there for that. */
export async function makeClient(
  sdk: typeof Sdk,
  parts: QuestionParts,
  era: Sdk.VersionNegotiationMode,
): Promise<{ readonly client: Sdk.Client; readonly questions?: ServerQuestions }> {
  const settings = { versionNegotiation: { mode: era } };
  const capabilities = questionCapabilities(parts.options);
  if (Object.keys(capabilities).length === 0)
    return { client: new sdk.Client(clientInfo(), settings) };
  const { AskingClient: Client } = await import("./asking-client.ts");
  const client = new Client(clientInfo(), { ...settings, capabilities });
  return { client, questions: new ServerQuestions(sdk, parts, client) };
}

/** The questions of one connection. */
export class ServerQuestions {
  readonly #sdk: typeof Sdk;
  readonly #parts: QuestionParts;
  readonly #client: AskingClient;
  readonly #open: OpenQuestions;

  constructor(sdk: typeof Sdk, parts: QuestionParts, client: AskingClient) {
    this.#sdk = sdk;
    this.#parts = parts;
    this.#client = client;
    const { connectTimeoutMs = DEFAULT_TIMEOUT_MS } = parts.options;
    this.#open = new OpenQuestions(parts.clock, connectTimeoutMs);
    this.#answerPeople();
    this.#answerModels();
    this.#answerRoots();
  }

  /** A request is sent. Gives back what is to be called when it has ended. */
  began(request: LinkRequest): () => void {
    return this.#open.began(request);
  }

  /** The connection is gone, and with it whoever waits for answers. */
  close(): void {
    const { SdkError, SdkErrorCode } = this.#sdk;
    this.#open.close(new SdkError(SdkErrorCode.ConnectionClosed, "The connection was lost."));
  }

  #answerPeople(): void {
    const { elicit } = this.#parts.options;
    if (elicit === undefined) return;
    this.#client.setRequestHandler("elicitation/create", ({ params }, { mcpReq }) => {
      const request: McpElicitRequest =
        params.mode === "url" ? params : { ...params, mode: "form" as const };
      return this.#ask("elicitation/create", mcpReq.signal, async (context) =>
        checkElicitAnswer(request, await elicit(request, context)),
      );
    });
  }

  #answerModels(): void {
    const { sample } = this.#parts.options;
    if (sample === undefined) return;
    const { ProtocolError, ProtocolErrorCode } = this.#sdk;
    this.#client.setRequestHandler("sampling/createMessage", ({ params }, { mcpReq }) => {
      if (params.tools !== undefined || params.toolChoice !== undefined)
        throw new ProtocolError(ProtocolErrorCode.InvalidParams, "The client samples no tools.");
      return this.#ask("sampling/createMessage", mcpReq.signal, (context) =>
        sample(params, context),
      );
    });
  }

  #answerRoots(): void {
    const { roots } = this.#parts.options;
    if (roots === undefined) return;
    this.#client.setRequestHandler("roots/list", (_request, { mcpReq }) =>
      this.#ask("roots/list", mcpReq.signal, async () => {
        const given = typeof roots === "function" ? await roots() : roots;
        if (!Array.isArray(given) || !given.every(isRoot)) throw new TypeError(NO_ROOTS);
        return { roots: [...given] };
      }),
    );
  }

  async #ask<Answer>(
    method: QuestionMethod,
    signal: AbortSignal,
    answer: (context: McpQuestionContext) => Answer | Promise<Answer>,
  ): Promise<Answer> {
    const { name: source } = this.#parts;
    let waited = signal;
    try {
      return await this.#open.ask({ signal, behalf: this.#client.behalf }, (asked) => {
        waited = asked.signal;
        return answer({ source, ...asked });
      });
    } catch (thrown) {
      throw waited.aborted ? waited.reason : this.#unanswered(method, thrown);
    }
  }

  /** In the old era the server is told of it, in the new one the call fails with it. */
  #unanswered(method: QuestionMethod, thrown: unknown): ToolError {
    const { name, secrets } = this.#parts;
    const text = secrets.hideIn(thrownText(thrown));
    const message = `The MCP server ${name} asked back (${method}), and there was no answer: ${text}`;
    return new ToolError("TOOL_FAILED", message, { cause: thrown, retryable: false });
  }
}
