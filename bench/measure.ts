/** Times one life of a contender: fresh, first batch, warm-up, warm batches. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type Contender, type StartedContender, titleOf } from "./contenders/contender.ts";
import { type Batch, checkAnswers } from "./workload.ts";

/** How a batch is measured. */
export interface MeasurePlan {
  readonly batch: Batch;
  /** Batches after the first that are not timed. */
  readonly warmUps: number;
  /** Batches timed warm; their median counts. */
  readonly timed: number;
}

/** What one life took. Milliseconds for one batch. */
export interface Sample {
  /** From nothing to the checked answers of the first batch: pool or registry, workers, modules. */
  readonly coldMs: number;
  /** The same batch again, once everything is warm. */
  readonly warmMs: number;
}

/** Runs a contender from start to close. Rejects when an answer is wrong. */
export async function measure(contender: Contender, plan: MeasurePlan): Promise<Sample> {
  collectGarbage();
  const startedAt = performance.now();
  const started = await contender.start();
  try {
    await answerChecked(contender, started, plan.batch);
    const coldMs = performance.now() - startedAt;
    for (let round = 0; round < plan.warmUps; round += 1) {
      await answerChecked(contender, started, plan.batch);
    }
    const warmMs: number[] = [];
    for (let round = 0; round < plan.timed; round += 1) {
      warmMs.push(await answerChecked(contender, started, plan.batch));
    }
    return { coldMs, warmMs: median(warmMs) };
  } finally {
    await started.close();
  }
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? Number.NaN) + upper) / 2 : upper;
}

async function answerChecked(
  contender: Contender,
  started: StartedContender,
  batch: Batch,
): Promise<number> {
  const startedAt = performance.now();
  checkAnswers(titleOf(contender), batch, await started.answer(batch.calls));
  return performance.now() - startedAt;
}

setFlagsFromString("--expose-gc");
/** Nobody pays for the garbage of whom came before. */
export const collectGarbage: () => void = runInNewContext("gc") as () => void;
