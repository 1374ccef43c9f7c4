/** Makes the transport of one connection: stdio, Streamable HTTP, SSE. */
import type { JSONRPCMessage, Transport, TransportSendOptions } from "@modelcontextprotocol/client";
import type { Clock } from "../../time/clock.ts";
import type { ConnectionLoss } from "./connection-loss.ts";
import { type HttpFetch, openHttpFetch } from "./http-fetch.ts";
import type { McpHttpServer, McpOptions, McpServerConfig, McpStdioServer } from "./mcp-options.ts";
import type { HiddenTexts } from "../hidden-texts.ts";
import type { MessageWriter } from "./message-writer.ts";
import { StderrTail } from "./stderr-tail.ts";
import { StdioTransport } from "./stdio-transport.ts";

const DEFAULT_MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
/** Most milliseconds to tell a server that its session is over. */
const FAREWELL_MS = 1_000;

/** The JSON-RPC error that a request gets here when its response ends without an answer to it. */
export const STREAM_ENDED = -32_099;

/** A transport, and what the SDK does not know of it. */
export interface OpenTransport {
  readonly transport: Transport;
  readonly kind: TransportKind;
  readonly stderr: StderrTail | undefined;
  /** Sends a message without a promise; undefined where every message is a request of its own. */
  readonly writer: MessageWriter | undefined;
  /** The server's process, where it was started for this. */
  pid(): number | undefined;
  /** Why it was closed, where that was the server's doing and is known. */
  loss(): ConnectionLoss | undefined;
  /** Lets the server go by itself, for a moment. Resolves when nothing is left. */
  close(): Promise<void>;
  /** Ends it at once. Resolves when nothing is left. */
  destroy(): Promise<void>;
}

/** How a server is spoken to. */
export type TransportKind = "stdio" | "http" | "sse";

/** What a transport is made with. */
export interface TransportParts {
  readonly clock: Clock;
  readonly options: McpOptions;
  readonly secrets: HiddenTexts;
}

/** Makes a transport that has not been started. Loads the SDK, and undici, when first used. */
export function openTransport(
  config: McpServerConfig,
  kind: TransportKind,
  parts: TransportParts,
): Promise<OpenTransport> {
  return "command" in config ? openStdio(config, parts) : openHttp(config, kind, parts);
}

async function openStdio(server: McpStdioServer, parts: TransportParts): Promise<OpenTransport> {
  const { clock, options, secrets } = parts;
  const { getDefaultEnvironment } = await import("@modelcontextprotocol/client/stdio");
  const stderr = new StderrTail(secrets);
  const transport = new StdioTransport(server, {
    clock,
    env: { ...getDefaultEnvironment(), ...server.env },
    maxMessageBytes: options.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES,
    stderr,
  });
  return {
    transport,
    kind: "stdio",
    stderr,
    writer: transport,
    pid: () => transport.pid,
    loss: () => transport.loss,
    close: () => transport.close(),
    destroy: () => transport.destroy(),
  };
}

async function openHttp(
  server: McpHttpServer,
  kind: TransportKind,
  { clock, options }: TransportParts,
): Promise<OpenTransport> {
  const sdk = await import("@modelcontextprotocol/client");
  const url = new URL(server.url);
  const http = await openHttpFetch({
    url,
    headers: lowerCased(server.headers ?? {}),
    maxMessageBytes: options.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES,
    connectTimeoutMs: options.connectTimeoutMs ?? 30_000,
  });
  const { authProvider } = options;
  const settings = { fetch: http.fetch, ...(authProvider && { authProvider }) };
  const streamable =
    kind === "http" ? new sdk.StreamableHTTPClientTransport(url, settings) : undefined;
  const transport = streamable ?? new sdk.SSEClientTransport(url, settings);
  if (streamable !== undefined) answerEveryRequest(streamable, http);
  const destroy = async (): Promise<void> => {
    await transport.close();
    await http.destroy();
  };
  return {
    transport,
    kind,
    stderr: undefined,
    writer: undefined,
    pid: () => undefined,
    loss: () => undefined,
    destroy,
    close: async () => {
      await within(clock, FAREWELL_MS, streamable?.terminateSession());
      await destroy();
    },
  };
}

/**
 * Mends what the SDK leaves open: a request whose event stream ends without its answer would wait for ever, and one that
 * was cancelled would keep its response, and the socket, open.
 */
function answerEveryRequest(transport: Transport, http: HttpFetch): void {
  const send = transport.send.bind(transport);
  const open = new Set<string | number>();
  // The SDK's client calls what it finds here before its own.
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK has properties, no events
  transport.onmessage = (message: JSONRPCMessage) => {
    if (!("method" in message) && message.id !== undefined) open.delete(message.id);
  };
  transport.send = async (message: JSONRPCMessage, options?: TransportSendOptions) => {
    if (!("method" in message)) return send(message, options);
    if (!("id" in message)) {
      await send(message, options);
      const { requestId } = (message.params ?? {}) as { readonly requestId?: string | number };
      if (message.method === "notifications/cancelled" && requestId !== undefined)
        http.cancel(requestId);
      return undefined;
    }
    const { id } = message;
    open.add(id);
    const error = { code: STREAM_ENDED, message: "the response ended without an answer" };
    const onRequestStreamEnd = (): void => {
      options?.onRequestStreamEnd?.();
      if (open.delete(id)) transport.onmessage?.({ jsonrpc: "2.0", id, error });
    };
    try {
      await send(message, { ...options, onRequestStreamEnd });
    } catch (thrown) {
      open.delete(id);
      throw thrown;
    }
    return undefined;
  };
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

async function within(clock: Clock, ms: number, work: Promise<void> | undefined): Promise<void> {
  const late = Promise.withResolvers<void>();
  const cancel = clock.setTimer(ms, late.resolve);
  await Promise.race([work?.catch(() => {}), late.promise]);
  cancel();
}
