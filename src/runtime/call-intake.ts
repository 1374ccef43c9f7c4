/** Where calls come in: lets them in while the registry is open, counts them, and lets none out twice. */
import { setImmediate } from "node:timers/promises";
import type { CallEvent, EventSink } from "../core/call-event.ts";
import type { CallOptions, ToolCall } from "../core/tool-call.ts";
import { ToolError } from "../core/tool-error.ts";
import type { ToolResult } from "../core/tool-result.ts";
import type { ExecutionMode } from "../core/tool.ts";
import { Deadline } from "../time/deadline.ts";
import { CallBatch, type DeadlineCounting } from "./call-batch.ts";
import type { Runtime } from "./create-runtime.ts";
import { EventQueue } from "./event-queue.ts";
import { type CallSource, type FeedTarget, feedCalls } from "./feed-calls.ts";
import { toolResolver } from "./resolve-tool.ts";
import type { SchemaBook } from "./schema-book.ts";

/** Events a stream holds for a slow reader before it stops pulling calls. */
const MAX_UNREAD_EVENTS = 1_024;

/** How long calls are started without a break, the one that is being started apart. Milliseconds. */
const MAX_TURN_MS = 5;

type State = "open" | "draining" | "closed";

/** Who wants to hear and have what of a batch. */
interface BatchSettings {
  readonly sink?: EventSink<CallEvent>;
  readonly isWhole?: boolean;
}

/** Takes calls in as batches and streams. */
export class CallIntake {
  /** The mode of calls whose tool and caller name none. */
  mode: ExecutionMode;
  readonly #runtime: Runtime;
  readonly #schemas: SchemaBook;
  readonly #handedBack: ToolCall[] = [];
  /** What calls get that are handed back; they are known by it. */
  #handBack: ToolError | undefined;
  readonly #nextCallNumber = (): number => (this.#callNumber += 1);
  #callNumber = 0;
  #state: State = "open";
  /** Ends when nobody is let in any more; calls that are in go on. */
  readonly #admission: Deadline;
  #open = 0;
  #onIdle: (() => void)[] = [];

  constructor(runtime: Runtime, schemas: SchemaBook, mode: ExecutionMode) {
    this.#runtime = runtime;
    this.#schemas = schemas;
    this.#admission = new Deadline(runtime.parts.clock);
    this.mode = mode;
  }

  /**
   * Runs calls that are all there, for a model to read their results or, where `isWhole`, for a program.
   *
   * @throws TypeError when closed.
   */
  execute(
    calls: readonly ToolCall[],
    options: CallOptions,
    isWhole: boolean = false,
  ): Promise<ToolResult[]> {
    const batch = this.#makeBatch(options, "together", { isWhole });
    return this.#during(batch, async () => {
      const results = await this.#runAll(calls, batch);
      if (this.#handBack !== undefined) {
        for (const [index, call] of calls.entries()) this.#noteHandedBack(call, results[index]);
      }
      return results;
    });
  }

  /**
   * Starts call after call, and lets the event loop turn in between: a signal that aborts, a deadline or
   * anybody else's work must not wait for a large batch. A tool that is no promise runs meanwhile.
   */
  async #runAll(calls: readonly ToolCall[], batch: CallBatch): Promise<ToolResult[]> {
    const { clock } = this.#runtime.parts;
    const running: Promise<ToolResult>[] = [];
    let turnEndsAt = clock.now() + MAX_TURN_MS;
    for (const call of calls) {
      running.push(batch.run(call, running.length));
      if (clock.now() < turnEndsAt) continue;
      await setImmediate();
      turnEndsAt = clock.now() + MAX_TURN_MS;
    }
    return Promise.all(running);
  }

  /** Runs calls as they come out of an iterable. @throws TypeError when closed. */
  executeSource(source: CallSource, options: CallOptions): Promise<ToolResult[]> {
    const batch = this.#makeBatch(options, "each");
    const results: ToolResult[] = [];
    const onResult: FeedTarget["onResult"] = (result, index, call) => {
      results[index] = result;
      this.#noteHandedBack(call, result);
    };
    return this.#during(batch, async () => {
      const until = [batch.deadline, this.#admission];
      await feedCalls(source, { batch, until, room: async () => {}, onResult });
      return results;
    });
  }

  /** Runs calls and yields their events. @throws TypeError when closed. */
  stream(source: CallSource, options: CallOptions): AsyncIterableIterator<CallEvent> {
    const queue = new EventQueue<CallEvent>(MAX_UNREAD_EVENTS, () =>
      batch.cancel(new ToolError("CALL_CANCELLED", "The reader of the stream stopped.")),
    );
    const sink: EventSink<CallEvent> = (event) => queue.push(event);
    const batch = this.#makeBatch(options, "each", { sink });
    const target: FeedTarget = {
      batch,
      until: [batch.deadline, this.#admission],
      room: () => queue.room(),
      onResult: (result, _index, call) => this.#noteHandedBack(call, result),
    };
    void this.#during(batch, () => feedCalls(source, target)).then(
      () => queue.end(),
      (thrown: unknown) => queue.fail(thrown),
    );
    return queue;
  }

  /** Lets nobody in, hands back who waits, and waits for who runs. */
  async drain(): Promise<readonly ToolCall[]> {
    if (this.#state === "open") {
      this.#admitNobody("draining");
      this.#handBack = new ToolError("CALL_CANCELLED", "Handed back: the registry is draining.", {
        details: { handedBack: true },
        retryable: true,
      });
      this.#runtime.parts.limiter.close(this.#handBack);
    }
    await this.#idle();
    return this.#handedBack.splice(0);
  }

  /** Lets nobody in and waits until every call has its result. */
  async finish(): Promise<void> {
    this.#admitNobody("closed");
    await this.#idle();
  }

  /** @throws TypeError when closed. A registry that is draining still takes tools. */
  checkNotClosed(): void {
    if (this.#state !== "closed") return;
    throw new TypeError("This registry is closed; make a new one for further tools.");
  }

  /** Lets nobody in and cancels everything. */
  cancelAll(): void {
    this.#admitNobody("closed");
    this.#runtime.root.end(new ToolError("CALL_CANCELLED", "The registry was destroyed."));
  }

  #admitNobody(state: Exclude<State, "open">): void {
    this.#state = state;
    this.#admission.end(new ToolError("CALL_CANCELLED", "The registry takes no more calls."));
  }

  #makeBatch(
    options: CallOptions,
    counting: DeadlineCounting,
    { sink, isWhole }: BatchSettings = {},
  ): CallBatch {
    if (this.#state !== "open") {
      throw new TypeError(`This registry is ${this.#state}; make a new one for further calls.`);
    }
    const { parts, root } = this.#runtime;
    const emit = this.#sinkWith(sink);
    const resolve = toolResolver(this.#runtime.catalog, this.#schemas);
    const nextCallNumber = this.#nextCallNumber;
    const defaultMode = this.mode;
    return new CallBatch(
      { parts, root, defaultMode, resolve, emit, nextCallNumber, isWhole },
      options,
      counting,
    );
  }

  /** A stream may outlast many listeners, so it asks for each event who listens. */
  #sinkWith(sink: EventSink<CallEvent> | undefined): EventSink<CallEvent> | undefined {
    const { hub } = this.#runtime;
    if (sink === undefined) return hub.isHeard ? hub.emit : undefined;
    return (event) => {
      sink(event);
      hub.emit(event);
    };
  }

  async #during<Value>(batch: CallBatch, work: () => Promise<Value>): Promise<Value> {
    this.#open += 1;
    try {
      return await work();
    } finally {
      batch.close();
      this.#open -= 1;
      if (this.#open === 0) for (const wake of this.#onIdle.splice(0)) wake();
    }
  }

  #noteHandedBack(call: ToolCall, result: ToolResult | undefined): void {
    if (this.#handBack === undefined || result?.status !== "error") return;
    if (result.error === this.#handBack) this.#handedBack.push(call);
  }

  async #idle(): Promise<void> {
    if (this.#open > 0) await new Promise<void>((resolve) => this.#onIdle.push(resolve));
  }
}
