/** When a server is started again: with full jitter, later each time, until it has lived for a while. */
import type { McpRestartOptions } from "./mcp-options.ts";

/** A connection that was up for at least so long ends the trouble: the next wait is a short one again. */
const STEADY_MS = 10_000;

/** Counts the deaths of one connection, and says how long to wait before it is made again. */
export class RestartBackoff {
  readonly #initialIntervalMs: number;
  readonly #maximumIntervalMs: number;
  readonly #maximumAttempts: number;
  readonly #random: () => number;
  /** Restarts in a row, also those that succeeded for a moment. */
  #doublings = 0;
  #withoutSuccess = 0;
  #upSince: number | undefined;

  constructor(options: McpRestartOptions, random: () => number) {
    this.#initialIntervalMs = options.initialIntervalMs ?? 500;
    this.#maximumIntervalMs = options.maximumIntervalMs ?? 30_000;
    this.#maximumAttempts = options.maximumAttempts ?? Infinity;
    this.#random = random;
  }

  /** The connection is up. */
  succeeded(now: number): void {
    this.#withoutSuccess = 0;
    this.#upSince = now;
  }

  /** It is down, or could not be made. Milliseconds until the next try; undefined when there is none. */
  failed(now: number): number | undefined {
    if (this.#upSince !== undefined && now - this.#upSince >= STEADY_MS) this.#doublings = 0;
    this.#upSince = undefined;
    if (this.#withoutSuccess >= this.#maximumAttempts) return undefined;
    this.#withoutSuccess += 1;
    const ceiling = this.#initialIntervalMs * 2 ** this.#doublings;
    // Beyond this the ceiling is the maximum, whatever the settings.
    this.#doublings = Math.min(this.#doublings + 1, 40);
    return this.#random() * Math.min(ceiling, this.#maximumIntervalMs);
  }
}
