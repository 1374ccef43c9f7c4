/** Those who ask a scheduler under test, and what must hold of them. */
import type { ToolError } from "../core/tool-error.ts";
import type { LimitsOptions } from "../limits/limit-options.ts";
import type { Gate } from "../limits/scheduler/gate.ts";
import type { QueuedCall } from "../limits/scheduler/queued-call.ts";

/** Where one who asked stands, by what was decided alone. */
export type Standing = "waiting" | "running" | "refused" | "left" | "over";

/** One who asked. */
export interface Actor {
  readonly number: number;
  readonly call: QueuedCall;
  standing: Standing;
  startedAt: number;
  refusal: ToolError | undefined;
  /** Told as what held it, each time. */
  readonly held: string[];
}

/** Something that must never be was. */
export class BrokenPromise extends Error {}

/** Fails unless `holds`. */
export function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new BrokenPromise(what);
}

/** What the books of a stage look at. */
export interface StageView {
  readonly now: number;
  readonly limits: LimitsOptions;
  readonly actors: readonly Actor[];
  all(standing: Standing): Actor[];
  gate(name: string): Gate | undefined;
}
