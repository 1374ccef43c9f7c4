/**
 * Something that counts what starts and says when more may: the port of rates.
 *
 * Pure: time is a parameter, in milliseconds, and never goes back. Nothing here waits.
 */
import type { RateStats } from "../../core/limit-stats.ts";

/** Names what was taken, so that it can be settled. Never reused while it can still be settled. */
export type MeterReceipt = number;

/** Counts the starts, or the tokens, of one rate. */
export interface Meter {
  /** Most that can ever be taken at once. What costs more can never start. */
  readonly capacity: number;
  /** When `cost` may be taken, if nothing else is taken until then; `now` or earlier when it may be at once. */
  opensAt(now: number, cost: number): number;
  /** Takes `cost`. Only when {@link opensAt} lets it; the check and this are one synchronous step. */
  take(now: number, cost: number): MeterReceipt;
  /**
   * What was taken turned out to be `used`: less gives the rest back, more is a debt that later takers wait for.
   * Counted at the time it was taken. Once per receipt; for one that has left the window it does nothing.
   */
  settle(receipt: MeterReceipt, used: number, now: number): void;
  /**
   * A server says that only `remaining` are left for the next `forMs`. Lowers what may be taken until then;
   * does nothing when that is more than is left here.
   */
  lower(remaining: number, forMs: number, now: number): void;
  /** Where it stands, for people. */
  stats(now: number): Omit<RateStats, "counts">;
}
