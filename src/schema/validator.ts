/** One thing wrong with a value, and where. */
export interface ValidationIssue {
  /** Where, as a JSON Pointer (RFC 6901): `/items/0/price`; empty for the value itself. */
  readonly path: string;
  /** What is wrong, for people and models; never contains the value. */
  readonly message: string;
}

/** What parsing gave: the value with types coerced and defaults filled in, or what is wrong. */
export type ParseResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly issues: readonly ValidationIssue[] };

/** Checks values against one schema. Compiled once, used for every call. */
export interface Validator {
  /** Parses a value. Never changes the value it is given, and never throws. A promise only when the schema needs one. */
  parse(value: unknown): ParseResult | Promise<ParseResult>;
}
