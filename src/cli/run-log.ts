/** What happened in one run, gathered from the registry's events: counts, results and bars. */
import type { CallEvent } from "../core/call-event.ts";
import type { ToolResult } from "../core/tool-result.ts";
import type { ToolyardEvent } from "../runtime/event-hub.ts";
import { type Bar, EVENT_LOOP, NOT_BEGUN, outcomeOf } from "./timeline/bar.ts";

/** How far a run has come. The four add up to `total`. */
export interface RunCounts {
  readonly total: number;
  readonly waiting: number;
  readonly running: number;
  readonly ok: number;
  readonly failed: number;
}

type StartedEvent = Extract<CallEvent, { type: "tool.started" }>;
type RetriedEvent = Extract<CallEvent, { type: "tool.retried" }>;
type EndedEvent = Extract<CallEvent, { type: "tool.completed" | "tool.failed" }>;

/** Listens to the events of one batch. */
export class RunLog {
  readonly #total: number;
  readonly #onResult: (result: ToolResult, index: number) => void;
  readonly #running = new Map<number, StartedEvent>();
  readonly #results: (ToolResult | undefined)[] = [];
  readonly #bars: Bar[] = [];
  #begunAt: number | undefined;
  #endedAt = 0;
  #firstStartAt: number | undefined;
  #ok = 0;
  #failed = 0;

  /**
   * @param total - How many calls there will be.
   * @param onResult - Called with each result as it comes.
   */
  constructor(total: number, onResult: (result: ToolResult, index: number) => void = () => {}) {
    this.#total = total;
    this.#onResult = onResult;
  }

  /** Takes in an event; to be put on the registry's `"*"`. */
  readonly hear = (event: ToolyardEvent): void => {
    if (!("callNumber" in event)) return;
    this.#begunAt ??= event.at;
    this.#endedAt = event.at;
    if (event.type === "tool.started") this.#started(event);
    else if (event.type === "tool.retried") this.#retried(event);
    else if (event.type === "tool.completed" || event.type === "tool.failed") this.#ended(event);
  };

  /** How far the run has come. */
  get counts(): RunCounts {
    const running = this.#running.size;
    const waiting = this.#total - running - this.#ok - this.#failed;
    return { total: this.#total, waiting, running, ok: this.#ok, failed: this.#failed };
  }

  /** Milliseconds from the first event to the last. */
  get wallMs(): number {
    return this.#endedAt - (this.#begunAt ?? this.#endedAt);
  }

  /** Milliseconds until the first tool began; undefined when none did. */
  get firstStartMs(): number | undefined {
    return this.#firstStartAt === undefined ? undefined : this.#sinceBegin(this.#firstStartAt);
  }

  /** Results by the place of their call; undefined for calls that have none yet. */
  get results(): readonly (ToolResult | undefined)[] {
    return this.#results;
  }

  /** The attempts that have ended, and the calls that ended without one. */
  get bars(): readonly Bar[] {
    return this.#bars;
  }

  #started(event: StartedEvent): void {
    this.#firstStartAt ??= event.at;
    this.#running.set(event.index, event);
  }

  #retried(event: RetriedEvent): void {
    const started = this.#running.get(event.index);
    this.#running.delete(event.index);
    if (started === undefined) return;
    this.#bars.push({
      lane: laneOf(started),
      startMs: this.#sinceBegin(started.at),
      endMs: this.#sinceBegin(event.at),
      label: event.toolName,
      outcome: event.error.code === "DEADLINE_EXCEEDED" ? "timed-out" : "failed",
    });
  }

  #ended(event: EndedEvent): void {
    const { result, index } = event;
    const started = this.#running.get(index);
    this.#running.delete(index);
    this.#results[index] = result;
    if (result.status === "ok") this.#ok += 1;
    else this.#failed += 1;
    const bar = { label: event.toolName, outcome: outcomeOf(result) };
    if (started !== undefined) this.#bars.push({ ...bar, ...this.#span(started, event) });
    else if (result.timing.attempts === 0) {
      const atMs = this.#sinceBegin(event.at);
      this.#bars.push({ ...bar, lane: NOT_BEGUN, startMs: atMs, endMs: atMs });
    }
    this.#onResult(result, index);
  }

  /**
   * When an attempt was at work. Events say when this process heard of it, which is late while it
   * computes, or while a worker has a batch of calls at hand; the measured `runMs` is exact. It is of
   * all attempts together, so it helps only where there was one.
   */
  #span(started: StartedEvent, ended: EndedEvent): Pick<Bar, "lane" | "startMs" | "endMs"> {
    const { runMs, attempts } = ended.result.timing;
    const startMs = this.#sinceBegin(started.at);
    const endMs = this.#sinceBegin(ended.at);
    const lane = laneOf(started);
    if (attempts > 1) return { lane, startMs, endMs };
    return lane === EVENT_LOOP
      ? { lane, startMs, endMs: Math.min(endMs, startMs + runMs) }
      : { lane, startMs: Math.max(0, endMs - runMs), endMs };
  }

  #sinceBegin(at: number): number {
    return at - (this.#begunAt ?? at);
  }
}

function laneOf({ mode, workerId }: StartedEvent): string {
  return workerId ?? (mode === "async" ? EVENT_LOOP : mode);
}
