/** The work of the pool benchmark as tools. What they promise (`readOnly`) is said where they are taken. */
import { defineTool, type Tool } from "../../src/tool.ts";
import { PAIR } from "./pair-schema.ts";
import { WORK, type WorkName } from "./work.ts";

const ANY_OBJECT = { type: "object" } as const;

function workTool(name: WorkName): Tool {
  const work = WORK[name] as (input: unknown) => unknown;
  return defineTool({
    name,
    description: `the benchmark's ${name}`,
    input: ANY_OBJECT,
    execute: (input) => work(input),
  });
}

export const add: Tool = defineTool({
  name: "add",
  description: "add two numbers",
  input: PAIR,
  execute: (input) => WORK.add(input),
});
export const echo: Tool = workTool("echo");
export const spin: Tool = workTool("spin");
export const block: Tool = workTool("block");
export const pause: Tool = workTool("pause");
export const multiplyAndWait: Tool = workTool("multiplyAndWait");
export const sumRoots: Tool = workTool("sumRoots");
export const identify: Tool = workTool("identify");
