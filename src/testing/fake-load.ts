/** When calls come: patterns of arrivals, and what sends calls by them. */
import { type Clock, SystemClock } from "../time/clock.ts";
import { seededChance } from "./fake-chance.ts";
import { waitOn } from "./fake-wait.ts";

/** `size` arrivals at once, every `everyMs` milliseconds, `bursts` times: milliseconds from the start. */
export function* burst(size: number, everyMs = 0, bursts = 1): Generator<number> {
  for (let number = 0; number < bursts; number += 1) {
    for (let one = 0; one < size; one += 1) yield number * everyMs;
  }
}

/** `count` arrivals, evenly spaced: milliseconds from the start. */
export function* steady(count: number, perSecond: number): Generator<number> {
  for (let number = 0; number < count; number += 1) yield (number * 1_000) / perSecond;
}

/**
 * `count` arrivals by chance, `perSecond` on average, each independent of the others, as many clients together make
 * them (a Poisson process): milliseconds from the start.
 *
 * @param seed - Integer from 1. The same seed gives the same times.
 */
export function* poisson(count: number, perSecond: number, seed = 1): Generator<number> {
  const chance = seededChance(seed);
  let at = 0;
  for (let number = 0; number < count; number += 1) {
    at += (-Math.log(1 - chance()) * 1_000) / perSecond;
    yield at;
  }
}

/** Where {@link sendAt} and {@link arriveAt} wait. */
export interface LoadOptions {
  /** Default: the machine's clock. Somebody must advance a `VirtualClock` meanwhile. */
  readonly clock?: Clock | undefined;
}

/**
 * Sends at each of `times`, whether or not what was sent before has been answered: the load of a world that does not
 * wait. Resolves with the answers, in the order they were sent; rejects when one does.
 *
 * @param send - Given the place in the order, from 0.
 */
export async function sendAt<Answer>(
  times: Iterable<number>,
  send: (place: number) => Answer | Promise<Answer>,
  { clock = new SystemClock() }: LoadOptions = {},
): Promise<Answer[]> {
  const startedAt = clock.now();
  const answers: (Answer | Promise<Answer>)[] = [];
  for (const time of times) {
    const delayMs = startedAt + time - clock.now();
    if (delayMs > 0) await waitOn(clock, delayMs);
    answers.push(send(answers.length));
  }
  return Promise.all(answers);
}

/**
 * Calls that come at each of `times`, for `streamToolCalls`. They come later than that when nobody asks for them: a
 * stream pulls only what it has room for.
 *
 * @param makeCall - Given the place in the order, from 0.
 */
export async function* arriveAt<Call>(
  times: Iterable<number>,
  makeCall: (place: number) => Call,
  { clock = new SystemClock() }: LoadOptions = {},
): AsyncGenerator<Call> {
  const startedAt = clock.now();
  let place = 0;
  for (const time of times) {
    const delayMs = startedAt + time - clock.now();
    if (delayMs > 0) await waitOn(clock, delayMs);
    yield makeCall(place);
    place += 1;
  }
}
