import { neverFits } from "./admission-errors.ts";
import type { Flow } from "./flow.ts";
import type { QueuedCall } from "./queued-call.ts";

/**
 * Tokens that an attempt is taken to use: for each of its gates, for each rate of tokens there. Undefined where none
 * counts tokens. Throws the ToolError of an estimate that cannot be made, or that is more than there ever are.
 */
export function estimateTokens({ ask }: QueuedCall, { gates }: Flow): QueuedCall["tokens"] {
  if (gates.every(({ meters }) => meters.tokens.length === 0)) return undefined;
  return gates.map(({ meters, name }) =>
    meters.tokens.map(({ estimate, meter }) => {
      const tokens = estimate(ask.input);
      if (tokens > meter.capacity) throw neverFits(name, tokens, meter.capacity);
      return tokens;
    }),
  );
}
