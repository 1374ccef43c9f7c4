import { deserializeError } from "../../core/serialized-error.ts";
import { thrownText } from "../../core/thrown-text.ts";
import { ToolError } from "../../core/tool-error.ts";
import type { AttemptOutcome } from "../executor.ts";
import { outputOf, timesOf } from "../worker/done-message.ts";
import type { UsageReport } from "../../core/usage-report.ts";
import { addUsage } from "../../core/usage-sum.ts";
import type { Attachment, DoneMessage, FailedMessage, RunTimes } from "../worker/protocol.ts";

/** What a worker says at the end of a call, with the attachments of its frame. */
export interface WorkerAnswer {
  readonly message: DoneMessage | FailedMessage;
  readonly attachments: readonly Attachment[];
}

/** How long a call took: where it ran, and until its answer was here. And what else it has used. */
export interface CallTook {
  readonly times: RunTimes;
  /** Since the call was seen to begin. Milliseconds. */
  readonly tookMs: number;
  readonly usage: UsageReport | undefined;
}

/** How long the call of an answer took, where it ran. */
export function timesIn({ message }: WorkerAnswer): RunTimes {
  return "type" in message ? message : timesOf(message);
}

/** What the call of an answer said it has used; nothing when it makes no sense. */
export function usageIn({ message }: WorkerAnswer): UsageReport | undefined {
  const usage = "type" in message ? message.usage : message[3]?.usage;
  try {
    return usage === undefined ? undefined : addUsage(undefined, usage);
  } catch {
    return undefined;
  }
}

/** The outcome that an answer stands for. */
export function outcomeOf(
  toolName: string,
  { message, attachments }: WorkerAnswer,
  { times, tookMs, usage }: CallTook,
): AttemptOutcome {
  const { runMs, busyMs = runMs, cpuMs = busyMs } = times;
  const transferMs = Math.max(0, tookMs - runMs);
  try {
    if (!("type" in message)) {
      const output = outputOf(message, attachments);
      return { status: "ok", output, runMs, cpuMs, transferMs, usage };
    }
    const error = ToolError.from(deserializeError(message.error), toolName);
    return { status: "error", error, began: true, runMs, cpuMs, transferMs, usage };
  } catch (cause) {
    const text = `The answer of ${toolName} cannot be read: ${thrownText(cause)}`;
    const error = new ToolError("NOT_PORTABLE", text, { cause });
    return { status: "error", error, began: true, runMs, cpuMs, transferMs, usage };
  }
}
