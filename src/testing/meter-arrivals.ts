/** Arrivals that look for the edges of windows, for tests of meters. */
import * as fc from "fast-check";

/** One that comes `gapMs` after the one before. */
export interface Arrival {
  readonly gapMs: number;
  readonly cost: number;
  /** What it turns out to have used. */
  readonly used: number;
}

/** Times are multiples of this, so that sums and differences of those of a test are exact. */
export const GRAIN_MS = 2 ** -10;

/**
 * Bursts at one time, at the ends of windows and a grain before and after them, and at times between.
 *
 * @param perMs - Length of the windows, a multiple of 2^-10.
 * @param largest - Largest cost.
 */
export function arrivals({
  perMs,
  largest,
}: {
  readonly perMs: number;
  readonly largest: number;
}): fc.Arbitrary<Arrival[]> {
  const grains = fc.nat(Math.ceil((perMs * 1.5) / GRAIN_MS)).map((count) => count * GRAIN_MS);
  const gapMs = fc.oneof(
    { weight: 6, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.constantFrom(perMs, perMs - GRAIN_MS, perMs + GRAIN_MS, perMs / 2) },
    { weight: 1, arbitrary: fc.constantFrom(GRAIN_MS, 1, perMs * 7) },
    { weight: 2, arbitrary: grains },
  );
  const cost = fc.integer({ min: 1, max: largest });
  const used = fc.nat(largest * 2);
  const arrival = fc.record({ gapMs, cost, used });
  return fc.array(arrival, { minLength: 20, maxLength: 120, size: "max" });
}

/** The largest number below a positive one. */
export function justBefore(value: number): number {
  const bits = new BigInt64Array(new Float64Array([value]).buffer);
  bits[0] = (bits[0] ?? 1n) - 1n;
  return new Float64Array(bits.buffer)[0] ?? 0;
}
