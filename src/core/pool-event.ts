import type { ConcreteMode } from "./tool.ts";

/** A mode that has a pool of workers. */
export type PoolMode = Extract<ConcreteMode, "thread" | "process">;

/**
 * Why a pool changed its size.
 *
 *   minimum        it had fewer workers than `min`
 *   calls-wait     calls wait, and cores are free
 *   blocking-wait  calls wait behind calls that hold their worker without computing
 *   spare          every worker is busy, and cores are free
 *   idle           workers were idle for `idleTimeoutMs`
 *   ended          a worker died, was ended for what it did, or leaves before it is over its memory
 *   closed         the pool closes
 */
export type ResizeReason =
  | "minimum"
  | "calls-wait"
  | "blocking-wait"
  | "spare"
  | "idle"
  | "ended"
  | "closed";

interface PoolEventBase {
  /** When, in milliseconds since 1970, with fractions. */
  readonly at: number;
  readonly mode: PoolMode;
  /** The rights its workers are held to, for each set of which there is a pool. Undefined: they have all. */
  readonly permissions?: object | undefined;
  /** Which calls it is for: those made by calls that hold this many workers. Left out: those that no tool makes. */
  readonly level?: number;
}

/** What happened to a pool of workers. */
export type PoolEvent =
  | (PoolEventBase & {
      readonly type: "pool.resized";
      /** Workers before and after: those that start are counted, those that leave are not. */
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
