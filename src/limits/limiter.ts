import type { LimitEvent } from "../core/limit-event.ts";
import type { LimitStats } from "../core/limit-stats.ts";
import type { ToolError } from "../core/tool-error.ts";
import type { Tool } from "../core/tool.ts";
import type { UsageReport } from "../core/usage-report.ts";
import type { Deadline } from "../time/deadline.ts";
import type { LimitsOptions } from "./limit-options.ts";

/** What limits know a tool by. */
export type LimitedTool = Pick<Tool, "name" | "tags" | "annotations">;

/** What an attempt asks for when it wants to start. */
export interface AdmissionRequest {
  readonly tool: LimitedTool;
  /** Parsed; for key functions and estimates. */
  readonly input: unknown;
  /** A smaller number runs sooner. */
  readonly priority: number;
  /** On whose behalf, if the caller said. */
  readonly tenant: string | undefined;
  /** When its call first asked, on the limiter's clock: a retry keeps its age. */
  readonly askedAt: number;
  /** When the request gives up waiting. */
  readonly deadline: Deadline;
  /** The permit of the attempt that makes this call, when a tool calls a tool: its slots are shared. */
  readonly parent: Permit | undefined;
  /** Called once if the request has to wait, with the name of the limit that holds it. */
  onWait(limitName: string): void;
}

/**
 * How the work behind a permit ended. A circuit breaker learns from it; a fixed limit ignores it.
 * `ignored`: nothing to learn, for the work never began or the caller gave up.
 */
export type PermitOutcome = "success" | "failure" | "ignored";

/** What is known of an attempt when it is over. */
export interface AttemptFacts {
  /** How long it ran, in milliseconds. */
  readonly runMs: number;
  /** What it returned; token limits may read their usage there. */
  readonly output?: unknown;
  /** What it failed with. `RATE_LIMITED` and `retryAfterMs` close limits that count rates. */
  readonly error?: ToolError | undefined;
  /** What it reported of itself. */
  readonly usage?: UsageReport | undefined;
}

/** The right to run one attempt. Release it exactly once; later calls do nothing. */
export interface Permit {
  /**
   * The work begins: rates count it from here. A permit may have been given a while before. Without it they count
   * from then.
   */
  begin(): void;
  release(outcome: PermitOutcome, facts?: AttemptFacts): void;
}

/** Decides when an attempt may run. */
export interface Limiter {
  /**
   * Waits for a permit; returns it at once, without a promise, when nothing is in the way.
   *
   * Throws or rejects with `QUEUE_FULL` when waiting is not allowed, took too long, or another took its place,
   * `CIRCUIT_OPEN` while a breaker is open, `RATE_LIMITED` when it could never be let in, `DEADLINE_EXCEEDED` when
   * it could not end in time, and with the deadline's reason when that ends first. A rejected request holds
   * nothing and has left every queue.
   */
  acquire(request: AdmissionRequest): Permit | Promise<Permit>;

  /**
   * Changes the settings of some limits from now on; those not named stay as they are. Who runs goes on, who
   * waits waits by the new ones.
   *
   * @throws TypeError when a setting is out of range; nothing is changed then.
   */
  change(limits: LimitsOptions): void;

  /** How its limits are doing: a snapshot. */
  stats(): readonly LimitStats[];

  /**
   * Refuses everybody who waits, and everybody who comes later, with `reason`; but those that a running attempt makes.
   * Permits held stay held.
   */
  close(reason: ToolError): void;
}

/** Receives what happens to limits. Must not throw. */
export type LimitEventSink = (event: LimitEvent) => void;
