/** Errors as plain data, to cross into and out of workers with name, message, stack and causes. */
import { ERROR_CODES, type ErrorCode } from "./error-codes.ts";
import { ToolError } from "./tool-error.ts";

/** Longest chain of causes that is kept; deeper ones are cut, so a cycle ends too. */
const MAX_CAUSES = 8;

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

/** Writes anything thrown as plain data. Never throws. */
export function serializeError(thrown: unknown, depth = 0): SerializedError {
  if (!(thrown instanceof Error) && !ToolError.is(thrown)) {
    return { name: "Error", message: describe(thrown), thrownValue: true };
  }
  const nested = depth < MAX_CAUSES;
  const members = (thrown as { errors?: unknown }).errors;
  return {
    name: String(thrown.name),
    message: String(thrown.message),
    stack: typeof thrown.stack === "string" ? thrown.stack : undefined,
    ...(ToolError.is(thrown) ? { tool: toolFacts(thrown) } : { properties: ownFacts(thrown) }),
    ...(nested && thrown.cause !== undefined && { cause: serializeError(thrown.cause, depth + 1) }),
    ...(nested &&
      Array.isArray(members) && {
        errors: members.map((member) => serializeError(member, depth + 1)),
      }),
  };
}

/** Makes an error again from what {@link serializeError} wrote. */
export function deserializeError(data: SerializedError): Error {
  const { name, message, stack, tool } = data;
  const options = data.cause === undefined ? {} : { cause: deserializeError(data.cause) };
  let error: Error;
  if (tool !== undefined && tool.code in ERROR_CODES) {
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

function makeError(data: SerializedError, options: ErrorOptions): Error {
  const constructors = { TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError };
  const known = constructors[data.name as keyof typeof constructors] as typeof Error | undefined;
  const error =
    data.errors === undefined
      ? new (known ?? Error)(data.message, options)
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
  return { code, details, retryable, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

function ownFacts(error: Error): Record<string, string | number | boolean> {
  const facts: Record<string, string | number | boolean> = {};
  for (const key of Object.keys(error)) {
    const value: unknown = (error as unknown as Record<string, unknown>)[key];
    if (key === "name" || key === "message" || key === "stack") continue;
    if (typeof value === "string" || typeof value === "boolean" || Number.isFinite(value)) {
      facts[key] = value as string | number | boolean;
    }
  }
  return facts;
}

function describe(thrown: unknown): string {
  try {
    return typeof thrown === "object" ? JSON.stringify(thrown) : String(thrown);
  } catch {
    return Object.prototype.toString.call(thrown);
  }
}
