/** Whether what a server answers to the call of a tool is an answer, in the era of sessions. */
import type * as Sdk from "@modelcontextprotocol/client";
import { clientInfo } from "./client-info.ts";
import { NEVER_MS } from "./connect-client.ts";
import { isRecord } from "./mcp-fields.ts";

/** Fields of a plain answer. */
const PLAIN: ReadonlySet<string> = new Set(["content", "structuredContent", "isError"]);

/** Checks answers as the SDK does, which is asked only where it might object or leave something out. */
export class AnswerCheck {
  readonly #sdk: typeof Sdk;
  #echo: Promise<Sdk.Client> | undefined;

  constructor(sdk: typeof Sdk) {
    this.#sdk = sdk;
  }

  /** The answer. A promise that rejects with the SDK's own error when it is none. */
  read(answer: unknown): Sdk.CallToolResult | Promise<Sdk.CallToolResult> {
    return isPlain(answer) ? answer : this.#readBySdk(answer);
  }

  /** By a client of the SDK whose server gives back what it is given. */
  async #readBySdk(answer: unknown): Promise<Sdk.CallToolResult> {
    const client = await (this.#echo ??= connectEcho(this.#sdk));
    const params = { name: "echo", arguments: { answer } };
    return client.request({ method: "tools/call", params }, { timeout: NEVER_MS });
  }
}

/** Most answers: text, perhaps with its structure, and nothing else. The SDK would give them back as they are. */
function isPlain(answer: unknown): answer is Sdk.CallToolResult {
  if (!isRecord(answer)) return false;
  for (const field in answer) if (!PLAIN.has(field)) return false;
  const { content, structuredContent, isError } = answer;
  if (!Array.isArray(content) || !content.every(isPlainText)) return false;
  if (structuredContent !== undefined && !isRecord(structuredContent)) return false;
  return isError === undefined || typeof isError === "boolean";
}

function isPlainText(block: unknown): boolean {
  if (!isRecord(block) || block["type"] !== "text" || typeof block["text"] !== "string")
    return false;
  for (const field in block) if (field !== "type" && field !== "text") return false;
  return true;
}

async function connectEcho(sdk: typeof Sdk): Promise<Sdk.Client> {
  const [near, far] = sdk.InMemoryTransport.createLinkedPair();
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK has properties, no events
  far.onmessage = (message) => {
    if (!("method" in message) || !("id" in message)) return;
    const { method, id, params } = message;
    const answer = method === "initialize" ? hello(params) : echoOf(params);
    void far.send({ jsonrpc: "2.0", id, result: answer as Sdk.Result });
  };
  const client = new sdk.Client(clientInfo(), { versionNegotiation: { mode: "legacy" } });
  await client.connect(near);
  return client;
}

function hello(params: Readonly<Record<string, unknown>> = {}): unknown {
  const { protocolVersion } = params;
  return {
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: "echo", version: "1" },
  };
}

function echoOf(params: Readonly<Record<string, unknown>> = {}): unknown {
  return (params["arguments"] as { readonly answer: unknown }).answer;
}
