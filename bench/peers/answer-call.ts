/** What a worker of a peer runs for one tool call. piscina and tinypool take this file as it is. */
import { OPERATIONS, type Operands, type OperationName } from "../tools/arithmetic.ts";

/** A call as it is sent to a peer's worker: what it needs, no more, the arguments still as text. */
export interface PeerCall {
  readonly name: OperationName;
  readonly text: string;
}

/** Reads the arguments and runs the operation. */
export function answerCall({ name, text }: PeerCall): number {
  const { a, b } = JSON.parse(text) as Operands;
  return OPERATIONS[name](a, b);
}
