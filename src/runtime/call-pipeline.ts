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
import type { Limiter, Permit, PermitOutcome } from "../limits/limiter.ts";
import type { ParseResult } from "../schema/validator.ts";
import type { Clock } from "../time/clock.ts";
import { Deadline } from "../time/deadline.ts";
import { sleep } from "../time/sleep.ts";
import type { BoundTool } from "./bound-tool.ts";
import { CallStory } from "./call-story.ts";
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
  /** Called when the first permit is held: whoever feeds calls in may send the next. */
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
  const { call, callNumber, index, deadline } = accepted;
  const subject = { callNumber, index, callId: call.id, calledAs: call.name };
  const story = new CallStory(parts.clock, accepted.emit, subject);
  story.invoked();
  try {
    const bound = accepted.resolve(call.name);
    story.resolved(bound.tool.name);
    const executor = executorFor(bound, accepted);
    const input = await parseInput(bound, call);
    if (deadline.reason !== undefined) throw deadline.reason;
    story.waits(executor.mode);
    const output = await runAttempts({ parts, accepted, bound, executor, input, story });
    return story.completed(await parseOutput(bound, output));
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

async function parseInput(bound: BoundTool, call: ToolCall): Promise<unknown> {
  const { name } = bound.tool;
  if (call.malformed !== undefined) {
    throw new ToolError("INPUT_INVALID", `${name} cannot be called: ${call.malformed}.`, {
      details: { issues: [{ path: "", message: call.malformed }] },
    });
  }
  const parsed = await bound.input.parse(call.input);
  return parsed.ok ? parsed.value : refuse("INPUT_INVALID", `The input of ${name}`, parsed);
}

async function parseOutput(bound: BoundTool, output: unknown): Promise<unknown> {
  if (bound.output === undefined) return output;
  const parsed = await bound.output.parse(output);
  return parsed.ok
    ? parsed.value
    : refuse("OUTPUT_INVALID", `The output of ${bound.tool.name}`, parsed);
}

async function runAttempts(ready: ReadyCall): Promise<unknown> {
  const { parts, accepted, bound, story } = ready;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await runAttempt(ready, attempt);
    if (outcome.status === "ok") return outcome.output;
    const failed = { tool: bound.tool, retry: bound.retry, attempt, failure: outcome };
    const delayMs = accepted.deadline.reason ? undefined : retryDelay(failed, parts.random);
    if (delayMs === undefined) throw outcome.error;
    story.retried(attempt, delayMs, outcome.error);
    await sleep(parts.clock, delayMs, accepted.deadline);
  }
}

async function runAttempt(ready: ReadyCall, number: number): Promise<AttemptOutcome> {
  const { parts, accepted, bound, executor, story } = ready;
  const deadline = new Deadline(parts.clock, accepted.deadline);
  const permit = await parts.limiter.acquire({
    toolName: bound.tool.name,
    priority: accepted.options.priority ?? 0,
    tenant: accepted.options.tenant,
    deadline: accepted.deadline,
    onWait: (limitName) => story.queued(limitName),
  });
  accepted.onAdmitted?.();
  let outcome: AttemptOutcome | undefined;
  try {
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

function refuse(
  code: "INPUT_INVALID" | "OUTPUT_INVALID",
  what: string,
  parsed: Extract<ParseResult, { ok: false }>,
): never {
  const issues = parsed.issues.map(({ path, message }) => `${path || "/"} ${message}`);
  throw new ToolError(code, `${what} does not fit its schema: ${issues.join("; ")}.`, {
    details: { issues: parsed.issues },
  });
}
