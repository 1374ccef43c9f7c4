import type { Asked } from "./our-limiter.ts";
import type { Run } from "./lanes.ts";

/** What is queued and drained. */
export interface DrainPlan {
  readonly calls: number;
  /** How many run at once, all of which are taken before the first call is queued. */
  readonly concurrency: number;
  /** What call number n asks for. */
  readonly ask?: ((n: number) => Asked) | undefined;
}

/**
 * Queues calls behind work that does not end, lets that end, and waits until the last call has run. Returns
 * milliseconds, queueing included.
 */
export async function queueAndDrain(run: Run, plan: DrainPlan): Promise<number> {
  const { calls, concurrency, ask } = plan;
  const { promise: gate, resolve: openGate } = Promise.withResolvers<void>();
  const { promise: drained, resolve: onDrained } = Promise.withResolvers<void>();
  // Each of its own tool and tenant, so that no other limit is met by them.
  const blockers = Array.from({ length: concurrency }, (_, n) =>
    run(() => gate, { tool: { name: `blocker-${n}` }, tenant: `blocker-${n}` }),
  );
  await Promise.resolve();
  let left = calls;
  const work = (): void => {
    left -= 1;
    if (left === 0) onDrained();
  };
  const startedAt = performance.now();
  for (let n = 0; n < calls; n += 1) void run(work, ask?.(n));
  if (left !== calls) throw new Error("A call ran although everything was taken.");
  openGate();
  await drained;
  const elapsedMs = performance.now() - startedAt;
  await Promise.all(blockers);
  return elapsedMs;
}
