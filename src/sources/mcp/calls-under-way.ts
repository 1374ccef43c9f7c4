/**
 * Requests that wait for their answers, by the numbers they went out with.
 *
 * A list whose length is a power of two: a request is at the end of its number's binary digits, and a number whose place
 * is taken is passed over. No map, for the reason that `Roster` gives: each of its tables keeps the next alive.
 */

/** The first number. The SDK's client counts from 0 on the same connection; servers may keep them in 32 bits. */
const FIRST_ID = 2 ** 30;
const FIRST_PLACES = 64;

/** What waits for an answer. */
export interface NumberedRequest {
  /** Only the list that it is in changes it. */
  id: number;
}

/** Gives each request a number of its own, and finds it again. */
export class CallsUnderWay<Request extends NumberedRequest> {
  #places: (Request | undefined)[] = emptyPlaces(FIRST_PLACES);
  #size = 0;
  #lastId = FIRST_ID - 1;

  /** How many wait. */
  get size(): number {
    return this.#size;
  }

  /** Whether a number is, or was, that of one of these requests. */
  isOurs(id: number): boolean {
    return id >= FIRST_ID && id <= this.#lastId;
  }

  /** Adds a request and gives it the next number. */
  add(request: Request): void {
    if (2 * this.#size >= this.#places.length) this.#grow();
    do this.#lastId += 1;
    while (this.#places[this.#placeOf(this.#lastId)] !== undefined);
    request.id = this.#lastId;
    this.#places[this.#placeOf(request.id)] = request;
    this.#size += 1;
  }

  /** Takes out the request of a number; undefined when it has left. */
  take(id: number): Request | undefined {
    const place = this.#placeOf(id);
    const request = this.#places[place];
    if (request === undefined || request.id !== id) return undefined;
    this.#places[place] = undefined;
    this.#size -= 1;
    return request;
  }

  /** Those that wait. */
  all(): Request[] {
    return this.#places.filter((request) => request !== undefined);
  }

  #placeOf(id: number): number {
    return id & (this.#places.length - 1);
  }

  /** Two that were at different places stay so: each goes where it was, or as far behind as the list was long. */
  #grow(): void {
    const requests = this.#places;
    this.#places = emptyPlaces(2 * requests.length);
    for (const request of requests)
      if (request !== undefined) this.#places[this.#placeOf(request.id)] = request;
  }
}

function emptyPlaces<Request>(count: number): (Request | undefined)[] {
  return Array.from({ length: count }, () => undefined);
}
