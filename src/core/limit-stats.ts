/** What `registry.stats().limits` tells of each limit. */

/** A rate of a limit, of starts or of tokens. */
export interface RateStats {
  readonly counts: "requests" | "tokens";
  readonly kind: "sliding" | "fixed" | "bucket";
  readonly limit: number;
  readonly perMs: number;
  /** What may start now. May be below 0 when more tokens were used than estimated. */
  readonly remaining: number;
}

/** A tenant's part of a limit. */
export interface TenantStats {
  /** Empty for calls without a tenant. */
  readonly tenant: string;
  readonly weight: number;
  readonly running: number;
  readonly queued: number;
  /** Attempts it has started. */
  readonly started: number;
  /** Of what all tenants were served here, how much it was: 0 to 1. */
  readonly share: number;
}

/** A resource that calls read and write in turn. */
export interface KeyStats {
  readonly key: string;
  readonly readers: number;
  readonly writers: number;
  /** Calls that wait for it. */
  readonly queued: number;
}

/** The circuit breaker of a limit. */
export interface BreakerStats {
  readonly state: "closed" | "open" | "half-open";
  /** Failures that count at the moment. */
  readonly failures: number;
  /** Milliseconds until a call may be let through; 0 when one may. */
  readonly retryAfterMs: number;
}

/** One limit: what runs, what waits, and for how long. */
export interface LimitStats {
  /**
   * `*`, a tool's name, `github.*`, `source:github`, `tag:llm`, `tenant:u1`, or `fetch[example.org]` for a key. Of the
   * limits for tenants, and of those for keys of one scope, the 100 busiest are told one by one; `tenant:…` and
   * `fetch[…]` are the others together.
   */
  readonly limit: string;
  /** Of how many limits these are the sums; undefined for one limit. They say nothing of `rates` and `closedForMs`. */
  readonly sumOf?: number;
  readonly running: number;
  /** Most attempts at once; undefined when they are not limited. */
  readonly concurrency: number | undefined;
  /** Attempts that wait and that this limit applies to, whatever holds them. */
  readonly queued: number;
  /** Attempts that wait for this limit itself. */
  readonly held: number;
  /** How long the first of `queued` has waited, in milliseconds. */
  readonly oldestWaitMs: number;
  readonly started: number;
  readonly refused: number;
  readonly rates: readonly RateStats[];
  /** Milliseconds until it opens again; 0 when it is open. */
  readonly closedForMs: number;
  readonly breaker: BreakerStats | undefined;
  /** Those that have, or lately had, calls here, busiest first; at most 100. */
  readonly tenants: readonly TenantStats[];
  /** Resources in use, most waited for first; at most 100. */
  readonly keys: readonly KeyStats[];
}
