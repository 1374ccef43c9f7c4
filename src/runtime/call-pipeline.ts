/**
 * One call, from the name a model asked for to the one result it gets back:
 *
 *   budget ─▶ resolve ─▶ choose place ─▶ parse input ─▶ shared? ─▶
 *
 *     ┌ acquire permit ─▶ execute ─▶ release permit ┐ ─▶ parse output ─▶ truncate ─▶ result
 *     └────────── back off, holding nothing ◀───────┘
 *
 * This file alone knows the order. Below it code throws or returns outcomes; `runCall` has the only
 * `catch` that turns a throw into a result.
 */
import { ToolError } from "../core/tool-error.ts";
import type { ToolResult } from "../core/tool-result.ts";
import type { AttemptOutcome, Executor } from "../executors/executor.ts";
import type { Limiter } from "../limits/limiter.ts";
import type { Clock } from "../time/clock.ts";
import type { AcceptedCall } from "./accepted-call.ts";
import type { BoundTool } from "./bound-tool.ts";
import { CallAttempt } from "./call-attempt.ts";
import { takeFromBudget } from "./call-budgets.ts";
import { CallStory } from "./call-story.ts";
import { checkReadable, parseInput, parseOutput } from "./parse-values.ts";
import { ReadyCall } from "./ready-call.ts";
import { truncateResult } from "./result-limits.ts";
import { admit, backOff } from "./retry.ts";

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
// oxlint-disable-next-line complexity -- Half of it asks whether there is anything to wait for.
export async function runCall(parts: PipelineParts, accepted: AcceptedCall): Promise<ToolResult> {
  const story = new CallStory(parts.clock, accepted);
  story.invoked();
  try {
    let ready = prepare(story, accepted);
    if (ready instanceof Promise) ready = await ready;
    let shared = ready.bound.sharing.find(ready);
    if (shared instanceof Promise) shared = await shared;
    if (shared !== undefined) return story.shared(shared);
    for (;;) {
      let permit = admit(parts, ready);
      if (permit instanceof Promise) permit = await permit;
      story.admitted();
      const attempt = new CallAttempt(parts.clock, ready, permit);
      let outcome: AttemptOutcome | undefined;
      let callsEnded: Promise<unknown> | undefined;
      try {
        ready.onAdmitted();
        const executing = ready.executor.execute(attempt);
        outcome = executing instanceof Promise ? await executing : executing;
      } finally {
        callsEnded = attempt.end(outcome);
      }
      if (callsEnded !== undefined) await callsEnded;
      if (outcome.status === "error") {
        await backOff(parts, ready, outcome);
        continue;
      }
      let output = parseOutput(ready.bound, outcome.output);
      if (output instanceof Promise) output = await output;
      const cut = truncateResult(ready, output);
      if (cut !== undefined) return story.completed(cut.output, cut.truncated);
      return story.completed(output);
    }
  } catch (thrown) {
    return story.failed(ToolError.from(thrown, accepted.call.name));
  }
}

/** Everything that may refuse a call before it asks for its turn. A promise only when its schema needs one. */
function prepare(story: CallStory, accepted: AcceptedCall): ReadyCall | Promise<ReadyCall> {
  takeFromBudget(accepted, story);
  checkReadable(accepted.call);
  const bound = accepted.resolve(accepted.call.name, accepted.isWhole ? "program" : "model");
  story.resolved(bound.tool.name, bound.tally);
  const place = { bound, executor: executorFor(bound, accepted) };
  const input = parseInput(bound, accepted.call);
  return input instanceof Promise
    ? input.then((late) => new ReadyCall(story, accepted, place, late))
    : new ReadyCall(story, accepted, place, input);
}

/** Call over tool over registry; `auto` means what the tool's origin says. */
function executorFor({ mode, autoMode, executors }: BoundTool, accepted: AcceptedCall): Executor {
  const asked = accepted.options.mode ?? mode ?? accepted.defaultMode;
  const choice = executors[asked === "auto" ? autoMode : asked];
  if ("refusal" in choice) throw choice.refusal;
  return choice.executor;
}
