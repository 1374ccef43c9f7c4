/** Errors as plain data, to cross into and out of workers with name, message, stack and causes. */
import { ERROR_CODES, type ErrorCode } from "./error-codes.ts";
import { isError, thrownText } from "./thrown-text.ts";
import { ToolError } from "./tool-error.ts";

/** Longest chain of causes that is kept; deeper ones are cut, so a cycle ends too. */
const MAX_CAUSES = 8;

/** Most errors kept of one that was thrown: causes and members of AggregateErrors together. */
const MAX_ERRORS = 64;

/** An error, or anything else thrown, as JSON can say it. */
export interface SerializedError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string | undefined;
  /** Present when it is a {@link ToolError}. */
  readonly tool?: {
    readonly code: ErrorCode;
    readonly details: Readonly<Record<string, unknown>>;
    readonly retryable: boolean;
    readonly retryAfterMs?: number | undefined;
  };
  /** Own properties that are strings, numbers or booleans: `code`, `status`, `errno`, … */
  readonly properties?: Readonly<Record<string, string | number | boolean>>;
  readonly cause?: SerializedError;
  /** The members of an AggregateError. */
  readonly errors?: readonly SerializedError[];
  /** True when what was thrown is not an error; `message` is then its text. */
  readonly thrownValue?: true;
}

/** How much more may be written of what was thrown. */
interface Budget {
  errors: number;
}

/** Writes anything thrown as plain data. Never throws. */
export function serializeError(thrown: unknown): SerializedError {
  return write(thrown, 0, { errors: MAX_ERRORS });
}

function write(thrown: unknown, depth: number, budget: Budget): SerializedError {
  budget.errors -= 1;
  try {
    if (!isError(thrown) && !ToolError.is(thrown)) return unreadable(thrown);
    return {
      name: textOf(thrown.name),
      message: textOf(thrown.message),
      stack: typeof thrown.stack === "string" ? thrown.stack : undefined,
      ...(ToolError.is(thrown) ? { tool: toolFacts(thrown) } : { properties: ownFacts(thrown) }),
      ...(depth < MAX_CAUSES && nestedErrors(thrown, depth + 1, budget)),
    };
  } catch {
    return unreadable(thrown);
  }
}

function unreadable(thrown: unknown): SerializedError {
  return { name: "Error", message: thrownText(thrown), thrownValue: true };
}

function nestedErrors(
  thrown: Error,
  depth: number,
  budget: Budget,
): Pick<SerializedError, "cause" | "errors"> {
  const { cause, errors } = thrown as { readonly cause?: unknown; readonly errors?: unknown };
  const members: SerializedError[] = [];
  for (const member of Array.isArray(errors) ? errors : []) {
    if (budget.errors > 0) members.push(write(member, depth, budget));
  }
  return {
    ...(cause !== undefined && budget.errors > 0 && { cause: write(cause, depth, budget) }),
    ...(Array.isArray(errors) && { errors: members }),
  };
}

/** Makes an error again from what {@link serializeError} wrote. */
export function deserializeError(data: SerializedError): Error {
  const { name, message, stack, tool } = data;
  const options = data.cause === undefined ? {} : { cause: deserializeError(data.cause) };
  let error: Error;
  if (tool !== undefined && Object.hasOwn(ERROR_CODES, tool.code)) {
    const { retryAfterMs, ...facts } = tool;
    const known = retryAfterMs === undefined ? {} : { retryAfterMs };
    error = new ToolError(tool.code, message, { ...facts, ...known, ...options });
  } else {
    error = makeError(data, options);
    if (error.name !== name) define(error, "name", name);
  }
  define(error, "stack", stack ?? `${name}: ${message}`);
  return error;
}

const CONSTRUCTORS: ReadonlyMap<string, typeof Error> = new Map<string, typeof Error>([
  ["TypeError", TypeError],
  ["RangeError", RangeError],
  ["SyntaxError", SyntaxError],
  ["ReferenceError", ReferenceError],
  ["EvalError", EvalError],
  ["URIError", URIError],
]);

function makeError(data: SerializedError, options: ErrorOptions): Error {
  const error =
    data.errors === undefined
      ? new (CONSTRUCTORS.get(data.name) ?? Error)(data.message, options)
      : new AggregateError(data.errors.map(deserializeError), data.message, options);
  return Object.assign(error, data.properties);
}

function define(error: Error, key: string, value: string): void {
  Object.defineProperty(error, key, {
    value,
    configurable: true,
    writable: true,
    enumerable: false,
  });
}

function toolFacts(error: ToolError): NonNullable<SerializedError["tool"]> {
  const { code, details, retryable, retryAfterMs } = error;
  const known = Number.isFinite(retryAfterMs) ? { retryAfterMs } : {};
  return { code, details: asJson(details), retryable, ...known };
}

/** `details` as they come out of JSON; empty when they cannot be written, so that the error still crosses. */
function asJson(details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(JSON.stringify(details)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** Said elsewhere in a {@link SerializedError}. */
const KNOWN_KEYS = new Set(["name", "message", "stack", "cause", "errors"]);

function ownFacts(error: Error): Record<string, string | number | boolean> {
  const facts: Record<string, string | number | boolean> = {};
  for (const [key, value] of Object.entries(error as unknown as Record<string, unknown>)) {
    if (KNOWN_KEYS.has(key)) continue;
    if (typeof value === "string" || typeof value === "boolean" || Number.isFinite(value)) {
      facts[key] = value as string | number | boolean;
    }
  }
  return facts;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : thrownText(value);
}
