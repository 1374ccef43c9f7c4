/**
 * Something that counts what starts and says when more may: the port of rates.
 *
 * Pure: time is a parameter, in milliseconds, and never goes back. Nothing here waits.
 */
import type { RateStats } from "../../core/limit-stats.ts";

/**
 * Names what was taken, so that it can begin and be settled once. Means something to the meter that gave it alone; those of equal
 * amounts may be equal.
 */
export type MeterReceipt = number;

/** Counts the starts, or the tokens, of one rate. Costs are whole: a fraction counts as the next, less than 1 as 1. */
export interface Meter {
  /** Most that can ever be taken at once. What costs more can never start. */
  readonly capacity: number;
  /**
   * When `cost` may be taken, if nothing else is taken or settled until then: `now` when it may be at once, Infinity
   * when it is more than the capacity. Exact: {@link take} may be called at that very time, and not a hair before.
   */
  opensAt(now: number, cost: number): number;
  /** Takes `cost`. Only when {@link opensAt} lets it; the check and this are one synchronous step. */
  take(now: number, cost: number): MeterReceipt;
  /**
   * What was taken begins at `now`, and counts from then on. It may never begin, and several may in any order. Without
   * it what was taken counts from then. At most once per receipt, and before it is settled.
   */
  begin(receipt: MeterReceipt, now: number): void;
  /**
   * What was taken turned out to be `used`: less gives the rest back, more is a debt that later takers wait for.
   * Counted from when it was taken or began, by a bucket now. Once per receipt; for one that has left the window, and for
   * what is no number from 0, it does nothing.
   */
  settle(receipt: MeterReceipt, used: number, now: number): void;
  /**
   * A server says that only `remaining` are left for the next `forMs`. Lowers what may be taken until then;
   * does nothing when that is no less than is left here. A bucket refills meanwhile, as those of servers do.
   */
  lower(remaining: number, forMs: number, now: number): void;
  /** Where it stands, for people. */
  stats(now: number): Omit<RateStats, "counts">;
}
