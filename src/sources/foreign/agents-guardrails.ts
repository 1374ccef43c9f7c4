/** Guardrails of a function tool of the OpenAI Agents SDK, which there the runner asks and not the tool. */
import { ToolError } from "../../core/tool-error.ts";
import { type ForeignObject, isObject } from "./foreign-shape.ts";

/** What a guardrail is told of a call. There is no agent here. */
export interface GuardedCall {
  readonly context: object;
  readonly toolCall: object;
}

/** How a guardrail refused, in its own words where it has some. */
interface Refusal {
  readonly isFatal: boolean;
  readonly message: string;
}

/**
 * Asks what must let a call pass before it is made.
 *
 * @throws ToolError `PERMISSION_DENIED` with the guardrail's words.
 */
export async function guardInput(guardrails: unknown, call: GuardedCall): Promise<void> {
  const refusal = await firstRefusal(guardrails, call);
  if (refusal !== undefined) throw new ToolError("PERMISSION_DENIED", refusal.message);
}

/**
 * Asks what must let an output pass, and returns it, or what a guardrail puts in its place.
 *
 * @throws ToolError `PERMISSION_DENIED` when a guardrail raises an alarm.
 */
export async function guardOutput(
  guardrails: unknown,
  call: GuardedCall,
  output: unknown,
): Promise<unknown> {
  const refusal = await firstRefusal(guardrails, { ...call, output });
  if (refusal?.isFatal === true) throw new ToolError("PERMISSION_DENIED", refusal.message);
  return refusal === undefined ? output : refusal.message;
}

async function firstRefusal(guardrails: unknown, about: object): Promise<Refusal | undefined> {
  for (const guardrail of Array.isArray(guardrails) ? (guardrails as ForeignObject[]) : []) {
    const run = guardrail["run"] as (about: object) => unknown;
    const verdict = await run.call(guardrail, about);
    const refusal = readVerdict(String(guardrail["name"]), verdict);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function readVerdict(name: string, verdict: unknown): Refusal | undefined {
  const behavior = isObject(verdict) ? verdict["behavior"] : undefined;
  const { type = "allow", message } = isObject(behavior) ? behavior : {};
  if (type === "allow") return undefined;
  const words = typeof message === "string" ? message : `The guardrail ${name} stopped the call.`;
  return { isFatal: type !== "rejectContent", message: words };
}
