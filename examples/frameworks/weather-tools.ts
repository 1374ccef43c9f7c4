/** What the examples of all frameworks share: a registry with two tools, one of them with a limit. */
import { setTimeout as sleep } from "node:timers/promises";
import { defineTool, ToolRegistry } from "../../src/index.ts";

const CITY = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
} as const;

/** At most two forecasts at once, whoever asks for them. */
export function makeRegistry(): ToolRegistry {
  const registry = new ToolRegistry({
    mode: "async",
    limits: { "weather.forecast": { concurrency: 2 } },
  });
  registry.register(
    [
      defineTool({
        name: "forecast",
        description: "The weather of tomorrow in a city",
        input: CITY,
        timeoutMs: 5_000,
        execute: async ({ city }, { signal }) => {
          if (city === "Atlantis") throw new Error("there is no city Atlantis");
          return sleep(20, { city, weather: "sunny" }, { signal });
        },
      }),
    ],
    { namespace: "weather" },
  );
  // The events show that the calls of one answer are one batch.
  registry.on("tool.invoked", ({ index, callId, toolName }) =>
    console.log(`call ${index} of its batch: ${toolName} (${callId})`),
  );
  return registry;
}

/** What the fake models ask for. */
export const CALLS: readonly { readonly id: string; readonly city: string }[] = [
  { id: "call_1", city: "Bern" },
  { id: "call_2", city: "Atlantis" },
  { id: "call_3", city: "Lima" },
];
