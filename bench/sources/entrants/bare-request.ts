/** What a program does that asks the HTTP calculator by itself. */
import { Agent, request } from "undici";
import type { OpenAiToolCall } from "../../workload.ts";
import type { Operands } from "../../tools/arithmetic.ts";
import { type Entrant, entrantHere } from "../entrant.ts";
import { answerInFlight } from "../in-flight.ts";
import { IN_FLIGHT } from "../kinds.ts";

/** undici's `request` with connections that are kept: no names looked up, no validation, no limits, no document. */
export function bareRequest(origin: string): Entrant {
  return entrantHere("bare undici request", false, async () => {
    const dispatcher = new Agent();
    const ask = async ({
      function: { name, arguments: text },
    }: OpenAiToolCall): Promise<unknown> => {
      const { a, b } = JSON.parse(text) as Operands;
      const { statusCode, body } = await request(`${origin}/${name}?a=${a}&b=${b}`, { dispatcher });
      if (statusCode !== 200) throw new Error(`The calculator answered ${statusCode}.`);
      return body.json();
    };
    return {
      answer: (calls) => answerInFlight(calls, IN_FLIGHT, ask),
      close: () => dispatcher.close(),
    };
  });
}
