/**
 * One call, from the name a model asked for to the one result it gets back:
 *
 *   resolve ─▶ choose place ─▶ parse input ─▶ ┌ acquire permit ─▶ execute ─▶ release permit ┐ ─▶ parse output ─▶ result
 *                                             └────────── back off, holding nothing ◀───────┘
 *
 * This file alone knows the order. Below it code throws or returns outcomes; `runCall` has the only
 * `catch` that turns a throw into a result.
 */
import type { CallEvent, EventSink } from "../core/call-event.ts";
import type { CallOptions, ToolCall } from "../core/tool-call.ts";
import { ToolError } from "../core/tool-error.ts";
import type { ToolResult } from "../core/tool-result.ts";
import type { ExecutionMode } from "../core/tool.ts";
import type { Attempt, AttemptFailure, AttemptOutcome, Executor } from "../executors/executor.ts";
import type { AdmissionRequest, Limiter, Permit, PermitOutcome } from "../limits/limiter.ts";
import type { Clock } from "../time/clock.ts";
import { Deadline } from "../time/deadline.ts";
import { sleep } from "../time/sleep.ts";
import type { BoundTool } from "./bound-tool.ts";
import { CallStory } from "./call-story.ts";
import { parseInput, parseOutput } from "./parse-values.ts";
import { retryDelay } from "./retry.ts";

/** What every call of a registry shares. */
export interface PipelineParts {
  readonly clock: Clock;
  readonly limiter: Limiter;
  /** Uniform in [0, 1); for jitter. */
  readonly random: () => number;
}

/** A call that has been let in. */
export interface AcceptedCall {
  readonly call: ToolCall;
  /** Unique in its registry, from 1. */
  readonly callNumber: number;
  /** Place in its batch or stream, from 0. */
  readonly index: number;
  readonly options: CallOptions;
  /** Ends the whole call: cancelled, or out of time. */
  readonly deadline: Deadline;
  /** The registry's mode when the batch came in. */
  readonly defaultMode: ExecutionMode;
  /** Finds the tool by the name the model used, in the snapshot of the batch; throws when it cannot be called. */
  readonly resolve: (name: string) => BoundTool;
  readonly emit: EventSink<CallEvent> | undefined;
  /** Called when a permit is held: whoever feeds calls in may send the next. */
  readonly onAdmitted: (() => void) | undefined;
}

/** A call on its way: found, parsed, and ready to run. */
interface ReadyCall {
  readonly parts: PipelineParts;
  readonly accepted: AcceptedCall;
  readonly bound: BoundTool;
  readonly executor: Executor;
  readonly input: unknown;
  readonly story: CallStory;
}

/** Runs one call to its result. Never rejects. */
export async function runCall(parts: PipelineParts, accepted: AcceptedCall): Promise<ToolResult> {
  const { call, deadline } = accepted;
  const story = new CallStory(parts.clock, accepted);
  story.invoked();
  try {
    const bound = accepted.resolve(call.name);
    story.resolved(bound.tool.name);
    const executor = executorFor(bound, accepted);
    const input = await parseInput(bound, call);
    if (deadline.reason !== undefined) throw deadline.reason;
    story.waits(executor.mode);
    const ready = { parts, accepted, bound, executor, input, story };
    for (let attempt = 1; ; attempt += 1) {
      const permit = await parts.limiter.acquire(admissionOf(ready));
      const outcome = await runAttempt(ready, attempt, permit);
      if (outcome.status === "ok") return story.completed(await outputOf(bound, outcome.output));
      await backOff(ready, attempt, outcome);
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

function admissionOf({ accepted, bound, story }: ReadyCall): AdmissionRequest {
  const { options, deadline } = accepted;
  const { priority = 0, tenant } = options;
  const onWait = (limitName: string): void => story.queued(limitName);
  return { toolName: bound.tool.name, priority, tenant, deadline, onWait };
}

async function runAttempt(
  ready: ReadyCall,
  number: number,
  permit: Permit,
): Promise<AttemptOutcome> {
  const { parts, accepted, executor, story } = ready;
  const deadline = new Deadline(parts.clock, accepted.deadline);
  let outcome: AttemptOutcome | undefined;
  try {
    accepted.onAdmitted?.();
    outcome = await executor.execute(makeAttempt(ready, number, deadline));
    story.ran(outcome.runMs);
    return outcome;
  } finally {
    deadline.close();
    release(permit, outcome);
  }
}

function makeAttempt(ready: ReadyCall, number: number, deadline: Deadline): Attempt {
  const { accepted, bound, input, story } = ready;
  const attemptId = `${accepted.callNumber}.${number}`;
  const { tenant, idempotencyKey, context } = accepted.options;
  return {
    attemptId,
    callId: accepted.call.id,
    tool: bound.tool,
    input,
    attempt: number,
    deadline,
    tenant,
    idempotencyKey,
    context,
    onStart: (workerId) => {
      story.started(number, attemptId, workerId);
      deadline.expireAfter(bound.timeoutMs, () => timedOut(bound));
    },
    onProgress: (update) => story.progressed(number, update),
  };
}

/** Waits before the next attempt, holding nothing. Throws the failure when there is to be none. */
async function backOff(
  { parts, accepted, bound, story }: ReadyCall,
  attempt: number,
  failure: AttemptFailure,
): Promise<void> {
  const failed = { tool: bound.tool, retry: bound.retry, attempt, failure };
  const delayMs = accepted.deadline.reason ? undefined : retryDelay(failed, parts.random);
  if (delayMs === undefined) throw failure.error;
  story.retried(attempt, delayMs, failure.error);
  await sleep(parts.clock, delayMs, accepted.deadline);
}

/** A promise only where there is an output schema. */
function outputOf(bound: BoundTool, output: unknown): unknown {
  return bound.output === undefined ? output : parseOutput(bound, bound.output, output);
}

/** A permit is kept for as long as the work goes on, also when its answer was not waited for. */
function release(permit: Permit, outcome: AttemptOutcome | undefined): void {
  if (outcome?.status !== "error") {
    permit.release(outcome === undefined ? "ignored" : "success");
    return;
  }
  const learned = permitOutcome(outcome);
  if (outcome.lingering === undefined) permit.release(learned);
  else void outcome.lingering.then(() => permit.release(learned));
}

function permitOutcome({ error, began }: AttemptFailure): PermitOutcome {
  return began && error.code !== "CALL_CANCELLED" ? "failure" : "ignored";
}

function timedOut(bound: BoundTool): ToolError {
  const { timeoutMs, tool } = bound;
  return new ToolError("DEADLINE_EXCEEDED", `${tool.name} took longer than its ${timeoutMs} ms.`, {
    details: { timeoutMs },
  });
}
