import { deserializeError } from "../../core/serialized-error.ts";
import { thrownText } from "../../core/thrown-text.ts";
import { ToolError } from "../../core/tool-error.ts";
import type { AttemptOutcome } from "../executor.ts";
import type { FromWorker } from "../worker/protocol.ts";
import { decodeValue } from "../worker/value-codec.ts";

/** What a worker says at the end of a call. */
export type WorkerAnswer = Extract<FromWorker, { readonly type: "done" | "failed" }>;

/** How an answer arrived. */
export interface Arrival {
  /** The bytes of its frame. */
  readonly attachments: readonly Uint8Array[];
  /** Since the call was seen to begin. Milliseconds. */
  readonly tookMs: number;
}

/** The outcome that an answer stands for. */
export function outcomeOf(
  toolName: string,
  answer: WorkerAnswer,
  { attachments, tookMs }: Arrival,
): AttemptOutcome {
  const { runMs, busyMs = runMs, cpuMs = busyMs } = answer;
  const transferMs = Math.max(0, tookMs - runMs);
  try {
    if (answer.type === "done") {
      return {
        status: "ok",
        output: decodeValue(answer.output, attachments),
        runMs,
        cpuMs,
        transferMs,
      };
    }
    const error = ToolError.from(deserializeError(answer.error), toolName);
    return { status: "error", error, began: true, runMs, cpuMs, transferMs };
  } catch (cause) {
    const message = `The answer of ${toolName} cannot be read: ${thrownText(cause)}`;
    const error = new ToolError("NOT_PORTABLE", message, { cause });
    return { status: "error", error, began: true, runMs, cpuMs, transferMs };
  }
}
