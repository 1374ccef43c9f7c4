/** The four arithmetic tools as plain functions. What they promise (`readOnly`) is said where they are registered. */
import { defineTool, type Tool } from "../../src/tool.ts";
import { OPERATIONS, type OperationName } from "./arithmetic.ts";
import { PAIR } from "./pair-schema.ts";

function arithmeticTool(name: OperationName): Tool {
  const operation = OPERATIONS[name];
  return defineTool({
    name,
    description: `${name} two numbers`,
    input: PAIR,
    execute: ({ a, b }) => operation(a, b),
  });
}

export const add: Tool = arithmeticTool("add");
export const subtract: Tool = arithmeticTool("subtract");
export const multiply: Tool = arithmeticTool("multiply");
export const divide: Tool = arithmeticTool("divide");
