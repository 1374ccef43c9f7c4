/** The questions of one connection that wait for an answer, and on whose behalf they were asked. */
import { ToolError } from "../../core/tool-error.ts";
import type { Clock } from "../../time/clock.ts";
import type { McpAskingCall } from "./question-options.ts";
import type { LinkRequest } from "./server-link.ts";

/** Most questions of one connection at a time: a server may ask without end. */
export const MOST_QUESTIONS = 100;

/** What answers a question is told. */
export interface Asked {
  readonly call: McpAskingCall | undefined;
  readonly signal: AbortSignal;
}

/** Where a question comes from. */
export interface Asking {
  /** Aborts when the server takes it back. */
  readonly signal: AbortSignal;
  /** The signal of the request on whose behalf it is asked, where the protocol tells. */
  readonly behalf: AbortSignal | undefined;
}

/** A request that the server has and has not answered. */
interface Running {
  readonly request: LinkRequest;
}

interface OpenQuestion {
  readonly controller: AbortController;
  /** One of these it is asked for; when all have ended nobody waits for the answer. */
  readonly behalf: Set<Running>;
}

/** Gives each question its call, as far as that can be known, and an end: no handler can keep one open for ever. */
export class OpenQuestions {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #running = new Set<Running>();
  readonly #open = new Set<OpenQuestion>();
  /** On the clock. Until then a question may be one of a call that was given up: the server may not know, or not care. */
  #unsureUntil = -Infinity;

  /** @param timeoutMs - For questions outside any call, and how long one may come of a call that was given up. */
  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  /** A request is sent. Gives back what is to be called when it has ended. */
  began(request: LinkRequest): () => void {
    const running: Running = { request };
    this.#running.add(running);
    return () => {
      this.#running.delete(running);
      if (request.call !== undefined && isGivenUp(request))
        this.#unsureUntil = this.#clock.now() + this.#timeoutMs;
      for (const { behalf, controller } of this.#open)
        if (behalf.delete(running) && behalf.size === 0) controller.abort(whyEnded(request));
    };
  }

  /**
   * Has a question answered. Rejects with the reason of the signal when nobody waits for the answer any more, whatever
   * becomes of it.
   */
  async ask<Answer>(
    asking: Asking,
    answer: (asked: Asked) => Answer | Promise<Answer>,
  ): Promise<Answer> {
    asking.signal.throwIfAborted();
    if (this.#open.size >= MOST_QUESTIONS)
      throw new RangeError(`${MOST_QUESTIONS} questions are open already.`);
    const controller = new AbortController();
    const { signal } = controller;
    const behalf = this.#behalf(asking);
    const question: OpenQuestion = { controller, behalf };
    const onAbort = (): void => controller.abort(asking.signal.reason);
    asking.signal.addEventListener("abort", onAbort, { once: true });
    const cancelTimer = behalf.size === 0 ? this.#limit(controller) : () => {};
    this.#open.add(question);
    const isSure = asking.behalf !== undefined || this.#clock.now() >= this.#unsureUntil;
    const call = isSure ? callOf(behalf) : undefined;
    try {
      return await untilAborted(async () => answer({ call, signal }), signal);
    } finally {
      this.#open.delete(question);
      asking.signal.removeEventListener("abort", onAbort);
      cancelTimer();
    }
  }

  /** The connection is gone. */
  close(reason: Error): void {
    for (const { controller } of this.#open) controller.abort(reason);
  }

  #behalf({ behalf }: Asking): Set<Running> {
    const running = [...this.#running];
    return new Set(
      behalf === undefined ? running : running.filter(({ request }) => request.signal === behalf),
    );
  }

  #limit(controller: AbortController): () => void {
    const ms = this.#timeoutMs;
    const message = `There was no answer within ${ms} ms (\`connectTimeoutMs\`), and no call waits for one.`;
    return this.#clock.setBackgroundTimer(ms, () =>
      controller.abort(new ToolError("DEADLINE_EXCEEDED", message)),
    );
  }
}

/** The call that it must be, or undefined. */
function callOf(behalf: ReadonlySet<Running>): McpAskingCall | undefined {
  const calls = [...behalf].flatMap(({ request }) => request.call ?? []);
  const [call] = calls;
  if (call === undefined || calls.length > 1) return undefined;
  const { callId, toolName, tenant, context } = call;
  return { callId, toolName, tenant, context };
}

/** Whether the server has not answered it and nobody waits any more. A life tells it without a signal being made. */
function isGivenUp({ life, signal }: LinkRequest): boolean {
  return life === undefined ? signal.aborted : life.reason !== undefined;
}

function whyEnded({ signal }: LinkRequest): unknown {
  if (signal.aborted) return signal.reason;
  return new ToolError("CALL_CANCELLED", "The call on whose behalf it was asked has ended.");
}

async function untilAborted<Value>(
  work: () => Promise<Value>,
  signal: AbortSignal,
): Promise<Value> {
  const aborted = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => aborted.reject(signal.reason), { once: true });
  // Either may be late, and nobody then hears of it.
  aborted.promise.catch(() => {});
  return Promise.race([work(), aborted.promise]);
}
