/** What a model must know of a method before it can be a tool. */
import type {
  ExecutionMode,
  RetryPolicy,
  SchemaValue,
  ToolAnnotations,
  ToolSchema,
  TruncateStyle,
} from "../../core/tool.ts";

/** Makes a tool of a method. Write it with {@link describeMethods} to have it checked. */
export interface MethodDescription<Field extends string = string> {
  /** Tells the model what the method does. */
  readonly description: string;
  /** What the input must look like. */
  readonly input: ToolSchema;
  /** The JSON Schema of `input`, for libraries that cannot write their own (valibot). */
  readonly inputJsonSchema?: object | undefined;
  /** What the output must look like. Left out: anything. */
  readonly output?: ToolSchema | undefined;
  /**
   * Fields of the input that become the method's arguments, in order; a missing one is `undefined`,
   * and nothing follows the last. Left out: the method is called with `(input, context)`, which is
   * the way to get at the signal and at `progress`.
   */
  readonly parameters?: readonly Field[] | undefined;
  /** The method to call. Default: the tool's name. */
  readonly method?: string | undefined;
  /** True: a static method; false: one of the instance. Default: of the instance if it has one, else static. */
  readonly static?: boolean | undefined;
  /** Most milliseconds of one attempt. Default: the registry's. */
  readonly timeoutMs?: number | undefined;
  /** Most bytes of its output that a model gets, from 512. `Infinity` for no limit. Default: the registry's. */
  readonly maxResultBytes?: number | undefined;
  /** What is left of a larger output: its beginning, or beginning and end. Default: the registry's. */
  readonly truncate?: TruncateStyle | undefined;
  /** When a failed call is tried again. Default: never. */
  readonly retry?: RetryPolicy | undefined;
  /** What the method promises. */
  readonly annotations?: ToolAnnotations | undefined;
  /** Words to select tools by. */
  readonly tags?: readonly string[] | undefined;
  /** Where it runs unless the call says otherwise. Default: the registry's mode. */
  readonly mode?: ExecutionMode | undefined;
}

/** Descriptions by tool name. */
export type MethodDescriptions = Readonly<Record<string, MethodDescription>>;

type KeyOf<Value> = Value extends unknown ? Extract<keyof Value, string> : never;

type FieldOf<Schema> = unknown extends SchemaValue<Schema> ? string : KeyOf<SchemaValue<Schema>>;

/**
 * Descriptions of methods, with `parameters` checked against the fields of `input`.
 *
 * @example
 * ```ts
 * export class Calculator {
 *   static readonly tools: MethodDescriptions = describeMethods({
 *     add: {
 *       description: "Adds two numbers",
 *       input: z.object({ a: z.number(), b: z.number() }),
 *       parameters: ["a", "b"],
 *     },
 *   });
 *
 *   add(a: number, b: number): number {
 *     return a + b;
 *   }
 * }
 * ```
 */
export function describeMethods<
  const Schemas extends Readonly<Record<string, ToolSchema>>,
>(methods: {
  readonly [Name in keyof Schemas]: MethodDescription<FieldOf<Schemas[Name]>> & {
    readonly input: Schemas[Name];
  };
}): MethodDescriptions {
  return methods;
}
