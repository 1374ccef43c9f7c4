/** Prime search by trial division: plain computing, which holds up whatever else runs in its thread. */
import { defineTool } from "../../src/tool.ts";

export const countPrimes = defineTool({
  name: "count",
  description: "How many primes there are from one number up to another",
  input: {
    type: "object",
    properties: {
      from: { type: "integer", minimum: 0 },
      to: { type: "integer", minimum: 0, maximum: 100_000_000 },
    },
    required: ["from", "to"],
  },
  annotations: { readOnly: true },
  execute: ({ from, to }) => {
    let count = 0;
    for (let candidate = from; candidate <= to; candidate += 1) {
      if (isPrime(candidate)) count += 1;
    }
    return count;
  },
});

function isPrime(candidate: number): boolean {
  if (candidate < 4) return candidate > 1;
  if (candidate % 2 === 0 || candidate % 3 === 0) return false;
  for (let divisor = 5; divisor * divisor <= candidate; divisor += 6) {
    if (candidate % divisor === 0 || candidate % (divisor + 2) === 0) return false;
  }
  return true;
}
