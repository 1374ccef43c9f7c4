import type { OkResult } from "../core/tool-result.ts";
import { type ResultContent, resultContent } from "../formats/result-content.ts";

const NO_TIMING: OkResult["timing"] = {
  queuedMs: 0,
  runMs: 0,
  transferMs: 0,
  cpuMs: undefined,
  attempts: 1,
  mode: undefined,
  workerId: undefined,
  waitedFor: undefined,
};

/** What an output says to the model, for frameworks that keep outputs and ask for that later, and apart. */
export function outputContent(output: unknown): ResultContent {
  return resultContent({
    callId: "",
    toolName: "",
    status: "ok",
    output,
    timing: NO_TIMING,
  });
}
