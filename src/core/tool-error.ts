import { ERROR_CODES, type ErrorCode } from "./error-codes.ts";
import { thrownText } from "./thrown-text.ts";

/** Shared by every copy of this package in a process, so that {@link ToolError.is} holds across copies. */
const BRAND: unique symbol = Symbol.for("toolyard.ToolError") as never;

/** Settings of a new {@link ToolError}. */
export interface ToolErrorOptions {
  /** What a program may want to know: paths, limits, exit codes. Must survive JSON. Default `{}`. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** What led to it. */
  readonly cause?: unknown;
  /** Whether trying again can help. Default: what {@link ERROR_CODES} says of the code. */
  readonly retryable?: boolean;
  /** Milliseconds to wait before trying again, where it is known. */
  readonly retryAfterMs?: number;
}

/**
 * A failed tool call.
 *
 * Test with {@link ToolError.is} rather than `instanceof`: it also holds for errors from another
 * copy of this package or from another thread.
 */
export class ToolError extends Error {
  override readonly name = "ToolError";
  /** What kind of failure it is; closed list, safe to switch on. */
  readonly code: ErrorCode;
  /** Facts for programs: paths, limits, exit codes. */
  readonly details: Readonly<Record<string, unknown>>;
  /** Whether trying the same call again can help. */
  readonly retryable: boolean;
  /** Milliseconds to wait before trying again, where it is known. */
  readonly retryAfterMs: number | undefined;
  /** @internal */
  readonly [BRAND] = true;

  constructor(code: ErrorCode, message: string, options: ToolErrorOptions = {}) {
    super(message, "cause" in options ? { cause: options.cause } : {});
    this.code = code;
    this.details = options.details ?? {};
    this.retryable = options.retryable ?? ERROR_CODES[code].retryable;
    this.retryAfterMs = options.retryAfterMs;
  }

  /** Whether `value` is a ToolError from any copy of this package, optionally with a given code. */
  static is(value: unknown, code?: ErrorCode): value is ToolError {
    if (typeof value !== "object" || value === null) return false;
    try {
      return BRAND in value && (code === undefined || (value as ToolError).code === code);
    } catch {
      return false; // A proxy that has been revoked, or that lets nobody look.
    }
  }

  /** `thrown` itself when it is a ToolError, else a `TOOL_FAILED` of the named tool that has it as its cause. */
  static from(thrown: unknown, toolName: string): ToolError {
    if (ToolError.is(thrown)) return thrown;
    return new ToolError("TOOL_FAILED", `${toolName} failed: ${thrownText(thrown)}`, {
      cause: thrown,
    });
  }

  /** What a log line or an API answer carries: everything but stack and cause. */
  toJSON(): Readonly<Record<string, unknown>> {
    const { code, message, details, retryable, retryAfterMs } = this;
    return {
      code,
      message,
      details,
      retryable,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    };
  }
}
