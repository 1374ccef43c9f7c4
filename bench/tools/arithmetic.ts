/** The arithmetic itself, which every contender runs: ours through the tools, the peers through their workers. */

/** The operations, by tool name. */
export const OPERATIONS = {
  add: (a: number, b: number): number => a + b,
  subtract: (a: number, b: number): number => a - b,
  multiply: (a: number, b: number): number => a * b,
  divide: (a: number, b: number): number => a / b,
} as const;

/** The name of an operation. */
export type OperationName = keyof typeof OPERATIONS;

/** What every operation takes. */
export interface Operands {
  readonly a: number;
  readonly b: number;
}
