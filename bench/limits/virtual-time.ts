/** Virtual time, for what takes minutes and must be the same in every run. */
import { VirtualClock } from "../../src/testing.ts";

/** Waits `delayMs` milliseconds of a clock that somebody advances. */
export function waitOn(clock: VirtualClock, delayMs: number): Promise<void> {
  return new Promise((resolve) => clock.setTimer(delayMs, resolve));
}

const STEP_MS = 1_000;
const MOST_STEPS = 10_000;

/** Advances a clock until `promise` has settled. @throws Error when it does not within hours. */
export async function advanceUntil<Answer>(
  clock: VirtualClock,
  promise: Promise<Answer>,
): Promise<Answer> {
  let isSettled = false;
  const settled = (): void => {
    isSettled = true;
  };
  promise.then(settled, settled);
  for (let step = 0; step < MOST_STEPS; step += 1) {
    await clock.advance(STEP_MS);
    if (isSettled) return promise;
  }
  throw new Error("Something waits for ever.");
}

/** A virtual clock moved by hand, where nothing waits on it. */
export class HandClock extends VirtualClock {
  #at = 0;

  override now(): number {
    return this.#at;
  }

  override epoch(): number {
    return this.#at;
  }

  move(byMs: number): void {
    this.#at += byMs;
  }
}
