/** Pulls calls out of an iterable no faster than they are admitted. */
import { thrownText } from "../core/thrown-text.ts";
import type { ToolCall } from "../core/tool-call.ts";
import type { ToolResult } from "../core/tool-result.ts";
import { decodeBlock } from "../formats/decode-tool-calls.ts";
import { readCall } from "../formats/read-call.ts";
import type { Deadline } from "../time/deadline.ts";
import type { CallBatch } from "./call-batch.ts";

/** Tool calls, or blocks of a provider's answer, one after the other. What is neither fails with `INPUT_INVALID`. */
export type CallSource = Iterable<unknown> | AsyncIterable<unknown>;

/** Whether calls are to be pulled out of a value, rather than read in it: lists are there as a whole. */
export function isCallSource(calls: unknown): calls is CallSource {
  if (typeof calls !== "object" || calls === null || Array.isArray(calls)) return false;
  return Symbol.asyncIterator in calls || Symbol.iterator in calls;
}

/** What happens to the calls that are pulled. */
export interface FeedTarget {
  readonly batch: CallBatch;
  /** Nothing more is pulled once one of these has ended. What was pulled goes on. */
  readonly until: readonly Deadline[];
  /** Resolves when another call may be pulled. */
  readonly room: () => Promise<void>;
  readonly onResult: (result: ToolResult, index: number, call: ToolCall) => void;
}

/**
 * Pulls until the source or the pulling ends, and resolves when every call pulled has its result.
 * At most one call at a time is pulled and not yet admitted: that is the back-pressure.
 *
 * Rejects with what the source threw, after the calls before it have ended.
 */
export async function feedCalls(source: CallSource, target: FeedTarget): Promise<void> {
  const running = new Set<Promise<void>>();
  let index = 0;
  const start = (call: ToolCall): Promise<void> =>
    new Promise((admitted) => {
      const place = index;
      index += 1;
      const ended: Promise<void> = target.batch.run(call, place, admitted).then((result) => {
        running.delete(ended);
        target.onResult(result, place, call);
        admitted();
      });
      running.add(ended);
    });
  try {
    for await (const block of pull(source, target.until)) {
      const call = readBlock(block, index);
      if (call === undefined) continue;
      await start(call);
      await unlessOver(target.room(), target.until);
    }
  } finally {
    await Promise.all(running);
  }
}

/** What is no call is a failed one: to throw would lose the results of those that came before it. */
function readBlock(block: unknown, index: number): ToolCall | undefined {
  try {
    return decodeBlock(block, index);
  } catch (thrown) {
    const none = readCall(index, undefined, undefined, { input: undefined });
    return { ...none, malformed: thrownText(thrown) };
  }
}

/** The items of `source` until one of `until` has ended, even while the source keeps us waiting. */
async function* pull(source: CallSource, until: readonly Deadline[]): AsyncGenerator {
  const iterator =
    Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  let finished = false;
  try {
    while (until.every(({ reason }) => reason === undefined)) {
      const step = await unlessOver(iterator.next(), until);
      if (step === undefined) return;
      finished = step.done === true;
      if (finished) return;
      yield step.value;
    }
  } catch (thrown) {
    finished = true;
    throw thrown;
  } finally {
    if (!finished) void sayFarewell(iterator);
  }
}

/** Not awaited: a source that never answers must not hold up the results. */
async function sayFarewell(iterator: Iterator<unknown> | AsyncIterator<unknown>): Promise<void> {
  try {
    await iterator.return?.();
  } catch {
    // Nothing it could say now concerns a call.
  }
}

/**
 * Settles as `answer` does; with undefined as soon as one of `until` ends. Not a race of promises:
 * the one that never settles would keep everything it was ever raced with.
 */
function unlessOver<Value>(
  answer: Value | PromiseLike<Value>,
  until: readonly Deadline[],
): Promise<Value | undefined> {
  return new Promise((resolve, reject) => {
    const leave = until.map((deadline) => deadline.onEnd(() => resolve(undefined)));
    const settle = (): void => {
      for (const stopListening of leave) stopListening();
    };
    Promise.resolve(answer).then(resolve, reject).finally(settle);
  });
}
