/** The four arithmetic tools as an MCP server offers them: listed once, answered by the shared arithmetic. */
import { OPERATIONS, type Operands, type OperationName } from "../../tools/arithmetic.ts";
import { PAIR } from "../../tools/pair-schema.ts";

/** The name and version of the servers. */
export const SERVER_INFO = { name: "calculator", version: "1.0.0" } as const;

/** One of {@link ARITHMETIC_TOOLS}. */
interface ArithmeticTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: {
    type: "object";
    properties: Record<string, { type: "number" }>;
    required: string[];
  };
  readonly annotations: { readonly readOnlyHint: true };
}

/** What `tools/list` answers. */
export const ARITHMETIC_TOOLS: ArithmeticTool[] = Object.keys(OPERATIONS).map((name) => ({
  name,
  description: `${name} two numbers`,
  inputSchema: { ...PAIR, required: [...PAIR.required] },
  annotations: { readOnlyHint: true },
}));

/** What `tools/call` answers: the number as text. @throws Error when there is no such tool. */
export function callArithmetic(
  name: string,
  operands: unknown,
): { content: { type: "text"; text: string }[] } {
  if (!Object.hasOwn(OPERATIONS, name)) throw new Error(`There is no tool "${name}".`);
  const { a, b } = operands as Operands;
  return { content: [{ type: "text", text: String(OPERATIONS[name as OperationName](a, b)) }] };
}
