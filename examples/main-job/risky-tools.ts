/**
 * Tools that misbehave. They ask for `mode: "process"`, which is stronger than the registry's mode:
 * on the event loop the first would end the whole program and the second would never let go of it.
 */
import { defineTool } from "../../src/tool.ts";

const nothing = { type: "object", properties: {} } as const;

export const crash = defineTool({
  name: "crash",
  description: "Ends the process it runs in",
  input: nothing,
  mode: "process",
  execute: (): never => process.exit(3),
});

export const loopForever = defineTool({
  name: "loop_forever",
  description: "Never ends, and never yields",
  input: nothing,
  mode: "process",
  timeoutMs: 300,
  execute: () => {
    for (let turns = 0; ; turns += 1) if (turns < 0) return turns;
  },
});
