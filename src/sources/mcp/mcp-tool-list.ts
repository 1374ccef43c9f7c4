/**
 * Keeps a server's list of tools up to date: asked for once at a time, and for a tenth of the time at most, however often
 * the server says that it has changed. A change that comes while the list is on its way has it asked for again; a list
 * that cannot be had is asked for again with back-off.
 */
import type { Tool as ListedTool } from "@modelcontextprotocol/client";
import { ToolError } from "../../core/tool-error.ts";
import type { CancelTimer, Clock } from "../../time/clock.ts";

/** Servers announce tools one by one. */
const LEAST_PAUSE_MS = 50;
/** How much longer a pause is than the list before it took to come and to be read. */
const PAUSE_RATIO = 9;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;

/** What a list needs. */
export interface ToolListParts {
  readonly clock: Clock;
  /** Most milliseconds for one list, all its pages. */
  readonly timeoutMs: number;
  /** Names the server in errors. */
  readonly label: string;
  ask(signal: AbortSignal): Promise<readonly ListedTool[]>;
  onListed(list: readonly ListedTool[]): void;
  /** Told of each failure. `retryInMs` counts from now. */
  onFailed(error: ToolError, retryInMs: number): void;
}

/** The list of one server. */
export class ToolList {
  readonly #parts: ToolListParts;
  #asking: Promise<void> | undefined;
  #abort: AbortController | undefined;
  #timer: { readonly dueAt: number; readonly cancel: CancelTimer } | undefined;
  #pauseMs = LEAST_PAUSE_MS;
  #isStale = false;
  #failures = 0;
  #isClosed = false;

  constructor(parts: ToolListParts) {
    this.#parts = parts;
  }

  /** Asks now, unless it is being asked for. Resolves when that has succeeded or failed. */
  refresh(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    this.#cancelTimer();
    this.#asking ??= this.#ask();
    return this.#asking;
  }

  /** There may be another list. */
  changed(): void {
    if (this.#isClosed) return;
    if (this.#asking !== undefined) this.#isStale = true;
    else this.#askIn(this.#pauseMs);
  }

  /** Asks no more; `onListed` and `onFailed` are not called any more. */
  close(): void {
    this.#isClosed = true;
    this.#cancelTimer();
    this.#abort?.abort(new ToolError("CALL_CANCELLED", `${this.#parts.label} was closed.`));
  }

  async #ask(): Promise<void> {
    const { clock, timeoutMs, label } = this.#parts;
    const startedAt = clock.now();
    const abort = new AbortController();
    this.#abort = abort;
    this.#isStale = false;
    const cancel = clock.setTimer(timeoutMs, () => {
      const message = `${label} did not list its tools within ${timeoutMs} ms.`;
      abort.abort(new ToolError("SOURCE_UNAVAILABLE", message));
    });
    const listed = await settle(this.#parts.ask(abort.signal));
    cancel();
    this.#asking = undefined;
    this.#abort = undefined;
    if (this.#isClosed) return;
    this.#take(listed);
    const pauseMs = Math.max(LEAST_PAUSE_MS, PAUSE_RATIO * (clock.now() - startedAt));
    this.#pauseMs = Math.min(pauseMs, LAST_RETRY_MS);
    if (this.#isStale) this.changed();
  }

  #take(listed: Settled): void {
    if ("list" in listed) {
      this.#failures = 0;
      this.#parts.onListed(listed.list);
    } else {
      const retryInMs = Math.min(FIRST_RETRY_MS * 2 ** this.#failures, LAST_RETRY_MS);
      this.#failures += 1;
      this.#askIn(retryInMs);
      this.#parts.onFailed(unavailable(listed.thrown, this.#parts.label), retryInMs);
    }
  }

  /** Sooner, if it was to be sooner anyway. */
  #askIn(delayMs: number): void {
    const { clock } = this.#parts;
    const dueAt = clock.now() + delayMs;
    if (this.#timer !== undefined && this.#timer.dueAt <= dueAt) return;
    this.#cancelTimer();
    const cancel = clock.setBackgroundTimer(delayMs, () => void this.refresh());
    this.#timer = { dueAt, cancel };
  }

  #cancelTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}

type Settled = { readonly list: readonly ListedTool[] } | { readonly thrown: unknown };

async function settle(asked: Promise<readonly ListedTool[]>): Promise<Settled> {
  try {
    return { list: await asked };
  } catch (thrown) {
    return { thrown };
  }
}

function unavailable(thrown: unknown, label: string): ToolError {
  if (ToolError.is(thrown, "SOURCE_UNAVAILABLE")) return thrown;
  const { message } = ToolError.from(thrown, label);
  const what = `The tools of ${label} cannot be listed: ${message}`;
  return new ToolError("SOURCE_UNAVAILABLE", what, { cause: thrown });
}
