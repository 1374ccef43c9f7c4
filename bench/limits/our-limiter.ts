/** The one place where the limiter under test is made. */
import type { LimitsOptions } from "../../src/limits/limit-options.ts";
import type { AdmissionRequest, LimitedTool, Limiter, Permit } from "../../src/limits/limiter.ts";
import { SchedulingLimiter } from "../../src/limits/scheduling-limiter.ts";
import { seededChance } from "../../src/testing/fake-chance.ts";
import { type Clock, SystemClock } from "../../src/time/clock.ts";
import { Deadline } from "../../src/time/deadline.ts";

/** Our limiter, as a registry makes it. */
export function ourLimiter(limits: LimitsOptions, clock: Clock = new SystemClock()): Limiter {
  return new SchedulingLimiter({ limits, clock, random: seededChance(1), emit: nothing });
}

const nothing = (): void => {};
const TOOL: LimitedTool = { name: "work" };

/** What a call asks for, where it differs from the others. */
export type Asked = Partial<Omit<AdmissionRequest, "onWait" | "parent">>;

/** A request as the runtime makes it: each has its own deadline. */
export function requestOf(clock: Clock, asked: Asked = {}): AdmissionRequest {
  return {
    tool: asked.tool ?? TOOL,
    input: asked.input ?? {},
    priority: asked.priority ?? 0,
    tenant: asked.tenant,
    askedAt: asked.askedAt ?? clock.now(),
    deadline: asked.deadline ?? new Deadline(clock),
    parent: undefined,
    onWait: nothing,
  };
}

/** Runs `work` when the limiter lets it, and says how long it took. */
export async function runUnder<Answer>(
  limiter: Limiter,
  { clock, asked }: { readonly clock: Clock; readonly asked?: Asked | undefined },
  work: () => Answer | Promise<Answer>,
): Promise<Answer> {
  const answered = limiter.acquire(requestOf(clock, asked));
  const permit: Permit = answered instanceof Promise ? await answered : answered;
  permit.begin();
  const startedAt = clock.now();
  try {
    const answer = await work();
    permit.release("success", { runMs: clock.now() - startedAt });
    return answer;
  } catch (thrown) {
    permit.release("failure", { runMs: clock.now() - startedAt });
    throw thrown;
  }
}
