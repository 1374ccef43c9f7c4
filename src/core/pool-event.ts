import type { ConcreteMode } from "./tool.ts";

/** A mode that has a pool of workers. */
export type PoolMode = Extract<ConcreteMode, "thread" | "process">;

/**
 * Why a pool changed its size.
 *
 *   minimum        it has fewer than `min`
 *   calls-wait     calls wait, and cores are free
 *   blocking-wait  calls wait behind calls that hold their worker without computing
 *   spare          the last idle worker got a call
 *   idle           a worker was idle for `idleTimeoutMs`
 *   replaced       a worker takes the place of one that ended, or is about to
 *   died           a worker ended by itself, or was ended for what it did
 *   recycled       a worker reached `maxCalls` or `maxAgeMs`
 *   closed         the pool closes
 */
export type ResizeReason =
  | "minimum"
  | "calls-wait"
  | "blocking-wait"
  | "spare"
  | "idle"
  | "replaced"
  | "died"
  | "recycled"
  | "closed";

interface PoolEventBase {
  /** When, in milliseconds since 1970, with fractions. */
  readonly at: number;
  readonly mode: PoolMode;
}

/** What happened to a pool of workers. */
export type PoolEvent =
  | (PoolEventBase & {
      readonly type: "pool.resized";
      /** Workers before and after, those that start included and those that leave not. */
      readonly from: number;
      readonly to: number;
      readonly reason: ResizeReason;
    })
  | (PoolEventBase & {
      readonly type: "tool.quarantined";
      readonly toolName: string;
      /** How its last worker died. */
      readonly reason: string;
      /** When the next call is let through, in milliseconds from now. */
      readonly retryAfterMs: number;
    })
  | (PoolEventBase & { readonly type: "tool.released"; readonly toolName: string });
