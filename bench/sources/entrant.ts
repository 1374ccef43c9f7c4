/** Who is measured, and one life of theirs. */
import type { StartedContender } from "../contenders/contender.ts";
import type { OpenAiToolCall } from "../workload.ts";

/** Answers, and how long they took. */
export interface TimedAnswers {
  readonly ms: number;
  /** In call order. */
  readonly answers: readonly unknown[];
}

/** Somebody with tools of one kind. */
export interface Entrant {
  readonly title: string;
  readonly isOurs: boolean;
  /** Whether the benchmark goes on without its numbers when it fails, and says so. */
  readonly mayFail: boolean;
  /**
   * From nothing to the answers of the first batch: registry, workers, connections. The libraries have been imported
   * before, and that is not counted.
   */
  open(calls: readonly OpenAiToolCall[]): Promise<OpenEntrant>;
}

/** An entrant that has answered once. */
export interface OpenEntrant {
  readonly first: TimedAnswers;
  /** Answers the same calls again. */
  again(): Promise<TimedAnswers>;
  close(): Promise<void>;
}

/** An entrant of this process. */
export function entrantHere(
  title: string,
  isOurs: boolean,
  start: () => Promise<StartedContender>,
): Entrant {
  return { title, isOurs, mayFail: false, open: (calls) => openHere(start, calls) };
}

async function openHere(
  start: () => Promise<StartedContender>,
  calls: readonly OpenAiToolCall[],
): Promise<OpenEntrant> {
  const startedAt = performance.now();
  const started = await start();
  const again = (since = performance.now()): Promise<TimedAnswers> =>
    answerSince(since, started, calls);
  try {
    const first = await again(startedAt);
    return { first, again: () => again(), close: () => started.close() };
  } catch (thrown) {
    await started.close();
    throw thrown;
  }
}

async function answerSince(
  since: number,
  started: StartedContender,
  calls: readonly OpenAiToolCall[],
): Promise<TimedAnswers> {
  const answers = await started.answer(calls);
  return { ms: performance.now() - since, answers };
}
