/** A slow service that computes nothing: many of its calls fit into one worker at a time. */
import { setTimeout as sleep } from "node:timers/promises";
import { defineTool } from "../../src/tool.ts";

export const waitFor = defineTool({
  name: "reply",
  description: "Waits for some milliseconds, like a slow service, then answers",
  input: {
    type: "object",
    properties: {
      ms: { type: "integer", minimum: 0, maximum: 60_000 },
      text: { type: "string", default: "done" },
    },
    required: ["ms"],
  },
  annotations: { readOnly: true },
  execute: ({ ms, text }, { signal }) => sleep(ms, text, { signal }),
});
