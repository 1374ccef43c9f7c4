/** What a call used, as the one who served it says. */
export interface UsageReport {
  /** Tokens used in all, prompt and answer. */
  readonly tokens?: number | undefined;
  /** What the server says is left; it may lower what we believe, never raise it. */
  readonly remaining?:
    | {
        readonly requests?: number | undefined;
        readonly tokens?: number | undefined;
        /** Milliseconds until the server counts afresh. Default: the shortest window of the limit's rates. */
        readonly resetMs?: number | undefined;
      }
    | undefined;
}
