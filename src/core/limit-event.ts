interface LimitEventBase {
  /** When, in milliseconds since 1970, with fractions. */
  readonly at: number;
  /** The limit: `*`, a tool's name, `github.*`, `tag:llm`, `tenant:u1` … */
  readonly limit: string;
}

/** What happened to a limit. */
export type LimitEvent =
  /** Its settings were changed while the registry ran. */
  | (LimitEventBase & { readonly type: "limit.changed" })
  /** It lets nobody start for a while: a server said so, or somebody paused it. */
  | (LimitEventBase & {
      readonly type: "limit.closed";
      readonly forMs: number;
      readonly reason: string;
    })
  | (LimitEventBase & { readonly type: "limit.opened" })
  /** More wait than its high watermark, until fewer wait than its low one. */
  | (LimitEventBase & { readonly type: "limit.congested"; readonly queued: number })
  | (LimitEventBase & { readonly type: "limit.relieved"; readonly queued: number })
  /** Its adaptive concurrency changed. */
  | (LimitEventBase & {
      readonly type: "limit.adapted";
      readonly from: number;
      readonly to: number;
      /** `used`: all of it was used, and served well. `overload`: 429, 503, a timeout or slow answers. */
      readonly reason: "used" | "overload";
    })
  /** Its calls failed too often: they are refused with `CIRCUIT_OPEN` for `retryAfterMs`. */
  | (LimitEventBase & {
      readonly type: "circuit.opened";
      readonly reason: string;
      readonly retryAfterMs: number;
    })
  /** A few calls are let through, to see. */
  | (LimitEventBase & { readonly type: "circuit.half-opened" })
  | (LimitEventBase & { readonly type: "circuit.closed" });
