/** The settings of limits, as written under `limits` in the registry's options. */

/** How a rate counts. */
export type RateKind = "sliding" | "fixed" | "bucket";

/** At most `limit` in `perMs`. */
export interface RateOptions {
  /** Most starts, or tokens, in a window. Above 0; an integer for starts. */
  readonly limit: number;
  /** Length of the window in milliseconds. Above 0, at most 31 days. `fixed` also takes `minute`, `hour`, `day`. */
  readonly per?: "second" | "minute" | "hour" | "day" | undefined;
  /** The same in milliseconds. One of `per` and `perMs`, not both. */
  readonly perMs?: number | undefined;
  /**
   * `sliding` (default): never more than `limit` in any window, wherever it begins. `fixed`: windows by the calendar,
   * as quotas per day are counted. `bucket`: `limit` at once, refilled evenly.
   */
  readonly kind?: RateKind | undefined;
  /** `bucket`: most that can be saved up. Default `limit`. */
  readonly burst?: number | undefined;
  /** `fixed`: whose calendar, an IANA name such as `America/Los_Angeles`. Default `UTC`. */
  readonly timeZone?: string | undefined;
}

/** At most `limit` tokens in a window. A call reserves its estimate and is settled with what it used. */
export interface TokenRateOptions extends RateOptions {
  /** Tokens a call is taken to use before it is known: a number, or a function of its input. Default 1_000. */
  readonly estimate?: number | ((input: unknown) => number) | undefined;
  /**
   * Where the tokens used are found in an output: a path such as `usage.total_tokens`, or a function. Default
   * `usage.total_tokens`. `context.reportUsage` is stronger. Unknown: the estimate stands.
   */
  readonly used?: string | ((output: unknown) => number | undefined) | undefined;
}

/** The limits of a provider, in the shape its documents give them. */
export interface PresetOptions {
  /** Whose limits. */
  readonly provider: "openai" | "azure-openai" | "anthropic" | "gemini" | "mistral" | "groq";
  /** Requests per minute, and per day. */
  readonly rpm?: number | undefined;
  readonly rpd?: number | undefined;
  /** Tokens per minute, and per day. */
  readonly tpm?: number | undefined;
  readonly tpd?: number | undefined;
  /** As in {@link TokenRateOptions}. */
  readonly estimate?: TokenRateOptions["estimate"];
  readonly used?: TokenRateOptions["used"];
}

/** What happens to attempts that must wait. */
export interface QueueOptions {
  /** Most that may wait. Integer from 0. Default Infinity. */
  readonly max?: number | undefined;
  /**
   * What happens to one more. `reject` (default): it gets `QUEUE_FULL`. `block`: it waits outside, in order of
   * arrival, until there is room; a stream pulls no further meanwhile. `drop-oldest`: the one that has waited longest
   * gets `QUEUE_FULL`. `shed-lowest`: the least urgent does, which may be the newcomer.
   */
  readonly onFull?: "block" | "reject" | "drop-oldest" | "shed-lowest" | undefined;
  /** Most milliseconds an attempt may wait; then it gets `QUEUE_FULL`. Default Infinity. */
  readonly timeoutMs?: number | undefined;
  /** `limit.congested` is told when this many wait. Default 80 % of `max`; none without `max`. */
  readonly high?: number | undefined;
  /** `limit.relieved` is told when no more than this many do afterwards. Default half of `high`. */
  readonly low?: number | undefined;
}

/** A concurrency that finds itself: additive increase, multiplicative decrease (AIMD; Chiu and Jain, 1989). */
export interface AdaptiveOptions {
  /** Never below. Integer from 1. Default 1. */
  readonly min?: number | undefined;
  /** Never above. Integer from `min`. Default: the limit's `concurrency`, else 256. */
  readonly max?: number | undefined;
  /** Where it begins. Default: halfway, at most 16. */
  readonly initial?: number | undefined;
  /** An answer that takes longer counts as overload. Default: none does. */
  readonly latencyMs?: number | undefined;
  /** What is left after overload, as a factor above 0 and below 1. Default 0.7. */
  readonly backoff?: number | undefined;
}

/** When calls are refused because they keep failing. */
export interface BreakerOptions {
  /** Failures in a row that open it. Integer from 1. Default 5, unless `failureRate` is given. */
  readonly failures?: number | undefined;
  /** Or: the part of the calls of `windowMs` that fail, above 0 and at most 1. */
  readonly failureRate?: number | undefined;
  /** With `failureRate`: what is looked at, in milliseconds. Default 30_000. */
  readonly windowMs?: number | undefined;
  /** With `failureRate`: fewer calls than this in the window say nothing. Default 10. */
  readonly minimumCalls?: number | undefined;
  /** How long it stays open before calls are tried, in milliseconds. Default 30_000. */
  readonly openForMs?: number | undefined;
  /** How many may be tried at once, and must succeed to close it. Default 1. */
  readonly probes?: number | undefined;
}

/** Keeps retries from multiplying load when everything fails. */
export interface RetryBudgetOptions {
  /** Most retries as a part of the calls of the last ten seconds. Above 0. Default 0.2. */
  readonly ratio?: number | undefined;
  /** Retries per second that are always allowed. Default 1. */
  readonly minPerSecond?: number | undefined;
}

/** Answers kept for identical calls. Only of tools that are `readOnly`. */
export interface CacheOptions {
  /** How long an answer is good, in milliseconds. Above 0. */
  readonly ttlMs: number;
  /** Most answers kept; the one least recently used goes. Default 1_000. */
  readonly maxEntries?: number | undefined;
}

/** How calls start again after nobody could: one, then two, then four … in each step. */
export interface SlowStartOptions {
  /** Length of a step in milliseconds. Default 50. */
  readonly stepMs?: number | undefined;
  /** The first start is put off by up to this long, by chance. Default 50. */
  readonly jitterMs?: number | undefined;
}

/** What a call touches: a text, several, or none. */
export type ResourceKeys = string | readonly string[] | undefined;

/** What may be limited about the calls of a scope. */
export interface LimitOptions {
  /** Most attempts at once. Integer from 1; Infinity for no limit. */
  readonly concurrency?: number | undefined;
  /** Lets the concurrency find itself between bounds. `true`: with all defaults. */
  readonly adaptive?: AdaptiveOptions | boolean | undefined;
  /** Most starts in a window; several hold together. */
  readonly rate?: RateOptions | readonly RateOptions[] | undefined;
  /** Most tokens in a window; several hold together. */
  readonly tokens?: TokenRateOptions | readonly TokenRateOptions[] | undefined;
  /** The rates and tokens of a provider. Added to those given. */
  readonly preset?: PresetOptions | undefined;
  /**
   * What a call touches, as a function of its parsed input or a text with `{field}`s: `file:{path}`. With
   * `concurrency`, `rate` or `tokens` these count per key. Otherwise, or with `access`, calls that read a key run
   * together and those that write it alone, in the order they came.
   */
  readonly key?: string | ((input: never) => ResourceKeys) | undefined;
  /** Whether calls read or write their keys. Default: `read` for tools that are `readOnly`, else `write`. */
  readonly access?: "read" | "write" | undefined;
  /** What happens to those that must wait. */
  readonly queue?: QueueOptions | undefined;
  /**
   * Of `concurrency`, how many are kept for whom: `tenant:NAME` or `tag:NAME`. Lent to others while not used; the next
   * one that is free goes to whom it is kept for.
   */
  readonly reserved?: Readonly<Record<string, number>> | undefined;
  /** Whether others may use what is reserved while it is not used. Default true. */
  readonly lend?: boolean | undefined;
  /** Refuses calls that keep failing. `true`: with all defaults. */
  readonly breaker?: BreakerOptions | boolean | undefined;
  /** How calls start after the limit was closed, a fixed window began, or a breaker half-opened. `false`: all at once. */
  readonly slowStart?: SlowStartOptions | boolean | undefined;
  /** Most retries. Default for `"*"`: a fifth of the calls; `false` for no limit. */
  readonly retryBudget?: RetryBudgetOptions | boolean | undefined;
  /** Calls that are identical and run at the same time share one execution. Tools that are `readOnly` only. */
  readonly dedupe?: boolean | undefined;
  /** Keeps answers. Tools that are `readOnly` only. `false`: not these, though a wider limit says so. */
  readonly cache?: CacheOptions | false | undefined;
  /**
   * For `"*"` alone: milliseconds that one step of priority is worth. A call of priority 1 is served like one of
   * priority 0 that came so much later: it waits behind those that came at most this long after it. Default 10_000.
   */
  readonly ageingMs?: number | undefined;
}

/** The limits of each tenant, and its weight. Tenants are told apart by the `tenant` of their calls. */
export interface TenantLimitOptions extends Omit<
  LimitOptions,
  "key" | "access" | "reserved" | "lend" | "ageingMs" | "dedupe" | "cache" | "retryBudget"
> {
  /** Its share when there is not enough for all: a number, numbers by tenant, or a function. Above 0. Default 1. */
  readonly weight?:
    | number
    | Readonly<Record<string, number>>
    | ((tenant: string) => number)
    | undefined;
}

/**
 * Limits by scope. `"*"`: every call. A tool's name; a pattern over names, where `*` stands for anything
 * (`github.*`); `source:pets`, the tools of a namespace; `tag:llm`; `tenant`: each tenant by itself. A call is under
 * every limit whose scope it is in.
 */
export type LimitsOptions = Readonly<
  Record<string, LimitOptions | TenantLimitOptions | undefined>
> & {
  readonly tenant?: TenantLimitOptions | undefined;
};

/** Attempts at once over all tools, unless `limits["*"].concurrency` says otherwise. */
export const DEFAULT_CONCURRENCY = 256;
