/** One request over HTTP and its response, as undici's dispatcher tells of it. */
import type { Dispatcher } from "undici";
import { thrownText } from "../../core/thrown-text.ts";
import { HttpFailure } from "./http-failure.ts";

type RawHeaders = Record<string, string | string[] | undefined>;

const NEWLINE = 10;
const RETURN = 13;

/**
 * Makes a response of what comes in: of an event stream as soon as it begins, of anything else when it is whole. No
 * message, an event or the whole body, may be larger than allowed.
 */
export class HttpExchange implements Dispatcher.DispatchHandler {
  readonly #url: string;
  readonly #maxMessageBytes: number;
  readonly #response = Promise.withResolvers<Response>();
  readonly #ended = Promise.withResolvers<void>();
  #controller: Dispatcher.DispatchController | undefined;
  #stream: ReadableStreamDefaultController<Uint8Array> | undefined;
  #head: { readonly status: number; readonly headers: Headers; readonly text: string } | undefined;
  #chunks: Buffer[] = [];
  /** Of the message that is coming in. */
  #bytes = 0;
  /** Whether what came last in a stream ended a line. */
  #isAtLineStart = false;
  #abortedBy: Error | undefined;

  constructor(url: string, maxMessageBytes: number) {
    this.#url = url;
    this.#maxMessageBytes = maxMessageBytes;
    this.#ended.promise.catch(() => {});
  }

  /** Rejects with an {@link HttpFailure}, or with what it was aborted with. */
  get response(): Promise<Response> {
    return this.#response.promise;
  }

  /** Settles when nothing more comes. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Ends it, also before it was sent. */
  abort(reason: Error): void {
    if (this.#abortedBy !== undefined) return;
    this.#abortedBy = reason;
    if (this.#controller === undefined) this.#fail(reason);
    else this.#controller.abort(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#abortedBy !== undefined) controller.abort(this.#abortedBy);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    raw: RawHeaders,
    text?: string,
  ): void {
    if (status < 200) return;
    const headers = readHeaders(raw);
    this.#head = { status, headers, text: text ?? "" };
    const isStream = headers.get("content-type")?.startsWith("text/event-stream") === true;
    if (status === 200 && isStream) this.#response.resolve(this.#answer(this.#openStream()));
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#maxMessageBytes) {
      const most = `${this.#maxMessageBytes} bytes (\`maxMessageBytes\`)`;
      const tooLarge = new HttpFailure(`sent a message of more than ${most}`, { wasSent: true });
      controller.abort(tooLarge);
      return;
    }
    if (this.#stream === undefined) {
      this.#chunks.push(chunk);
      return;
    }
    const eventEnd = endOfLastEvent(chunk, this.#isAtLineStart);
    if (eventEnd !== -1) this.#bytes = chunk.length - eventEnd;
    // A return alone, after a line's end, is the first half of the next.
    if (chunk.length > 1 || chunk[0] !== RETURN) this.#isAtLineStart = endsLine(chunk);
    this.#stream.enqueue(chunk);
    if ((this.#stream.desiredSize ?? 0) <= 0) controller.pause();
  }

  onResponseEnd(): void {
    this.#ended.resolve();
    if (this.#stream === undefined)
      this.#response.resolve(this.#answer(Buffer.concat(this.#chunks).toString()));
    else this.#stream.close();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#abortedBy !== undefined || error instanceof HttpFailure) {
      this.#fail(this.#abortedBy ?? error);
      return;
    }
    const wasSent = this.#controller !== undefined;
    const how = `cannot be reached: ${thrownText(error)}`;
    this.#fail(new HttpFailure(how, { wasSent, cause: error }));
  }

  #fail(reason: Error): void {
    this.#ended.reject(reason);
    if (this.#stream === undefined) this.#response.reject(reason);
    else this.#stream.error(reason);
  }

  #openStream(): ReadableStream<Uint8Array> {
    return new ReadableStream(
      {
        start: (stream) => {
          this.#stream = stream;
        },
        pull: () => this.#controller?.resume(),
        cancel: () => this.abort(new Error("Nobody reads the response.")),
      },
      { highWaterMark: 64 },
    );
  }

  /** What the SDK reads of a Response; a real one is many times slower to make and to read. */
  #answer(body: string | ReadableStream<Uint8Array>): Response {
    const { status = 0, headers = new Headers(), text: statusText = "" } = this.#head ?? {};
    const read = async (): Promise<string> =>
      typeof body === "string" ? body : new Response(body).text();
    return {
      ok: status >= 200 && status < 300,
      status,
      statusText,
      headers,
      url: this.#url,
      type: "default",
      redirected: false,
      body: typeof body === "string" ? null : body,
      text: read,
      json: async () => JSON.parse(await read()) as unknown,
    } as Response;
  }
}

function readHeaders(raw: RawHeaders): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(raw)) {
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined) headers.append(name, one);
  }
  return headers;
}

/**
 * Where the last whole event in a chunk ends: after an empty line; -1 when none does.
 *
 * @param isAtLineStart - Whether the chunk begins a line.
 */
function endOfLastEvent(chunk: Buffer, isAtLineStart: boolean): number {
  for (let at = chunk.lastIndexOf(NEWLINE); at > 0; at = chunk.lastIndexOf(NEWLINE, at - 1)) {
    const before = chunk[at - 1] === RETURN ? at - 2 : at - 1;
    if (chunk[before] === NEWLINE) return at + 1;
  }
  if (!isAtLineStart) return -1;
  if (chunk[0] === NEWLINE) return 1;
  return chunk[0] === RETURN && chunk[1] === NEWLINE ? 2 : -1;
}

/** Also with the first half of the line's end that follows. */
function endsLine(chunk: Buffer): boolean {
  const last = chunk.at(-1) === RETURN ? chunk.at(-2) : chunk.at(-1);
  return last === NEWLINE;
}
