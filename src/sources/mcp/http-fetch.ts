/**
 * The `fetch` that the SDK's HTTP transports are given. It makes only what they use of fetch, straight on undici's
 * dispatcher. The SDK puts one AbortSignal on all requests of a transport: each would add a listener to a list that is
 * walked for every other, so here every signal is listened to once. Its sockets keep no program alive; whoever waits for
 * an answer has a timer that does.
 */
import type { Socket } from "node:net";
import type { FetchLike } from "@modelcontextprotocol/client";
import type { Agent } from "undici";
import { HttpExchange } from "./http-exchange.ts";

/** Settings of an {@link HttpFetch}. */
export interface HttpFetchOptions {
  /** The server: requests to its origin carry `headers`, those to others do not. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly maxMessageBytes: number;
  /** Most milliseconds for a socket to be connected. */
  readonly connectTimeoutMs: number;
}

/** Makes an {@link HttpFetch}; loads undici, which takes a while the first time. */
export async function openHttpFetch(options: HttpFetchOptions): Promise<HttpFetch> {
  const { Agent: UndiciAgent, buildConnector } = await import("undici");
  const connect = buildConnector({ timeout: options.connectTimeoutMs });
  const agent = new UndiciAgent({
    // How long a call may take is for its own signal to say.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: (target, callback) =>
      connect(target, (...made) => {
        // In failure undici leaves the socket out, whatever the types say.
        const socket = made[1] as Socket | null | undefined;
        if (socket) {
          socket.unref();
          socket.ref = () => socket;
        }
        callback(...made);
      }),
  });
  return new HttpFetch(agent, options);
}

/** A pool of sockets for one connection to an MCP server. */
export class HttpFetch {
  readonly #agent: Agent;
  readonly #options: HttpFetchOptions;
  /** What has to be aborted with each signal. */
  readonly #bySignal = new WeakMap<AbortSignal, Set<HttpExchange>>();
  /** By JSON-RPC id: a request that is cancelled keeps its response open in the old era. */
  readonly #byId = new Map<string, HttpExchange>();
  /** To be handed to the SDK. */
  readonly fetch: FetchLike = (url, init) => this.#fetch(new URL(url), init);

  constructor(agent: Agent, options: HttpFetchOptions) {
    this.#agent = agent;
    this.#options = options;
  }

  /** Aborts the exchange of a JSON-RPC request. */
  cancel(id: string | number): void {
    this.#byId.get(JSON.stringify(id))?.abort(new Error("The request was cancelled."));
  }

  /** Closes every socket; what runs on them fails. */
  destroy(): Promise<void> {
    return this.#agent.destroy();
  }

  #fetch(url: URL, init: RequestInit = {}): Promise<Response> {
    const isOurs = url.origin === this.#options.url.origin;
    // The SDK follows redirects of the server by itself. What asks for them to be followed is its OAuth.
    if (!isOurs || init.redirect !== "manual") return fetch(url, init);
    const { body, signal } = init;
    const exchange = new HttpExchange(url.href, this.#options.maxMessageBytes);
    const end = this.#watch(exchange, signal, idOf(body));
    exchange.ended.then(end, end);
    const headers = { ...this.#options.headers, ...Object.fromEntries(new Headers(init.headers)) };
    this.#agent.dispatch(
      {
        origin: url.origin,
        path: url.pathname + url.search,
        method: init.method ?? "GET",
        headers,
        body: typeof body === "string" ? body : null,
      },
      exchange,
    );
    if (signal?.aborted === true) exchange.abort(signal.reason as Error);
    return exchange.response;
  }

  /** Has an exchange aborted when it must be. Returns what ends that. */
  #watch(
    exchange: HttpExchange,
    signal: AbortSignal | null | undefined,
    id: string | undefined,
  ): () => void {
    const group = signal ? this.#groupOf(signal) : undefined;
    group?.add(exchange);
    if (id !== undefined) this.#byId.set(id, exchange);
    return () => {
      group?.delete(exchange);
      if (id !== undefined && this.#byId.get(id) === exchange) this.#byId.delete(id);
    };
  }

  #groupOf(signal: AbortSignal): Set<HttpExchange> {
    const known = this.#bySignal.get(signal);
    if (known !== undefined) return known;
    const group = new Set<HttpExchange>();
    this.#bySignal.set(signal, group);
    const abort = (): void => {
      for (const exchange of group) exchange.abort(signal.reason as Error);
    };
    signal.addEventListener("abort", abort, { once: true });
    return group;
  }
}

/** The JSON-RPC id of a request of the SDK, which writes it last. That of an answer is a number of the server's. */
function idOf(body: RequestInit["body"]): string | undefined {
  if (typeof body !== "string" || body.startsWith('{"result":')) return undefined;
  return /,"id":(?<id>\d+|"[^"\\]*")\}$/u.exec(body)?.groups?.["id"];
}
