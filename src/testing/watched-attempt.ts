/** Attempts for tests of executors: made in a line, and open to questions afterwards. */
import { ToolError } from "../core/tool-error.ts";
import type { Tool, ToolProgress } from "../core/tool.ts";
import type { Attempt, AttemptFailure, AttemptOutcome } from "../executors/executor.ts";
import { SystemClock } from "../time/clock.ts";
import { Deadline } from "../time/deadline.ts";

/** An attempt that remembers what it was told. */
export interface WatchedAttempt extends Attempt {
  /** The workers it was said to start in. */
  readonly starts: readonly (string | undefined)[];
  readonly updates: readonly ToolProgress[];
  /** Resolves at the first start. */
  readonly started: Promise<void>;
  /** Resolves at the first update. */
  readonly progressed: Promise<void>;
}

const clock = new SystemClock();
let attemptCount = 0;

/** A tool that workers load from `url`, where it is in the list or record exported as `exportName`. */
export function portable(tool: Tool, url: string, exportName: string): Tool {
  const member = { kind: "tool-in-collection", toolName: tool.name } as const;
  return { ...tool, origin: { kind: "module", url, exportName, member } };
}

/** An attempt of a tool. Its deadline never runs out unless one is given. */
export function watchedAttempt(
  tool: Tool,
  input: unknown,
  settings: Partial<Attempt> = {},
): WatchedAttempt {
  const { promise: started, resolve: onStarted } = Promise.withResolvers<void>();
  const { promise: progressed, resolve: onProgressed } = Promise.withResolvers<void>();
  const starts: (string | undefined)[] = [];
  const updates: ToolProgress[] = [];
  attemptCount += 1;
  return {
    attemptId: `attempt-${attemptCount}`,
    callId: `call-${attemptCount}`,
    tool,
    input,
    attempt: 1,
    deadline: new Deadline(clock),
    tenant: undefined,
    idempotencyKey: undefined,
    context: undefined,
    level: 0,
    call: () => Promise.reject(new ToolError("TOOL_NOT_FOUND", "There are no other tools here.")),
    ...settings,
    starts,
    updates,
    started,
    progressed,
    onStart: (workerId) => {
      starts.push(workerId);
      settings.onStart?.(workerId);
      onStarted();
    },
    onProgress: (update) => {
      updates.push(update);
      settings.onProgress?.(update);
      onProgressed();
    },
  };
}

/** The output of an outcome. @throws Error when it is a failure. */
export function outputOf(outcome: AttemptOutcome): unknown {
  if (outcome.status === "ok") return outcome.output;
  throw new Error(`There is no output: ${outcome.error.code} ${outcome.error.message}`, {
    cause: outcome.error,
  });
}

/** The failure of an outcome. @throws Error when it has an output. */
export function failureOf(outcome: AttemptOutcome): AttemptFailure {
  if (outcome.status === "error") return outcome;
  throw new Error(`An error was expected, and there is an output: ${String(outcome.output)}`);
}

/** A deadline that runs out after `ms` milliseconds with `DEADLINE_EXCEEDED`. */
export function expiringDeadline(ms: number): Deadline {
  const deadline = new Deadline(clock);
  deadline.expireAfter(ms, () => new ToolError("DEADLINE_EXCEEDED", `${ms} ms are over.`));
  return deadline;
}

/** A reason to end a deadline with. */
export function cancelReason(why: string): ToolError {
  return new ToolError("CALL_CANCELLED", why);
}
