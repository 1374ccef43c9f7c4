/** What a line of a server's stdout says. */
import type { JSONRPCMessage } from "@modelcontextprotocol/client";
import { isRecord } from "./mcp-fields.ts";

/** The JSON-RPC error that a request gets here when what answers it is no answer. */
export const MALFORMED_ANSWER = -32_098;

/**
 * The message in a line; undefined when there is none. The SDK checks it further, but for answers: they are as the
 * protocol has them, or an error with {@link MALFORMED_ANSWER}.
 */
export function readMessage(line: string): JSONRPCMessage | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (!isRecord(value) || value["jsonrpc"] !== "2.0") return undefined;
    return (isAnswer(value) ? readAnswer(value) : value) as JSONRPCMessage;
  } catch {
    return undefined;
  }
}

/** Whether it answers a request. Some servers write every field that a message can have, and null where there is none. */
function isAnswer({ method, id }: Readonly<Record<string, unknown>>): boolean {
  return (method ?? undefined) === undefined && (typeof id === "number" || typeof id === "string");
}

/** An answer with what the protocol has, and nothing else: whatever is strange to the SDK it would drop. */
function readAnswer({ id, result, error }: Readonly<Record<string, unknown>>): unknown {
  if ((error ?? undefined) === undefined)
    return isRecord(result) ? { jsonrpc: "2.0", id, result } : malformed(id);
  if (!isRecord(error)) return malformed(id);
  const isWhole = Number.isInteger(error["code"]) && typeof error["message"] === "string";
  return isWhole ? { jsonrpc: "2.0", id, error } : malformed(id);
}

function malformed(id: unknown): unknown {
  const message = "neither a result nor an error";
  return { jsonrpc: "2.0", id, error: { code: MALFORMED_ANSWER, message } };
}
