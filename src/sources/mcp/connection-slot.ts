/** One place in the pool of a server's connections, filled anew whenever its connection goes. */
import type { SourceConnectionStats, SourceState } from "../../core/source-stats.ts";
import { ToolError } from "../../core/tool-error.ts";
import type { CancelTimer } from "../../time/clock.ts";
import type { ServerParts } from "./connect-client.ts";
import { RestartBackoff } from "./restart-backoff.ts";
import { ServerConnection } from "./server-connection.ts";

/** Who is told how a slot fares. */
export interface SlotListener {
  onUp(slot: ConnectionSlot): void;
  /** Its connection is gone, or could not be made. It is tried again at its `retryAt`. */
  onDown(slot: ConnectionSlot, error: ToolError): void;
  onToolsChanged(): void;
}

/** Connects, and connects again with back-off. */
export class ConnectionSlot {
  readonly #parts: ServerParts;
  readonly #listener: SlotListener;
  readonly #backoff: RestartBackoff;
  #state: SourceState = "starting";
  #connection: ServerConnection | undefined;
  #retryAt: number | undefined;
  #cancelTimer: CancelTimer = () => {};
  #restarts = 0;
  /** By connections that are gone. */
  #callsDone = 0;
  /** Connections that are on their way out. */
  readonly #leaving = new Set<Promise<void>>();

  constructor(parts: ServerParts, random: () => number, listener: SlotListener) {
    this.#parts = parts;
    this.#listener = listener;
    this.#backoff = new RestartBackoff(parts.options.restart ?? {}, random);
  }

  get state(): SourceState {
    return this.#state;
  }

  /** Its connection, while that is up. */
  get connection(): ServerConnection | undefined {
    return this.#state === "up" ? this.#connection : undefined;
  }

  /** When it is tried again, on the clock; undefined while it is not down, and when it is down for good. */
  get retryAt(): number | undefined {
    return this.#retryAt;
  }

  /** Whether a connection is being made. */
  get isConnecting(): boolean {
    return this.#state !== "up" && this.#connection !== undefined;
  }

  get restarts(): number {
    return this.#restarts;
  }

  stats(): SourceConnectionStats {
    const connection = this.#connection;
    return {
      state: this.#state,
      pid: connection?.pid,
      running: connection?.running ?? 0,
      callsDone: this.#callsDone + (connection?.callsDone ?? 0),
      restarts: this.#restarts,
    };
  }

  /** Connects. Never rejects: the listener is told. */
  async connect(): Promise<void> {
    const connection = new ServerConnection(this.#parts, {
      onLost: (error) => this.#onGone(connection, error),
      onToolsChanged: () => this.#listener.onToolsChanged(),
    });
    this.#connection = connection;
    this.#retryAt = undefined;
    try {
      await connection.connect();
    } catch (thrown) {
      this.#onGone(connection, ToolError.from(thrown, this.#parts.name));
      return;
    }
    // It was closed meanwhile, or the connection did not even live till here.
    if (this.#connection !== connection) return;
    this.#state = "up";
    this.#backoff.succeeded(this.#parts.clock.now());
    this.#listener.onUp(this);
  }

  /** Ends its connection, and makes no other. */
  async close(): Promise<void> {
    this.#state = "closed";
    this.#retryAt = undefined;
    this.#cancelTimer();
    const connection = this.#connection;
    this.#connection = undefined;
    this.#callsDone += connection?.callsDone ?? 0;
    await Promise.all([connection?.close(), ...this.#leaving]);
  }

  #onGone(connection: ServerConnection, error: ToolError): void {
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    this.#callsDone += connection.callsDone;
    const leaving = connection.close().finally(() => this.#leaving.delete(leaving));
    this.#leaving.add(leaving);
    this.#state = "down";
    const { clock } = this.#parts;
    const delayMs = this.#backoff.failed(clock.now());
    if (delayMs !== undefined) {
      this.#retryAt = clock.now() + delayMs;
      this.#cancelTimer = clock.setBackgroundTimer(delayMs, () => {
        this.#restarts += 1;
        void this.connect();
      });
    }
    this.#listener.onDown(this, error);
  }
}
