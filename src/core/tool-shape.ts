/** What a tool is: a name, a description, an input schema, a function, and what it asks for. */
import type { ErrorCode } from "./error-codes.ts";
import type { ConcreteMode, ExecutionMode } from "./execution-mode.ts";
import type { FromJsonSchema, JsonSchema } from "./json-schema.ts";
import type { CallTool } from "./nested-call.ts";
import type { ToolPermissions } from "./permissions.ts";
import type { StandardSchema } from "./standard-schema.ts";
import type { ToolOrigin } from "./tool-origin.ts";
import type { UsageReport } from "./usage-report.ts";

/** What a tool promises of itself: MCP's tool hints, and one more. All false unless said. */
export interface ToolAnnotations {
  /** Changes nothing. Such a call may be run again after a crash. */
  readonly readOnly?: boolean;
  /** Doing it twice is the same as doing it once. Such a call may be run again after a crash. */
  readonly idempotent?: boolean;
  /**
   * Doing it twice with the same `idempotencyKey` is the same as doing it once. A call that has one may be tried again
   * after a failure.
   */
  readonly idempotentWithKey?: boolean;
  /** May delete or overwrite. Told to the model's host, changes nothing here. */
  readonly destructive?: boolean;
  /** Reaches the world outside. Told to the model's host, changes nothing here. */
  readonly openWorld?: boolean;
}

/** How often and how fast a failed call is tried again. */
export interface RetryPolicy {
  /** Attempts in all, the first included. 1 never retries. Integer from 1. Default 1. */
  readonly maximumAttempts?: number;
  /** Most milliseconds waited before the second attempt. Default 200. */
  readonly initialIntervalMs?: number;
  /** Factor by which that grows with each attempt. At least 1. Default 2. */
  readonly backoffCoefficient?: number;
  /** Most milliseconds waited before any attempt. Default 10_000. */
  readonly maximumIntervalMs?: number;
  /**
   * The codes after which a call is tried again. Default: whatever says that it is `retryable`. An attempt that our own
   * limits refused (`RATE_LIMITED`, `CIRCUIT_OPEN`) is tried again only when its code is listed here; one that found a
   * queue full (`QUEUE_FULL`) never, for load that was shed must not come back.
   */
  readonly retryOn?: readonly ErrorCode[];
}

/** Which part of an output that is too large is shown: its beginning, or its beginning and its end. */
export type TruncateStyle = "head" | "head-tail";

/** How far a running call has come. */
export interface ToolProgress {
  /** Steps done, growing. */
  readonly progress: number;
  /** Steps in all, when known. */
  readonly total?: number;
  /** A line for people. */
  readonly message?: string;
}

/** What a tool is given besides its input. Every member works in every mode. */
export interface ToolContext {
  /** Aborts when the call is cancelled or out of time; its reason is a ToolError. */
  readonly signal: AbortSignal;
  /** The provider's id of the call. Models repeat ids; use `attemptId` to tell calls apart. */
  readonly callId: string;
  /** Unique to this attempt of this call. */
  readonly attemptId: string;
  /** Which attempt this is, from 1. */
  readonly attempt: number;
  /** The name the tool is registered under. */
  readonly toolName: string;
  /** Where this runs. */
  readonly mode: ConcreteMode;
  /** Which worker this runs in; undefined on the event loop. */
  readonly workerId: string | undefined;
  /** On whose behalf, if the caller said. */
  readonly tenant: string | undefined;
  /** The caller's key to recognise a repeated effect by. */
  readonly idempotencyKey: string | undefined;
  /** Whatever the caller passed as `context`. */
  readonly context: unknown;
  /** Says how far the call has come; becomes a `tool.progress` event. */
  readonly progress: (update: ToolProgress) => void;
  /**
   * Runs another tool of the registry: `await call("math.add", { a: 1, b: 2 })`. Resolves with its output, rejects with
   * its ToolError, or a TypeError when an option is wrong. It goes the way of every call; priority, tenant, `context` and
   * budget are this call's. When this call ends, for whatever reason, the calls that it made and that still run are
   * cancelled (`CALL_CANCELLED`); so is one that is made later.
   */
  readonly call: CallTool;
  /**
   * Says what this call has used; a number means tokens. Several reports add up, and the last `remaining` counts. It
   * reaches the limits with the call's result, also when it fails; what a worker that dies had been told is lost.
   *
   * @throws TypeError when a number is negative or none.
   */
  readonly reportUsage: (usage: number | UsageReport) => void;
}

/** A schema for a tool's input or output: any Standard Schema, or JSON Schema as an object. */
export type ToolSchema = StandardSchema | JsonSchema;

/** What a tool's function receives when its input has this schema. */
export type SchemaValue<Schema> =
  Schema extends StandardSchema<infer _Input, infer Output> ? Output : FromJsonSchema<Schema>;

/** A tool as the registry keeps it. Make one with {@link defineTool}. */
export interface Tool {
  /** Unique in a registry; any characters. Dots separate namespaces. */
  readonly name: string;
  /** Tells the model what the tool does. */
  readonly description: string;
  /** What the input must look like. */
  readonly input: ToolSchema;
  /** The JSON Schema of `input`, for libraries that cannot write their own (valibot). */
  readonly inputJsonSchema?: object | undefined;
  /** What the output must look like. Left out: anything. */
  readonly output?: ToolSchema | undefined;
  /** Most milliseconds of one attempt, from its start. `Infinity` for none. Default 30_000. */
  readonly timeoutMs?: number | undefined;
  /** Whether `timeoutMs` starts anew with each progress that the tool reports. Default false. */
  readonly resetTimeoutOnProgress?: boolean | undefined;
  /** Most milliseconds of CPU time of one attempt. Enforced in worker modes. Default: no limit. */
  readonly maxCpuMs?: number | undefined;
  /**
   * Most bytes of its output that a model gets, at least 512: UTF-8 bytes of text or of JSON, images and the like as
   * base64. What is more is kept for `read_result`. `Infinity` for no limit. Default: the registry's `results.maxBytes`.
   */
  readonly maxResultBytes?: number | undefined;
  /** What is left of a larger output: its beginning, or beginning and end. Default: the registry's `results.truncate`. */
  readonly truncate?: TruncateStyle | undefined;
  /** When a failed call is tried again. Default: never. */
  readonly retry?: RetryPolicy | undefined;
  /** What the tool promises of itself. */
  readonly annotations?: ToolAnnotations | undefined;
  /** Words to select tools by. */
  readonly tags?: readonly string[] | undefined;
  /** Where it runs unless the call says otherwise. Default: the registry's mode. */
  readonly mode?: ExecutionMode | undefined;
  /**
   * The only rights it has. With them it runs in mode `process` alone, the one that can hold it to them. Default:
   * everything is allowed.
   */
  readonly permissions?: ToolPermissions | undefined;
  /** How another place can load it. Sources set this. Default: a closure. */
  readonly origin?: ToolOrigin | undefined;
  /** Does the work. What it returns is the output; what it throws makes the call fail. */
  execute(input: never, context: ToolContext): unknown;
}
