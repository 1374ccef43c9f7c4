/** How a request gets to a server: through the SDK's client or, for calls of tools, past it. */
import type { Client, RequestOptions } from "@modelcontextprotocol/client";
import type { CallLife } from "../../core/call-life.ts";
import { NEVER_MS } from "./connect-client.ts";
import type { DirectCalls } from "./direct-calls.ts";
import type { ProgressMeta } from "./progress-listeners.ts";
import type { LinkRequest } from "./server-link.ts";

/** The way past the SDK's client, and how long the request may go on. */
export interface DirectWay {
  readonly calls: DirectCalls;
  readonly life: CallLife;
}

/**
 * Makes one request of the SDK's client.
 *
 * @param meta - Goes with the parameters of a request that may tell of its progress.
 * @param direct - For calls of tools, where they need not go through the client.
 */
export type SendRequest<Result> = (
  client: Client,
  meta: ProgressMeta,
  direct: DirectWay | undefined,
) => Promise<Result>;

/** What the SDK's client is told of a request. Its deadline is kept elsewhere. */
export function sdkOptions({ signal }: LinkRequest): RequestOptions {
  return { signal, timeout: NEVER_MS };
}
