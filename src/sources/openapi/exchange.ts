/**
 * One request and its answer, as undici tells of it.
 *
 * It stands in for undici's `request`, which makes a stream for every answer: here the pieces are put together as they
 * come, counted after decompression, and nothing more is read once there are too many.
 */
import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";
import type { CallLife, LifeFollower } from "../../core/call-life.ts";
import type { RosterMember } from "../../core/roster.ts";
import { ToolError } from "../../core/tool-error.ts";
import { type BodyDecoder, bodyDecoder } from "./body-decoder.ts";
import type { ByteAllowance } from "./byte-allowance.ts";

/** An answer, read to its end. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Decompressed. Of an answer that is no success, only the beginning. */
  readonly body: Buffer;
}

/** An exchange that ended without a whole answer, by no wish of ours. */
export class BrokenExchange extends Error {
  override readonly name = "BrokenExchange";
  /** Whether the request may have reached the server. */
  readonly wasSent: boolean;
  /** The status of the answer, where it had begun. */
  readonly status: number | undefined;

  constructor(cause: unknown, wasSent: boolean, status: number | undefined) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.wasSent = wasSent;
    this.status = status;
  }
}

/** Bytes of an answer that is no success: what it says is wrong is found there. */
const MAX_ERROR_BYTES = 64 * 1024;

/** Who keeps count of exchanges. */
export interface ExchangeKeeper {
  /** Most bytes of an answer. */
  readonly maxResponseBytes: number;
  /** An exchange has its answer, or there will be none. Once. */
  onOver(exchange: Exchange, wasAnswered: boolean): void;
}

/** Headers that a server may send once, and some send twice: the first counts, as for Node. */
const SINGLES = ["content-type", "content-encoding", "location"] as const;

function withSingles(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const doubled = SINGLES.filter((name) => Array.isArray(headers[name]));
  if (doubled.length === 0) return headers;
  const firsts = doubled.map((name) => [name, headers[name]?.[0]]);
  return { ...headers, ...(Object.fromEntries(firsts) as IncomingHttpHeaders) };
}

const NO_HEADERS: IncomingHttpHeaders = {};
const NOTHING = Buffer.alloc(0);

/** A handler of undici's dispatcher that resolves with the whole answer. */
export class Exchange implements Dispatcher.DispatchHandler, LifeFollower, RosterMember {
  readonly #keeper: ExchangeKeeper;
  readonly #method: string;
  readonly #allowance: ByteAllowance | undefined;
  #maxBytes: number;
  #resolve: ((response: HttpResponse) => void) | undefined;
  #reject: ((reason: unknown) => void) | undefined;
  slot = -1;
  followerSlot = -1;
  #life: CallLife | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #isOver = false;
  #status: number | undefined;
  #headers = NO_HEADERS;
  /** Most answers are one piece; a list is made for the second. */
  #chunk: Buffer | undefined;
  #chunks: Buffer[] | undefined;
  #size = 0;
  #decoder: BodyDecoder | undefined;

  /** @param allowance - What the answer has together with others. */
  constructor(keeper: ExchangeKeeper, method: string, allowance?: ByteAllowance) {
    this.#keeper = keeper;
    this.#allowance = allowance;
    this.#maxBytes = Math.min(keeper.maxResponseBytes, allowance?.left ?? Infinity);
    this.#method = method;
  }

  /**
   * Resolves with the answer. Rejects with the reason of the life, the reason of {@link end}, a ToolError
   * `OUTPUT_TOO_LARGE`, or a {@link BrokenExchange}.
   */
  start(
    dispatcher: Dispatcher,
    request: Dispatcher.DispatchOptions,
    life: CallLife | undefined,
  ): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#life = life;
      life?.follow(this);
      if (this.#isOver) return;
      try {
        dispatcher.dispatch(request, this);
      } catch (thrown) {
        this.end(new BrokenExchange(thrown, false, undefined));
      }
    });
  }

  /** Ends the exchange and its connection now, unless it is over. */
  end(reason: unknown): void {
    if (this.#isOver) return;
    this.#leave(false);
    this.#hangUp();
    this.#reject?.(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isOver) this.#hangUp();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = withSingles(headers);
    const encoding = this.#headers["content-encoding"];
    if (status >= 300) this.#maxBytes = Math.min(this.#maxBytes, MAX_ERROR_BYTES);
    else if (encoding === undefined && this.#method !== "HEAD" && this.#announcesTooMuch()) {
      this.end(this.#tooLarge());
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isOver) return;
    const encoding = this.#headers["content-encoding"];
    if (encoding === undefined) return this.#take(chunk);
    try {
      this.#decoder ??= bodyDecoder(encoding, chunk, {
        onData: (piece) => this.#take(piece),
        onEnd: () => this.#finish(),
        onError: (error) => this.#cannotDecode(encoding, error),
      });
      this.#decoder.write(chunk, controller);
    } catch (thrown) {
      this.end(thrown);
    }
  }

  onResponseEnd(): void {
    if (this.#decoder === undefined) this.#finish();
    else this.#decoder.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.#break(error);
  }

  #break(error: Error): void {
    const wasSent = this.#controller !== undefined;
    this.end(ToolError.is(error) ? error : new BrokenExchange(error, wasSent, this.#status));
  }

  /** What a status says is told all the same. */
  #cannotDecode(encoding: string, error: Error): void {
    if ((this.#status ?? 0) >= 300) {
      this.#finish();
      this.#hangUp();
      return;
    }
    const code = (error as NodeJS.ErrnoException).code ?? error.message;
    const message = `The answer calls itself ${encoding}, and cannot be decompressed (${code}).`;
    this.end(new ToolError("OUTPUT_INVALID", message));
  }

  #take(chunk: Buffer): void {
    if (this.#isOver) return;
    this.#size += chunk.length;
    if (this.#chunk === undefined) this.#chunk = chunk;
    else (this.#chunks ??= [this.#chunk]).push(chunk);
    const isAllowed = this.#allowance?.take(chunk.length) ?? true;
    if (isAllowed && this.#size <= this.#maxBytes) return;
    if ((this.#status ?? 0) < 300) return this.end(this.#tooLarge());
    this.#finish();
    this.#hangUp();
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#leave(true);
    const body = this.#chunks === undefined ? (this.#chunk ?? NOTHING) : this.#whole(this.#chunks);
    this.#resolve?.({ status: this.#status ?? 0, headers: this.#headers, body });
  }

  #whole(chunks: readonly Buffer[]): Buffer {
    return Buffer.concat(chunks).subarray(0, this.#maxBytes);
  }

  #leave(isAnswered: boolean): void {
    this.#isOver = true;
    this.#life?.unfollow(this);
    this.#keeper.onOver(this, isAnswered);
  }

  #hangUp(): void {
    this.#decoder?.destroy();
    this.#controller?.abort(new Error("The answer is not wanted any more."));
  }

  #announcesTooMuch(): boolean {
    return Number(this.#headers["content-length"] ?? 0) > this.#maxBytes;
  }

  #tooLarge(): ToolError {
    const maxBytes = this.#maxBytes;
    const message = `The answer is larger than \`maxResponseBytes\` allows (${maxBytes} bytes).`;
    return new ToolError("OUTPUT_TOO_LARGE", message, { details: { maxResponseBytes: maxBytes } });
  }
}
