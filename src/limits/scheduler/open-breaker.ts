import type { ToolError } from "../../core/tool-error.ts";
import { circuitOpen } from "./admission-errors.ts";
import type { QueuedCall } from "./queued-call.ts";
import type { Step } from "./step.ts";

/** Why a breaker refuses an attempt; undefined when none does. One that half-opens says so, and lets calls in slowly. */
export function openBreaker({ flow }: QueuedCall, step: Step): ToolError | undefined {
  if (flow?.lane.hasBreakers !== true) return undefined;
  for (const gate of flow.gates) {
    const { breaker } = gate;
    if (breaker === undefined) continue;
    if (breaker.look(step.now) === "half-opened") {
      gate.beginSlowly(step);
      step.tell(gate.name, { type: "circuit.half-opened" });
    }
    const retryAfterMs = breaker.retryAfterMs(step.now);
    if (retryAfterMs > 0) return circuitOpen(gate.name, breaker.reason, retryAfterMs);
  }
  return undefined;
}
