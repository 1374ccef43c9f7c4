import type { ToolError } from "../core/tool-error.ts";
import type { Deadline } from "../time/deadline.ts";

/** What an attempt asks for when it wants to start. */
export interface AdmissionRequest {
  readonly toolName: string;
  /** A smaller number runs sooner. */
  readonly priority: number;
  /** On whose behalf, if the caller said. */
  readonly tenant: string | undefined;
  /** When the request gives up waiting. */
  readonly deadline: Deadline;
  /** Called once if the request has to wait, with the name of the limit that holds it. */
  onWait(limitName: string): void;
}

/**
 * How the work behind a permit ended. A circuit breaker learns from it; a fixed limit ignores it.
 * `ignored`: nothing to learn, for the work never began or the caller gave up.
 */
export type PermitOutcome = "success" | "failure" | "ignored";

/** The right to run one attempt. Release it exactly once; later calls do nothing. */
export interface Permit {
  release(outcome: PermitOutcome): void;
}

/** Decides when an attempt may run. */
export interface Limiter {
  /**
   * Waits for a permit; returns it at once, without a promise, when nothing is in the way.
   *
   * Throws or rejects with `QUEUE_FULL` when waiting is not allowed, and with the deadline's reason when that
   * ends first. A rejected request holds nothing and has left every queue.
   */
  acquire(request: AdmissionRequest): Permit | Promise<Permit>;
  /** Refuses everybody who waits, and everybody who comes later, with `reason`. Permits held stay held. */
  close(reason: ToolError): void;
}
