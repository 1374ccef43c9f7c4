/** One connection to an MCP server: a process of its own, or a session over HTTP. */
import { SignalLife } from "../../core/call-life.ts";
import { ToolError } from "../../core/tool-error.ts";
import { NEVER_MS, type OpenClient, type ServerParts, connectClient } from "./connect-client.ts";
import { type ConnectionLoss, LostRequest, unavailable } from "./connection-loss.ts";
import { DirectCalls } from "./direct-calls.ts";
import { ProgressListeners } from "./progress-listeners.ts";
import type { Failure } from "./request-failure.ts";
import type { SendRequest } from "./send-request.ts";
import { ServerHealth } from "./server-health.ts";
import type { LinkRequest } from "./server-link.ts";

const DEFAULT_CONNECT_TIMEOUT_MS = 30_000;

/** Who is told of a connection's fate. */
export interface ConnectionListener {
  /** It was up, and is of no more use. Once, before the requests on it are told. */
  onLost(error: ToolError): void;
  onToolsChanged(): void;
}

/** Connects once, sends requests, and is given up when the server dies or hangs. */
export class ServerConnection {
  readonly #parts: ServerParts;
  readonly #listener: ConnectionListener;
  readonly #health: ServerHealth;
  readonly #progress = new ProgressListeners();
  readonly #whenLost = Promise.withResolvers<never>();
  #made: OpenClient | undefined;
  /** Undefined where all calls are the SDK's. */
  #direct: DirectCalls | undefined;
  #isUp = false;
  #loss: ToolError | undefined;
  #ending: Promise<void> | undefined;
  #running = 0;
  #callsDone = 0;

  constructor(parts: ServerParts, listener: ConnectionListener) {
    this.#parts = parts;
    this.#listener = listener;
    this.#whenLost.promise.catch(() => {});
    const { pingIntervalMs = 30_000, pingTimeoutMs = 10_000 } = parts.options.restart ?? {};
    this.#health = new ServerHealth({
      clock: parts.clock,
      intervalMs: pingIntervalMs,
      timeoutMs: pingTimeoutMs,
      isBusy: () => this.#running > 0,
      ping: (signal) => this.#ping(signal),
      onHung: () => this.#lose({ how: `hangs: no answer to a ping within ${pingTimeoutMs} ms` }),
    });
  }

  /** Requests sent and not answered. */
  get running(): number {
    return this.#running;
  }

  /** Requests answered. */
  get callsDone(): number {
    return this.#callsDone;
  }

  get pid(): number | undefined {
    return this.#made?.open.pid();
  }

  /** What the server calls itself. */
  get serverName(): string | undefined {
    return this.#made?.client.getServerVersion()?.name;
  }

  /** Connects, in whichever way works. Rejects with `SOURCE_UNAVAILABLE`. */
  async connect(): Promise<void> {
    const { clock, options } = this.#parts;
    const timeoutMs = options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS;
    const how = `did not answer within ${timeoutMs} ms (\`connectTimeoutMs\`)`;
    const cancelTimer = clock.setBackgroundTimer(timeoutMs, () => this.#lose({ how }));
    const connecting = connectClient(this.#parts, (made) => this.#adopt(made));
    try {
      await Promise.race([connecting, this.#whenLost.promise]);
    } catch (thrown) {
      connecting.catch(() => {});
      this.#loss ??= ToolError.from(thrown, this.#parts.name);
      void this.#destroy();
      throw this.#loss;
    } finally {
      cancelTimer();
    }
    this.#isUp = true;
    this.#callDirectly(this.#made as OpenClient);
    this.#health.start();
    void this.#listenForChanges();
  }

  /**
   * Makes a request. Rejects with the reason of its signal, with a ToolError when the server refuses it, and with a
   * {@link LostRequest} when there is no answer because the connection is gone.
   */
  async request<Result>(send: SendRequest<Result>, request: LinkRequest): Promise<Result> {
    const { onProgress } = request;
    const life = request.life ?? new SignalLife(request.signal);
    if (life.reason !== undefined) throw life.reason;
    const made = this.#made as OpenClient;
    this.#running += 1;
    const meta = this.#progress.add(onProgress);
    const ended = made.questions?.began(request);
    try {
      const calls = this.#direct;
      const direct = calls === undefined ? undefined : { calls, life };
      const result = await send(made.client, meta, direct);
      this.#callsDone += 1;
      return result;
    } catch (thrown) {
      const { reason } = life;
      if (reason !== undefined) {
        // A server that let a call run out of time may hang altogether.
        if (ToolError.is(reason, "DEADLINE_EXCEEDED")) void this.#health.check();
        throw reason;
      }
      if (ToolError.is(thrown)) throw thrown;
      throw await this.#told(made.failures.read(thrown), request);
    } finally {
      ended?.();
      this.#progress.remove(meta);
      this.#running -= 1;
    }
  }

  /** Lets go of the server, which has a moment to end by itself; requests fail. Resolves when nothing is left. */
  async close(): Promise<void> {
    const error = unavailable(this.#parts.name, { how: "was let go" }, undefined);
    this.#loss ??= error;
    this.#whenLost.reject(error);
    this.#health.close();
    const { open, client } = this.#made ?? {};
    this.#ending ??= open?.close();
    open?.transport.onclose?.();
    await this.#ending?.catch(() => {});
    await client?.close().catch(() => {});
  }

  #adopt(made: OpenClient): void {
    if (this.#loss !== undefined) throw this.#loss;
    this.#made = made;
    const { client, open, questions } = made;
    const before = open.transport.onmessage;
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK has properties, no events
    open.transport.onmessage = (message, extra) => {
      before?.(message, extra);
      this.#progress.tell(message);
      this.#health.heard();
    };
    client.setNotificationHandler("notifications/progress", () => {});
    client.setNotificationHandler("notifications/tools/list_changed", () =>
      this.#listener.onToolsChanged(),
    );
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK has properties, no events
    client.onclose = () => {
      questions?.close();
      this.#direct?.close();
      if (this.#made === made && this.#isUp)
        this.#lose(open.loss() ?? { how: "closed the connection" });
    };
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK has properties, no events
    client.onerror = (error) => {
      if (this.#made === made && this.#isUp) this.#onError(error, open.kind);
    };
  }

  /** From then on the SDK does not see what answers calls of tools. */
  #callDirectly({ sdk, client, open }: OpenClient): void {
    const { transport, writer } = open;
    if (writer === undefined || client.getProtocolEra() === "modern") return;
    const direct = new DirectCalls({ sdk, clock: this.#parts.clock, writer });
    this.#direct = direct;
    const others = transport.onmessage;
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK has properties, no events
    transport.onmessage = (message, extra) => {
      if (direct.take(message)) this.#health.heard();
      else others?.(message, extra);
    };
  }

  #onError(error: Error, kind: OpenClient["open"]["kind"]): void {
    if (kind === "stdio" || this.#loss !== undefined) return;
    const isStream = error.name === "SseError" || error.message.startsWith("SSE error");
    // The SDK would connect again by itself, to a session that was never initialised.
    if (kind === "sse" && isStream) this.#lose({ how: `broke the connection: ${error.message}` });
    // What fails a request is seen there. What is left is the stream of notifications.
    else if (/SSE stream|reconnect/u.test(error.message)) void this.#health.check();
  }

  /** In the new era a server is asked to tell of changes, by a request that stays open. */
  async #listenForChanges(): Promise<void> {
    const client = this.#made?.client;
    if (client?.getProtocolEra() !== "modern") return;
    if (client.getServerCapabilities()?.tools?.listChanged !== true) return;
    try {
      const subscription = await client.listen({ toolsListChanged: true }, { timeout: NEVER_MS });
      if ((await subscription.closed) === "local") return;
    } catch {
      return; // It says that it tells of changes, and does not.
    }
    if (!(await this.#health.check())) return;
    this.#listener.onToolsChanged();
    await this.#listenForChanges();
  }

  async #ping(signal: AbortSignal): Promise<boolean> {
    const { client, failures } = this.#made as OpenClient;
    const options = { signal, timeout: NEVER_MS };
    try {
      if (client.getProtocolEra() === "modern") await client.discover(options);
      else await client.ping(options);
      return true;
    } catch (thrown) {
      if (signal.aborted || this.#loss !== undefined) return false;
      const failure = failures.read(thrown);
      if (failure.kind === "answered") return true;
      this.#lose(failure.loss);
      return false;
    }
  }

  async #told(failure: Failure, { signal, repeatable }: LinkRequest): Promise<Error> {
    if (failure.kind === "answered") {
      this.#callsDone += 1;
      return failure.error;
    }
    const wasSent = failure.kind === "lost" && failure.wasSent;
    const known = this.#loss;
    if (known !== undefined) return new LostRequest(known, wasSent);
    // Before it is sent again it must be known whether this connection can still be used.
    const check = this.#health.check();
    const isAlive = wasSent && !repeatable ? undefined : await untilAborted(check, signal);
    if (signal.aborted) return signal.reason as Error;
    if (failure.kind === "refused" && isAlive === true) return failure.error;
    return new LostRequest(this.#loss ?? this.#explain(failure.loss), wasSent);
  }

  #lose(loss: ConnectionLoss): void {
    if (this.#loss !== undefined) return;
    this.#loss = this.#explain(loss);
    this.#health.close();
    if (this.#isUp) this.#listener.onLost(this.#loss);
    this.#whenLost.reject(this.#loss);
    void this.#destroy();
  }

  async #destroy(): Promise<void> {
    const { open, client } = this.#made ?? {};
    this.#ending ??= open?.destroy();
    // Its requests are told at once, not when the process has gone.
    open?.transport.onclose?.();
    await this.#ending?.catch(() => {});
    await client?.close().catch(() => {});
  }

  #explain(loss: ConnectionLoss): ToolError {
    return unavailable(this.#parts.name, loss, this.#made?.open.stderr?.text);
  }
}

async function untilAborted(work: Promise<boolean>, signal: AbortSignal): Promise<boolean> {
  const aborted = Promise.withResolvers<boolean>();
  const onAbort = (): void => aborted.resolve(false);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
