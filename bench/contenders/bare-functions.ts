/** What no library beats: the functions themselves, awaited together. */
import { OPERATIONS, type Operands } from "../tools/arithmetic.ts";
import type { OpenAiToolCall } from "../workload.ts";
import type { Contender } from "./contender.ts";

async function answer({ function: { name, arguments: text } }: OpenAiToolCall): Promise<number> {
  const { a, b } = JSON.parse(text) as Operands;
  return OPERATIONS[name](a, b);
}

/** `Promise.all` over async functions: no names, no validation, no limits, no results for failures. */
export function bareFunctions(): Contender {
  return {
    name: "Promise.all",
    variant: "bare async functions",
    place: "async",
    isPeer: true,
    start: async () => ({
      answer: (calls) => Promise.all(calls.map(answer)),
      close: async () => {},
    }),
  };
}
