/**
 * Events between those who make them and the one who reads them. It never loses one; who feeds it
 * asks {@link EventQueue.room} first, and so goes no faster than the reader.
 */
export class EventQueue<Event> implements AsyncIterableIterator<Event, undefined> {
  readonly #maxUnread: number;
  readonly #onAbandon: () => void;
  #unread: Event[] = [];
  #read = 0;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;
  #wakeReader: (() => void) | undefined;
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
    this.#unread.push(event);
    this.#wakeReader?.();
  }

  /** Nothing more will come. */
  end(): void {
    this.#ended = true;
    this.#wakeReader?.();
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
    while (this.#read >= this.#unread.length && !this.#ended) {
      await new Promise<void>((resolve) => (this.#wakeReader = resolve));
    }
    if (this.#read < this.#unread.length) return { done: false, value: this.#take() };
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure.error;
    return { done: true, value: undefined };
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
    if (this.#read === this.#unread.length) {
      this.#unread = [];
      this.#read = 0;
    }
    this.#wakeFeeder?.();
    return event;
  }
}
