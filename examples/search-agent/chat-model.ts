/** Any endpoint that speaks OpenAI's chat completions, named by the environment. */
import type { ToolDeclaration } from "../../src/index.ts";

/** What the model answers. */
export interface Answer {
  readonly content: string | null;
  readonly tool_calls?: readonly unknown[];
}

/** A message of the conversation. */
export type Message = Readonly<Record<string, unknown>>;

/** Where the model is, and which. */
export interface ChatModel {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly model: string;
}

/** Reads OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_MODEL. */
export function modelFromEnvironment(env: NodeJS.ProcessEnv): ChatModel {
  const { OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: apiKey = "", OPENAI_MODEL: model = "" } = env;
  if (baseUrl === undefined || model === "") {
    throw new TypeError(
      "Say which model to ask: OPENAI_BASE_URL (such as http://127.0.0.1:11434/v1), OPENAI_MODEL, and OPENAI_API_KEY if it wants one.",
    );
  }
  return { baseUrl: baseUrl.replace(/\/$/u, ""), apiKey, model };
}

/** Asks the model once. Without tools it can only answer. */
export async function ask(
  { baseUrl, apiKey, model }: ChatModel,
  messages: readonly Message[],
  tools: readonly ToolDeclaration<"openai-chat">[],
): Promise<Answer> {
  const response = await fetch(`${baseUrl}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${apiKey}` },
    body: JSON.stringify({ model, messages, ...(tools.length > 0 && { tools }) }),
  });
  if (!response.ok)
    throw new Error(`The model answered ${response.status}: ${await response.text()}`);
  const { choices } = (await response.json()) as { choices: readonly { message: Answer }[] };
  return choices[0]?.message ?? { content: null };
}
