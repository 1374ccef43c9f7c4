/**
 * Who is told of progress. The SDK tells it a turn later than it takes the answer, and then to nobody: what comes together
 * with the answer would be lost.
 */
import type { JSONRPCMessage } from "@modelcontextprotocol/client";
import type { ToolProgress } from "../../core/tool.ts";
import { isRecord } from "./mcp-fields.ts";

/** Part of a request's parameters that asks for progress; empty where nobody listens. */
export interface ProgressMeta {
  readonly _meta?: { readonly progressToken: string };
}

type OnProgress = (update: ToolProgress) => void;

/** The listeners of one connection. */
export class ProgressListeners {
  readonly #listeners = new Map<string, OnProgress>();
  #tokens = 0;

  /** Adds one. What is given back goes with its request, and to `remove` when that has ended. */
  add(onProgress: OnProgress | undefined): ProgressMeta {
    if (onProgress === undefined) return {};
    this.#tokens += 1;
    const progressToken = `toolyard-${this.#tokens}`;
    this.#listeners.set(progressToken, onProgress);
    return { _meta: { progressToken } };
  }

  remove({ _meta: meta }: ProgressMeta): void {
    if (meta !== undefined) this.#listeners.delete(meta.progressToken);
  }

  /** Tells the one whom a message is for, if it tells of progress. */
  tell(message: JSONRPCMessage): void {
    if (!("method" in message) || message.method !== "notifications/progress") return;
    const params: unknown = message.params;
    if (!isRecord(params)) return;
    const update = progressOf(params);
    if (update !== undefined) this.#listeners.get(String(params["progressToken"]))?.(update);
  }
}

/** A server may say anything. */
function progressOf(params: Readonly<Record<string, unknown>>): ToolProgress | undefined {
  const { progress, total, message } = params;
  if (typeof progress !== "number") return undefined;
  return {
    progress,
    ...(typeof total === "number" && { total }),
    ...(typeof message === "string" && { message }),
  };
}
