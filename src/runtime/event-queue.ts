/**
 * Events between those who make them and the one who reads them. It never loses one; who feeds it
 * asks {@link EventQueue.room} first, and so goes no faster than the reader.
 */
export class EventQueue<Event> implements AsyncIterableIterator<Event, undefined> {
  readonly #maxUnread: number;
  readonly #onAbandon: () => void;
  #unread: Event[] = [];
  /** How many at the head of `#unread` have been read. */
  #read = 0;
  /** Those who asked for an event before there was one, in order. There are none while events wait. */
  readonly #readers: PromiseWithResolvers<IteratorResult<Event, undefined>>[] = [];
  #ended = false;
  #failure: { readonly error: unknown } | undefined;
  #wakeFeeder: (() => void) | undefined;

  /**
   * @param maxUnread - Unread events from which on there is no room. Integer from 1.
   * @param onAbandon - Called when the reader stops before the end.
   */
  constructor(maxUnread: number, onAbandon: () => void) {
    this.#maxUnread = maxUnread;
    this.#onAbandon = onAbandon;
  }

  /** Adds an event. */
  push(event: Event): void {
    if (this.#ended) return;
    const reader = this.#readers.shift();
    if (reader === undefined) this.#unread.push(event);
    else reader.resolve({ done: false, value: event });
  }

  /** Nothing more will come. */
  end(): void {
    this.#ended = true;
    for (const reader of this.#readers.splice(0)) reader.resolve(this.#last());
    this.#wakeFeeder?.();
  }

  /** Nothing more will come, for this reason; the reader gets it after the last event. */
  fail(error: unknown): void {
    this.#failure = { error };
    this.end();
  }

  /** Resolves when there is room for more, or no more is wanted. */
  async room(): Promise<void> {
    while (!this.#ended && this.#unread.length - this.#read >= this.#maxUnread) {
      await new Promise<void>((resolve) => (this.#wakeFeeder = resolve));
    }
  }

  async next(): Promise<IteratorResult<Event, undefined>> {
    if (this.#read < this.#unread.length) return { done: false, value: this.#take() };
    if (this.#ended) return this.#last();
    const reader = Promise.withResolvers<IteratorResult<Event, undefined>>();
    this.#readers.push(reader);
    return reader.promise;
  }

  async return(): Promise<IteratorResult<Event, undefined>> {
    const abandoned = !this.#ended;
    this.#unread = [];
    this.#read = 0;
    this.#failure = undefined;
    this.end();
    if (abandoned) this.#onAbandon();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #take(): Event {
    const event = this.#unread[this.#read] as Event;
    this.#read += 1;
    // Cut what was read once it is the larger part, so that taking one costs O(1) on average.
    if (this.#read * 2 >= this.#unread.length) {
      this.#unread = this.#unread.slice(this.#read);
      this.#read = 0;
    }
    this.#wakeFeeder?.();
    return event;
  }

  async #last(): Promise<IteratorResult<Event, undefined>> {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure.error;
    return { done: true, value: undefined };
  }
}
