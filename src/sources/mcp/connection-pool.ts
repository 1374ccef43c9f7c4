/**
 * The connections to one server, and which of them a request goes to.
 *
 *   request ─▶ least busy connection that is up ─▶ answer
 *      ▲          │ none is up: fails at once, or waits
 *      │          ▼ lost before the answer came
 *      └── not sent, or repeatable        else OUTCOME_UNKNOWN
 */
import type { SourceConnectionStats, SourceState } from "../../core/source-stats.ts";
import { ToolError } from "../../core/tool-error.ts";
import type { ServerParts } from "./connect-client.ts";
import { LostRequest, outcomeUnknown, unavailable, withRetryAfter } from "./connection-loss.ts";
import { ConnectionSlot } from "./connection-slot.ts";
import { GatheredNews } from "./gathered-news.ts";
import type { SendRequest } from "./send-request.ts";
import type { ServerConnection } from "./server-connection.ts";
import type { LinkListener, LinkRequest } from "./server-link.ts";
import { WaitingRequests } from "./waiting-requests.ts";

/** How often one request is sent again after its connection was lost. */
const MOST_REPEATS = 2;
/** What is said of the next try while one is under way. */
const CONNECTING_MS = 100;

/** Keeps connections up, spreads requests over them, and tells the listener how they fare. */
export class ConnectionPool {
  readonly #server: ServerParts;
  readonly #listener: LinkListener;
  readonly #slots: readonly ConnectionSlot[];
  readonly #waiting: WaitingRequests;
  readonly #changes: GatheredNews;
  #startedAt: number | undefined;
  #wasUp = false;
  #downSince: number | undefined;
  #lastLoss: ToolError | undefined;
  #serverName: string | undefined;
  #closed: Promise<void> | undefined;

  constructor(server: ServerParts, random: () => number, listener: LinkListener) {
    this.#server = server;
    this.#listener = listener;
    this.#waiting = new WaitingRequests(server.clock);
    this.#changes = new GatheredNews(server.clock, () => listener.onToolsChanged());
    const told = {
      onUp: (slot: ConnectionSlot) => this.#onUp(slot),
      onDown: (_slot: ConnectionSlot, error: ToolError) => this.#onDown(error),
      onToolsChanged: () => this.#changes.heard(),
    };
    const { pool = 1 } = server.options;
    this.#slots = Array.from({ length: pool }, () => new ConnectionSlot(server, random, told));
  }

  /** What the server called itself last. */
  get serverName(): string | undefined {
    return this.#serverName;
  }

  get state(): SourceState {
    if (this.#closed !== undefined) return "closed";
    if (this.#isUp()) return "up";
    return this.#wasUp || this.#downSince !== undefined ? "down" : "starting";
  }

  get restarts(): number {
    return this.#slots.reduce((sum, { restarts }) => sum + restarts, 0);
  }

  /** Why a connection was lost last. */
  get lastError(): string | undefined {
    return this.#lastLoss?.message;
  }

  stats(): readonly SourceConnectionStats[] {
    return this.#slots.map((slot) => slot.stats());
  }

  /** Makes all connections. Resolves when one is up; rejects with `SOURCE_UNAVAILABLE` when the first try of all has failed. */
  async start(): Promise<void> {
    this.#begin();
    if (this.#isUp()) return;
    await this.#waiting.wait(new AbortController().signal, false);
  }

  /**
   * Makes a request.
   *
   * @param what - It, for people: "the call of add".
   */
  async request<Result>(
    what: string,
    request: LinkRequest,
    send: SendRequest<Result>,
  ): Promise<Result> {
    for (let repeats = 0; ; repeats += 1) {
      const connection = this.#leastBusy() ?? (await this.#nextUp(request.signal, repeats > 0));
      try {
        return await connection.request(send, request);
      } catch (thrown) {
        if (!(thrown instanceof LostRequest)) throw thrown;
        if (this.#closed !== undefined) throw cancelled(this.#server.name);
        if (thrown.wasSent && !request.repeatable) throw outcomeUnknown(what, thrown.loss);
        if (repeats >= MOST_REPEATS) throw withRetryAfter(thrown.loss, this.#retryInMs());
      }
    }
  }

  /** Ends everything; requests fail with `CALL_CANCELLED`. */
  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#changes.forget();
    this.#waiting.refuse(cancelled(this.#server.name), true);
    // By then it counts as closed.
    await Promise.resolve();
    await Promise.all(this.#slots.map((slot) => slot.close()));
  }

  #begin(): void {
    if (this.#startedAt !== undefined) return;
    this.#startedAt = this.#server.clock.now();
    for (const slot of this.#slots) void slot.connect();
  }

  #isUp(): boolean {
    return this.#slots.some(({ state }) => state === "up");
  }

  #leastBusy(): ServerConnection | undefined {
    let found: ServerConnection | undefined;
    for (const { connection } of this.#slots)
      if (connection !== undefined && (found === undefined || connection.running < found.running))
        found = connection;
    return found;
  }

  /** Waits for a connection where that is asked for, at the start, and when a request is repeated; else fails at once. */
  async #nextUp(signal: AbortSignal, isRepeated: boolean): Promise<ServerConnection> {
    const { name, options } = this.#server;
    for (;;) {
      signal.throwIfAborted();
      if (this.#closed !== undefined)
        throw unavailable(
          name,
          { how: "was let go: its source is closed", retryable: false },
          undefined,
        );
      this.#begin();
      const isPatient = options.whileDown === "wait";
      const waits = isPatient || isRepeated || this.state === "starting";
      const loss = this.#lastLoss;
      if (loss !== undefined && (!waits || this.#isDownForGood()))
        throw withRetryAfter(loss, this.#retryInMs());
      await this.#waiting.wait(signal, isPatient);
      const connection = this.#leastBusy();
      if (connection !== undefined) return connection;
    }
  }

  /** Milliseconds until a connection is tried again; undefined when none is. */
  #retryInMs(): number | undefined {
    const now = this.#server.clock.now();
    const waits = this.#slots.flatMap(({ retryAt, isConnecting }) =>
      isConnecting ? [CONNECTING_MS] : retryAt === undefined ? [] : [Math.max(0, retryAt - now)],
    );
    return waits.length === 0 ? undefined : Math.min(...waits);
  }

  #isDownForGood(): boolean {
    return !this.#isUp() && this.#retryInMs() === undefined;
  }

  #onUp(slot: ConnectionSlot): void {
    const now = this.#server.clock.now();
    const downSince = this.#downSince;
    this.#downSince = undefined;
    this.#serverName = slot.connection?.serverName ?? this.#serverName;
    if (!this.#wasUp) this.#listener.onStarted(now - (this.#startedAt ?? now));
    else if (downSince !== undefined) this.#listener.onRecovered(now - downSince);
    this.#wasUp = true;
    if (downSince !== undefined || slot.restarts > 0) this.#changes.heard();
    this.#waiting.letGo();
  }

  #onDown(error: ToolError): void {
    this.#lastLoss = error;
    if (this.#isUp()) return;
    const isDeciding = this.#slots.some(({ isConnecting }) => isConnecting);
    const retryInMs = this.#retryInMs();
    const isNews = this.#downSince === undefined && (this.#wasUp || !isDeciding);
    if (isNews) this.#downSince = this.#server.clock.now();
    if (isNews || retryInMs === undefined) this.#listener.onLost(error, retryInMs);
    if (!isDeciding)
      this.#waiting.refuse(withRetryAfter(error, retryInMs), retryInMs === undefined);
  }
}

function cancelled(name: string): ToolError {
  return new ToolError("CALL_CANCELLED", `The source of the MCP server ${name} was closed.`);
}
