/** Batches of additions: the smallest work there is, in the forms that contenders take. */
import { OPERATIONS, type Operands } from "../tools/arithmetic.ts";
import type { WorkTask } from "../tools/work.ts";
import { type Batch, makeBatch } from "../workload.ts";

/** Additions as tool calls, the same ones as tasks, and the sums. */
export interface AddBatch extends Batch {
  readonly tasks: readonly WorkTask[];
}

/** Makes `size` additions. The same seed gives the same batch. */
export function makeAdds(size: number, seed: number): AddBatch {
  const batch = makeBatch(size, seed, ["add"]);
  const tasks = batch.calls.map((call): WorkTask => ({
    name: "add",
    input: JSON.parse(call.function.arguments) as Operands,
  }));
  return { ...batch, tasks };
}

/** One addition and its sum. */
export const ONE_ADD: { readonly task: WorkTask; readonly sum: number } = {
  task: { name: "add", input: { a: 20, b: 22 } },
  sum: OPERATIONS.add(20, 22),
};
