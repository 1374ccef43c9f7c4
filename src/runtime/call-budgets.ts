/** What calls do with the budget of their run: count, watch the time, add up tokens, learn from failures. */
import { type BudgetedCall, CallBudget } from "../core/call-budget.ts";
import type { ToolCall } from "../core/tool-call.ts";
import type { AttemptOutcome } from "../executors/executor.ts";
import { compileUsed } from "../limits/token-usage.ts";
import type { Clock } from "../time/clock.ts";
import type { Deadline } from "../time/deadline.ts";
import type { AcceptedCall } from "./accepted-call.ts";
import type { CallStory } from "./call-story.ts";
import { inputDigest } from "./input-digest.ts";

const tokensIn = compileUsed(undefined, "budget");

/** @throws TypeError when what was given as a budget is none. */
export function checkBudget(budget: unknown): void {
  if (budget === undefined || budget instanceof CallBudget) return;
  throw new TypeError("`budget` must be a CallBudget: `new CallBudget({ maxCalls: 50 })`.");
}

/** The time of a budget begins, if it has not, and ends `deadline` when it is over, if that is sooner than its end. */
export function keepToBudget(
  budget: CallBudget | undefined,
  deadline: Deadline,
  clock: Clock,
): void {
  if (budget === undefined) return;
  budget.begin(() => clock.now());
  const { wallMs } = budget.remaining();
  if (clock.now() + wallMs < deadline.expiresAt) deadline.expireAfter(wallMs, budget.outOfTime);
}

/**
 * Counts a call in. What is wrong with a call may be wrong each time, so this comes before anything is looked at.
 *
 * @throws ToolError `RATE_LIMITED` when the budget has no room for it.
 */
export function takeFromBudget({ call, options }: AcceptedCall, story: CallStory): void {
  const { budget } = options;
  if (budget === undefined) return;
  const budgeted = new CountedCall(call);
  budget.takeCall(budgeted);
  story.whenOver((result) => {
    const error = result.status === "error" ? result.error : undefined;
    budget.noteEnd(budgeted, error, result.timing.attempts);
  });
}

/** Adds what an attempt has used: what it reported is stronger than what its output says. */
export function chargeTokens(budget: CallBudget | undefined, outcome: AttemptOutcome): void {
  if (budget === undefined) return;
  const found = outcome.status === "ok" ? tokensIn(outcome.output) : undefined;
  const tokens = outcome.usage?.tokens ?? found ?? 0;
  budget.addTokens(tokens);
  if (outcome.status === "ok") return;
  void outcome.lingering?.then((usage) => budget.addTokens((usage?.tokens ?? 0) - tokens));
}

/** A call and its input as the model wrote it. */
class CountedCall implements BudgetedCall {
  readonly #call: ToolCall;
  #digest: string | undefined;

  constructor(call: ToolCall) {
    this.#call = call;
  }

  get name(): string {
    return this.#call.name;
  }

  digest(): string | undefined {
    return (this.#digest ??= inputDigest([this.#call.input, this.#call.malformed]));
  }
}
