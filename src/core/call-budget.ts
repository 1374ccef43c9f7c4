import type { ErrorCode } from "./error-codes.ts";
import { ToolError } from "./tool-error.ts";

/** What a run may use. What is left out is not limited, but for `maxSameFailures`. */
export interface CallBudgetOptions {
  /** Most calls, those that tools make themselves included. Integer from 1. Default Infinity. */
  readonly maxCalls?: number | undefined;
  /** Most milliseconds from the first use on, whether calls run or not. Above 0. Default Infinity. */
  readonly maxWallMs?: number | undefined;
  /**
   * Most tokens, as calls report them by `context.reportUsage` or in `usage.total_tokens` of their outputs. Those
   * that run when it is used up are let end. Integer from 1. Default Infinity.
   */
  readonly maxTokens?: number | undefined;
  /**
   * How often a tool may fail with the same input, with no success in between, before such a call is refused.
   * Integer from 1; Infinity: never refused. Default 3.
   */
  readonly maxSameFailures?: number | undefined;
}

/** What a run has used, or has left. */
export interface BudgetAmounts {
  readonly calls: number;
  /** Milliseconds since the first use. */
  readonly wallMs: number;
  readonly tokens: number;
}

/** A call as loop detection knows it: by its name and its input, whose digest is made only when it matters. */
export interface BudgetedCall {
  readonly name: string;
  /** Undefined when the input cannot be told from others. */
  digest(): string | undefined;
}

/** Says how busy things are, or that nobody wants it any more; nothing about the input. */
const NO_FAULT_OF_INPUT: ReadonlySet<ErrorCode> = new Set([
  "QUEUE_FULL",
  "RATE_LIMITED",
  "CIRCUIT_OPEN",
  "CALL_CANCELLED",
]);

/**
 * What one run of an agent may use: calls, time, tokens, and failures of one and the same call. Pass it as `budget`
 * with every batch of the run. What goes beyond it fails at once with `RATE_LIMITED`, not retryable, and `details`
 * that name the budget: `calls`, `wallMs`, `tokens` or `sameFailures`.
 *
 * @example
 * ```ts
 * const budget = new CallBudget({ maxCalls: 50, maxWallMs: 120_000 });
 * const results = await registry.executeToolCalls(message.tool_calls, { budget });
 * budget.remaining().calls;
 * ```
 */
export class CallBudget {
  readonly #maxCalls: number;
  readonly #maxWallMs: number;
  readonly #maxTokens: number;
  readonly #maxSameFailures: number;
  #calls = 0;
  #tokens = 0;
  /** The time since the first use. */
  #elapsed = (): number => 0;
  #isUsed = false;
  /** By name, then by the digest of the input. */
  readonly #failures = new Map<string, Map<string, number>>();

  /** @throws TypeError when an option is unknown or out of range. */
  constructor(options: CallBudgetOptions = {}) {
    const { maxCalls, maxWallMs, maxTokens, maxSameFailures, ...others } = options;
    const [unknown] = Object.keys(others);
    if (unknown !== undefined) throw new TypeError(`CallBudget: \`${unknown}\` is unknown.`);
    this.#maxCalls = readCount("maxCalls", maxCalls, Infinity);
    this.#maxTokens = readCount("maxTokens", maxTokens, Infinity);
    this.#maxSameFailures = readCount("maxSameFailures", maxSameFailures, 3);
    if (maxWallMs !== undefined && !(typeof maxWallMs === "number" && maxWallMs > 0)) {
      throw new TypeError("CallBudget: `maxWallMs` must be a number above 0.");
    }
    this.#maxWallMs = maxWallMs ?? Infinity;
  }

  /** What the run has used so far. Calls that were refused for the budget do not count. */
  get used(): BudgetAmounts {
    return { calls: this.#calls, wallMs: this.#elapsed(), tokens: this.#tokens };
  }

  /** What is left; Infinity where there is no limit, never below 0. */
  remaining(): BudgetAmounts {
    const { calls, wallMs, tokens } = this.used;
    return {
      calls: this.#maxCalls - calls,
      wallMs: Math.max(0, this.#maxWallMs - wallMs),
      tokens: Math.max(0, this.#maxTokens - tokens),
    };
  }

  /** Starts its time, at the first use. @internal */
  begin(now: () => number): void {
    if (this.#isUsed) return;
    this.#isUsed = true;
    const startedAt = now();
    this.#elapsed = () => now() - startedAt;
  }

  /** Counts a call in. @throws ToolError `RATE_LIMITED` when the budget has no room for it. @internal */
  takeCall(call: BudgetedCall): void {
    if (this.#calls >= this.#maxCalls) throw this.#spent("calls", this.#maxCalls, this.#calls);
    if (this.#tokens >= this.#maxTokens) throw this.#spent("tokens", this.#maxTokens, this.#tokens);
    this.#refuseLoop(call);
    this.#calls += 1;
  }

  /** Learns how a call ended. @internal */
  noteEnd(call: BudgetedCall, error: ToolError | undefined, attempts: number): void {
    if (this.#maxSameFailures === Infinity) return;
    if (error === undefined) this.#forgetFailures(call);
    else if (isItsOwnFailure(error, attempts)) this.#noteFailure(call);
  }

  /** Adds tokens that a call has used. @internal */
  addTokens(tokens: number): void {
    if (tokens > 0) this.#tokens += tokens;
  }

  /** The error of calls that its time has run out for. @internal */
  readonly outOfTime = (): ToolError =>
    this.#spent("wallMs", this.#maxWallMs, Math.round(this.used.wallMs));

  #spent(budget: "calls" | "wallMs" | "tokens", limit: number, used: number): ToolError {
    const what = { calls: "calls", wallMs: "milliseconds", tokens: "tokens" }[budget];
    return new ToolError(
      "RATE_LIMITED",
      `The budget of this run is used up: ${used} of ${limit} ${what}. Answer with what there is.`,
      { details: { budget, limit, used }, retryable: false },
    );
  }

  #refuseLoop(call: BudgetedCall): void {
    const { name } = call;
    const ofTool = this.#failures.get(name);
    if (ofTool === undefined) return;
    const failures = ofTool.get(call.digest() ?? "") ?? 0;
    if (failures < this.#maxSameFailures) return;
    throw new ToolError(
      "RATE_LIMITED",
      `${name} has failed ${failures} times with this very input in this run. Change the input, or try another tool.`,
      {
        details: { budget: "sameFailures", limit: this.#maxSameFailures, used: failures },
        retryable: false,
      },
    );
  }

  #noteFailure(call: BudgetedCall): void {
    const { name } = call;
    const key = call.digest();
    if (key === undefined) return;
    const ofTool = this.#failures.get(name) ?? new Map<string, number>();
    this.#failures.set(name, ofTool);
    ofTool.set(key, (ofTool.get(key) ?? 0) + 1);
  }

  #forgetFailures(call: BudgetedCall): void {
    const { name } = call;
    const ofTool = this.#failures.get(name);
    if (ofTool === undefined) return;
    ofTool.delete(call.digest() ?? "");
    if (ofTool.size === 0) this.#failures.delete(name);
  }
}

function isItsOwnFailure({ code }: ToolError, attempts: number): boolean {
  // A call that ran out of time before it began waited for others.
  return code === "DEADLINE_EXCEEDED" ? attempts > 0 : !NO_FAULT_OF_INPUT.has(code);
}

function readCount(field: string, value: number | undefined, byDefault: number): number {
  const count = value ?? byDefault;
  if (count === Infinity || (Number.isInteger(count) && count >= 1)) return count;
  throw new TypeError(`CallBudget: \`${field}\` must be an integer from 1, or Infinity.`);
}
