/** Calls that come one by one are begun one by one, and results come as soon as they are there. */
import { setTimeout as sleep } from "node:timers/promises";
import { defineTool, ToolRegistry } from "../src/index.ts";

await using registry = new ToolRegistry({ limits: { "*": { concurrency: 2 } } });

registry.register(
  defineTool({
    name: "fetch_page",
    description: "Reads a page, slowly",
    input: {
      type: "object",
      properties: { page: { type: "integer" }, ms: { type: "integer" } },
      required: ["page", "ms"],
    },
    execute: async ({ page, ms }, context) => {
      context.progress({ progress: 1, total: 2, message: `asked for page ${page}` });
      await sleep(ms, undefined, { signal: context.signal });
      return `page ${page}`;
    },
  }),
);

/** Like a model that is still writing. It is asked for another call only when there is room for it. */
async function* callsOfAModel(): AsyncGenerator<object> {
  for (const [place, ms] of [300, 20, 20, 20].entries()) {
    yield { id: `call_${place + 1}`, name: "fetch_page", input: { page: place + 1, ms } };
  }
}

for await (const event of registry.streamToolCalls(callsOfAModel())) {
  if (event.type === "tool.progress") console.log(event.callId, event.message);
  if (event.type === "tool.completed") console.log(event.callId, "gave", event.result.output);
}
