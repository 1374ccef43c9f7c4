/**
 * One call, from the name a model asked for to the one result it gets back:
 *
 *   resolve ─▶ choose place ─▶ parse input ─▶ ┌ acquire permit ─▶ execute ─▶ release permit ┐ ─▶ parse output ─▶ result
 *                                             └────────── back off, holding nothing ◀───────┘
 *
 * This file alone knows the order. Below it code throws or returns outcomes; `runCall` has the only
 * `catch` that turns a throw into a result.
 */
import { ToolError } from "../core/tool-error.ts";
import type { ToolResult } from "../core/tool-result.ts";
import type { AttemptFailure, AttemptOutcome, Executor } from "../executors/executor.ts";
import type { Limiter } from "../limits/limiter.ts";
import type { Clock } from "../time/clock.ts";
import { sleep } from "../time/sleep.ts";
import type { AcceptedCall } from "./accepted-call.ts";
import type { BoundTool } from "./bound-tool.ts";
import { CallAttempt } from "./call-attempt.ts";
import { CallStory } from "./call-story.ts";
import { parseInput, parseOutput } from "./parse-values.ts";
import { ReadyCall } from "./ready-call.ts";
import { retryDelay } from "./retry.ts";

/** What every call of a registry shares. */
export interface PipelineParts {
  readonly clock: Clock;
  readonly limiter: Limiter;
  /** Uniform in [0, 1); for jitter. */
  readonly random: () => number;
}

/**
 * Runs one call to its result. Never rejects. It awaits only what is a promise: a call that nothing
 * holds up is over before this returns.
 */
export async function runCall(parts: PipelineParts, accepted: AcceptedCall): Promise<ToolResult> {
  const { call, deadline } = accepted;
  const story = new CallStory(parts.clock, accepted);
  story.invoked();
  try {
    const bound = accepted.resolve(call.name);
    story.resolved(bound.tool.name, bound.tally);
    const executor = executorFor(bound, accepted);
    let input = parseInput(bound, call);
    if (input instanceof Promise) input = await input;
    if (deadline.reason !== undefined) throw deadline.reason;
    story.waits(executor.mode);
    const ready = new ReadyCall(story, accepted, bound, input);
    for (let number = 1; ; number += 1) {
      let permit = parts.limiter.acquire(ready);
      if (permit instanceof Promise) permit = await permit;
      story.admitted();
      const attempt = new CallAttempt(parts.clock, ready, number, permit);
      let outcome: AttemptOutcome | undefined;
      let callsEnded: Promise<unknown> | undefined;
      try {
        ready.onAdmitted();
        const executing = executor.execute(attempt);
        outcome = executing instanceof Promise ? await executing : executing;
      } finally {
        callsEnded = attempt.end(outcome);
      }
      if (callsEnded !== undefined) await callsEnded;
      if (outcome.status === "error") {
        await backOff(parts, ready, number, outcome);
        continue;
      }
      let output = parseOutput(bound, outcome.output);
      if (output instanceof Promise) output = await output;
      return story.completed(output);
    }
  } catch (thrown) {
    return story.failed(ToolError.from(thrown, call.name));
  }
}

/** Call over tool over registry; `auto` means what the tool's origin says. */
function executorFor({ mode, autoMode, executors }: BoundTool, accepted: AcceptedCall): Executor {
  const asked = accepted.options.mode ?? mode ?? accepted.defaultMode;
  const choice = executors[asked === "auto" ? autoMode : asked];
  if ("refusal" in choice) throw choice.refusal;
  return choice.executor;
}

/** Waits before the next attempt, holding nothing. Throws the failure when there is to be none. */
async function backOff(
  parts: PipelineParts,
  { accepted, bound, story }: ReadyCall,
  attempt: number,
  failure: AttemptFailure,
): Promise<void> {
  const failed = { tool: bound.tool, retry: bound.retry, attempt, failure };
  const delayMs = accepted.deadline.reason ? undefined : retryDelay(failed, parts.random);
  if (delayMs === undefined) throw failure.error;
  story.retried(attempt, delayMs, failure.error);
  await sleep(parts.clock, delayMs, accepted.deadline);
}
