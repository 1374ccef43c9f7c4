/** What a tool is: a name, a description, an input schema, and a function. */
import type { FromJsonSchema, JsonSchema } from "./json-schema.ts";
import type { StandardSchema } from "./standard-schema.ts";
import { unknownFieldProblem } from "./unknown-field.ts";

/** Marks values made by {@link defineTool}, also across copies of this package. */
const TOOL_BRAND: unique symbol = Symbol.for("toolyard.Tool") as never;

/** Every execution mode, in the order they are shown. */
export const EXECUTION_MODES = ["auto", "async", "thread", "process"] as const;

/**
 * Where a call runs: `async` on the event loop, `thread` in a worker thread, `process` in a child
 * process. `auto` follows the tool's origin: closures run `async`, module tools in `process`.
 */
export type ExecutionMode = (typeof EXECUTION_MODES)[number];

/** A mode that names a place: what `auto` resolves to. */
export type ConcreteMode = Exclude<ExecutionMode, "auto">;

/** What a tool promises of itself: MCP's tool hints. All false unless said. */
export interface ToolAnnotations {
  /** Changes nothing. Such a call may be run again after a crash. */
  readonly readOnly?: boolean;
  /** Doing it twice is the same as doing it once. Such a call may be run again after a crash. */
  readonly idempotent?: boolean;
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
}

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
}

/** A schema for a tool's input or output: any Standard Schema, or JSON Schema as an object. */
export type ToolSchema = StandardSchema | JsonSchema;

/** What a tool's function receives when its input has this schema. */
export type SchemaValue<Schema> =
  Schema extends StandardSchema<infer _Input, infer Output> ? Output : FromJsonSchema<Schema>;

/**
 * How another thread or process can get hold of a tool.
 *
 * `closure`: it cannot. `module`: it imports `url` and takes `exportName`; where that is a class or
 * an object, it calls `method` of it, and where it is a list or record of tools, it takes the one
 * named `toolName`.
 */
export type ToolOrigin =
  | { readonly kind: "closure" }
  | {
      readonly kind: "module";
      readonly url: string;
      readonly exportName: string;
      readonly member: ModuleMember;
    };

/** Which part of a module's export a tool is. */
export type ModuleMember =
  | { readonly kind: "tool" }
  | { readonly kind: "tool-in-collection"; readonly toolName: string }
  | {
      readonly kind: "method";
      readonly method: string;
      /** On the class's one instance, on the class itself (or the class of an object), on the object. */
      readonly on: "instance" | "class" | "object";
      /** Fields of the input to pass in order, without the context; undefined: `(input, context)`. */
      readonly parameters: readonly string[] | undefined;
    };

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
  /** When a failed call is tried again. Default: never. */
  readonly retry?: RetryPolicy | undefined;
  /** What the tool promises of itself. */
  readonly annotations?: ToolAnnotations | undefined;
  /** Words to select tools by. */
  readonly tags?: readonly string[] | undefined;
  /** Where it runs unless the call says otherwise. Default: the registry's mode. */
  readonly mode?: ExecutionMode | undefined;
  /** How another place can load it. Sources set this. Default: a closure. */
  readonly origin?: ToolOrigin | undefined;
  /** Does the work. What it returns is the output; what it throws makes the call fail. */
  execute(input: never, context: ToolContext): unknown;
}

/** What {@link defineTool} takes: a {@link Tool} whose function knows the type of its input. */
export interface ToolDefinition<Schema extends ToolSchema, Output> extends Omit<
  Tool,
  "input" | "origin" | "execute"
> {
  readonly input: Schema;
  /** Does the work. What it returns is the output; what it throws makes the call fail. */
  execute(input: SchemaValue<Schema>, context: ToolContext): Output | Promise<Output>;
}

/** A tool made by {@link defineTool}: a {@link Tool} that remembers its types. */
export type DefinedTool<Schema extends ToolSchema, Output> = Readonly<
  ToolDefinition<Schema, Output>
> & { readonly origin?: ToolOrigin | undefined };

const FIELDS: Readonly<Record<keyof Tool, true>> = {
  name: true,
  description: true,
  input: true,
  inputJsonSchema: true,
  output: true,
  timeoutMs: true,
  retry: true,
  annotations: true,
  tags: true,
  mode: true,
  origin: true,
  execute: true,
};

/**
 * Makes a tool whose function is typed by its input schema.
 *
 * @throws TypeError that names the field that is wrong: an empty name, no schema, a negative timeout, or
 *   a field that tools do not have.
 *
 * @example
 * ```ts
 * const add = defineTool({
 *   name: "add",
 *   description: "Adds two numbers",
 *   input: z.object({ a: z.number(), b: z.number().default(1) }),
 *   execute: ({ a, b }) => a + b,
 * });
 * ```
 */
export function defineTool<const Schema extends ToolSchema, Output>(
  definition: ToolDefinition<Schema, Output>,
): DefinedTool<Schema, Output> {
  const tool = { ...definition, [TOOL_BRAND]: true };
  checkDefinition(tool);
  const unknown = unknownFieldProblem(tool, Object.keys(FIELDS));
  if (unknown !== undefined) throw new TypeError(`Tool "${tool.name}": ${unknown}`);
  return Object.freeze(tool);
}

/** Whether `value` was made by {@link defineTool}, in this or another copy of the package. */
export function isDefinedTool(value: unknown): value is Tool {
  return typeof value === "object" && value !== null && TOOL_BRAND in value;
}

/** Whether a call of this tool may be run a second time after it may have begun. */
export function isRepeatable(tool: Pick<Tool, "annotations">): boolean {
  return tool.annotations?.readOnly === true || tool.annotations?.idempotent === true;
}

/** A tool as JavaScript may write it. */
type UncheckedTool = Omit<Tool, "execute"> & { readonly execute: unknown };

/**
 * Checks what types cannot: names, numbers and functions of a tool written in JavaScript.
 *
 * @throws TypeError that names the tool and the field.
 */
export function checkDefinition(tool: UncheckedTool): void {
  const given: unknown = tool;
  if (typeof given !== "object" || given === null) {
    throw new TypeError(`A tool must be an object, not ${given === null ? "null" : typeof given}.`);
  }
  const problem = identityProblem(tool) ?? schemaProblem(tool) ?? settingProblem(tool);
  if (problem === undefined) return;
  const named = typeof tool.name === "string" && tool.name !== "";
  throw new TypeError(`Tool ${named ? `"${tool.name}"` : "without a name"}: ${problem}`);
}

function identityProblem(tool: UncheckedTool): string | undefined {
  if (typeof tool.name !== "string" || tool.name === "") {
    return "`name` must be a string that is not empty.";
  }
  if (typeof tool.description !== "string") {
    return "`description` must be a string; the model reads it.";
  }
  return typeof tool.execute === "function" ? undefined : "`execute` must be a function.";
}

function schemaProblem({ input, output }: UncheckedTool): string | undefined {
  return (
    schemaFault("input", input) ??
    (output === undefined ? undefined : schemaFault("output", output))
  );
}

function schemaFault(field: string, schema: unknown): string | undefined {
  if (!isSchemaLike(schema)) {
    return `\`${field}\` must be a Standard Schema (zod, valibot, arktype) or a JSON Schema object.`;
  }
  if (!isEarlyZod(schema)) return undefined;
  return `\`${field}\` is a zod schema that is no Standard Schema; zod 3.25 or 4 is needed.`;
}

/** Taken for JSON Schema, it would let every value pass. */
function isEarlyZod(schema: object): boolean {
  return "_def" in schema && "parse" in schema && !("~standard" in schema);
}

function isSchemaLike(schema: unknown): schema is object {
  if (typeof schema === "function") return true;
  return typeof schema === "object" && schema !== null && !Array.isArray(schema);
}

function settingProblem({ mode, timeoutMs, tags, retry }: UncheckedTool): string | undefined {
  if (mode !== undefined && !EXECUTION_MODES.includes(mode)) {
    return `\`mode\` must be one of ${EXECUTION_MODES.join(", ")}.`;
  }
  if (timeoutMs !== undefined && !isAtLeast(timeoutMs, Number.MIN_VALUE)) {
    return "`timeoutMs` must be a number above 0.";
  }
  if (tags !== undefined && !isTextList(tags)) return "`tags` must be a list of strings.";
  return retry === undefined ? undefined : retryProblem(retry);
}

function retryProblem(retry: RetryPolicy): string | undefined {
  const { maximumAttempts = 1, initialIntervalMs = 0, backoffCoefficient = 1 } = retry;
  if (!Number.isInteger(maximumAttempts) || maximumAttempts < 1) {
    return "`retry.maximumAttempts` must be an integer from 1.";
  }
  if (!isAtLeast(initialIntervalMs, 0)) {
    return "`retry.initialIntervalMs` must be a number from 0.";
  }
  if (!isAtLeast(backoffCoefficient, 1)) {
    return "`retry.backoffCoefficient` must be a number from 1.";
  }
  if (!isAtLeast(retry.maximumIntervalMs ?? 0, 0)) {
    return "`retry.maximumIntervalMs` must be a number from 0.";
  }
  return undefined;
}

function isAtLeast(value: unknown, least: number): boolean {
  return typeof value === "number" && value >= least;
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((word) => typeof word === "string");
}
