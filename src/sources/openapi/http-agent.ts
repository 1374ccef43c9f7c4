/**
 * The connections of one source: an agent of undici that keeps them open, asks allowed hosts only, and looks at each
 * address before it connects to it. There is no moment between the check and the connection in which a name could come
 * to stand for another address.
 */
import { type LookupAddress, lookup } from "node:dns";
import type { LookupFunction } from "node:net";
import type * as Undici from "undici";
import type { CallLife } from "../../core/call-life.ts";
import { Roster } from "../../core/roster.ts";
import { ToolError } from "../../core/tool-error.ts";
import { addressOf, isPrivateAddress } from "./address-class.ts";
import type { ByteAllowance } from "./byte-allowance.ts";
import { Exchange, type ExchangeKeeper, type HttpResponse } from "./exchange.ts";
import { type ResolvedPolicy, checkUrl, mayBePrivate, privateRefusal } from "./host-policy.ts";

/** A request that is ready to go. */
export interface HttpRequest {
  /** Scheme, host and port. */
  readonly origin: string;
  /** With its query; begins with a slash. */
  readonly path: string;
  readonly method: string;
  /** Names and values by turns. */
  readonly headers: readonly string[];
  readonly body: string | Uint8Array | undefined;
}

/** Milliseconds to set up a connection. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Sends requests over connections that it keeps. Make one with {@link openHttpAgent}. */
export class HttpAgent implements ExchangeKeeper {
  /** Most bytes of an answer. */
  readonly maxResponseBytes: number;
  readonly #agent: Undici.Agent;
  readonly #policy: ResolvedPolicy;
  /** Hosts that were found at private addresses, and at no other. */
  readonly #private = new Set<string>();
  /** Origins that were found fit to be asked. */
  readonly #checked = new Set<string>();
  readonly #running = new Roster<Exchange>();
  #callsDone = 0;
  #closed: ToolError | undefined;

  constructor(undici: Pick<typeof Undici, "Agent" | "Pool">, policy: ResolvedPolicy) {
    this.#policy = policy;
    this.maxResponseBytes = policy.maxResponseBytes;
    this.#agent = new undici.Agent({
      connections: policy.connections,
      // Calls have deadlines of their own.
      headersTimeout: 0,
      bodyTimeout: 0,
      connectTimeout: CONNECT_TIMEOUT_MS,
      factory: (origin, options) =>
        new undici.Pool(origin, {
          ...(options as Undici.Pool.Options),
          connect: { lookup: this.#lookupFor(origin) },
        }),
    });
  }

  /** Requests that are not answered. */
  get running(): number {
    return this.#running.size;
  }

  /** Requests that were answered. */
  get callsDone(): number {
    return this.#callsDone;
  }

  /** Whether a host was asked at a private address, and has no other: one that has some may be anybody's. */
  isPrivate(hostname: string): boolean {
    return this.#private.has(hostname) || isLiteralPrivate(hostname);
  }

  /**
   * Sends a request and reads its answer to the end. Rejects with the reason of the life when it ends, or with a
   * `BrokenExchange`.
   *
   * @param allowance - What the answer has together with others.
   * @throws ToolError `PERMISSION_DENIED` when the host may not be asked, `CALL_CANCELLED` when it was closed.
   */
  // oxlint-disable-next-line typescript/promise-function-async -- A promise less; all who call it await it.
  send(
    request: HttpRequest,
    life: CallLife | undefined,
    allowance?: ByteAllowance,
  ): Promise<HttpResponse> {
    if (this.#closed !== undefined) throw this.#closed;
    if (!this.#checked.has(request.origin)) {
      checkUrl(new URL(request.origin), this.#policy);
      this.#checked.add(request.origin);
    }
    const exchange = new Exchange(this, request.method, allowance);
    this.#running.add(exchange);
    return exchange.start(this.#agent, request as Undici.Dispatcher.DispatchOptions, life);
  }

  /** @internal An exchange of its own has ended. */
  onOver(exchange: Exchange, wasAnswered: boolean): void {
    this.#running.delete(exchange);
    if (wasAnswered) this.#callsDone += 1;
  }

  /** Ends every connection; requests that run fail with `CALL_CANCELLED`. */
  async close(): Promise<void> {
    const reason = new ToolError("CALL_CANCELLED", "The source was closed.");
    this.#closed = reason;
    for (const exchange of this.#running) exchange.end(reason);
    await this.#agent.destroy();
  }

  /** Each origin has its own: a host may be asked at a private address at one port, and not at another. */
  #lookupFor(origin: string | URL): LookupFunction {
    const url = new URL(origin);
    const allowsPrivate = mayBePrivate(url, this.#policy);
    return (hostname, options, callback) => {
      lookup(hostname, options, (error, address: string | LookupAddress[], family) => {
        if (error !== null) return callback(error, address, family);
        const found = Array.isArray(address) ? address.map((one) => one.address) : [address];
        if (found.every(isPrivateAddress)) this.#private.add(hostname);
        else this.#private.delete(hostname);
        if (!allowsPrivate && found.some(isPrivateAddress)) {
          return callback(privateRefusal(url.host), []);
        }
        callback(null, address, family);
      });
    };
  }
}

/** An agent that obeys a policy. undici is loaded when the first one is made. */
export async function openHttpAgent(policy: ResolvedPolicy): Promise<HttpAgent> {
  return new HttpAgent(await import("undici"), policy);
}

function isLiteralPrivate(hostname: string): boolean {
  const address = addressOf(hostname);
  return address !== undefined && isPrivateAddress(address);
}
