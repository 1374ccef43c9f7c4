/**
 * Chance that is the same in every run: uniform in [0, 1), by Marsaglia's xorshift on 32 bits ("Xorshift RNGs",
 * Journal of Statistical Software 8(14), 2003).
 *
 * @param seed - Integer from 1. The same seed gives the same numbers.
 */
export function seededChance(seed: number): () => number {
  // Small seeds begin with small numbers; spreading their bits makes the first ones as good as the rest.
  let state = Math.imul(seed, 0x9e3779b1) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}
