/** Pulls calls out of an iterable no faster than they are admitted. */
import type { ToolCall } from "../core/tool-call.ts";
import type { ToolResult } from "../core/tool-result.ts";
import { decodeBlock } from "../formats/decode-tool-calls.ts";
import type { CallBatch } from "./call-batch.ts";

/** Tool calls, or blocks of a provider's answer, one after the other. */
export type CallSource = Iterable<unknown> | AsyncIterable<unknown>;

/** What happens to the calls that are pulled. */
export interface FeedTarget {
  readonly batch: CallBatch;
  /** Resolves when another call may be pulled. */
  readonly room: () => Promise<void>;
  readonly onResult: (result: ToolResult, index: number) => void;
}

/**
 * Pulls until the source ends or the batch is cancelled, and resolves when every call pulled has its
 * result. At most one call at a time is pulled and not yet admitted: that is the back-pressure.
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
        target.onResult(result, place);
        admitted();
      });
      running.add(ended);
    });
  try {
    for await (const block of untilCancelled(source, target.batch)) {
      const call = decodeBlock(block, index);
      if (call === undefined) continue;
      await start(call);
      await target.room();
    }
  } finally {
    await Promise.all(running);
  }
}

/** The items of `source` until the batch is cancelled, even while the source keeps us waiting. */
async function* untilCancelled(source: CallSource, batch: CallBatch): AsyncGenerator<unknown> {
  const iterator =
    Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  const { promise: cancelled, resolve } = Promise.withResolvers<undefined>();
  const leave = batch.deadline.onEnd(() => resolve(undefined));
  let finished = false;
  try {
    while (batch.deadline.reason === undefined) {
      const step = await Promise.race([iterator.next(), cancelled]);
      if (step === undefined) return;
      finished = step.done === true;
      if (finished) return;
      yield step.value;
    }
  } catch (thrown) {
    finished = true;
    throw thrown;
  } finally {
    leave();
    // A source that never answers must not hold up the results, so its farewell is not awaited.
    if (!finished) void Promise.resolve(iterator.return?.()).catch(() => {});
  }
}
