/** JSON Schema as data, and the TypeScript type that a literal schema stands for. */

/** A JSON Schema object, draft 2020-12 unless its `$schema` says otherwise. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * The type of a value that a literal JSON Schema accepts: `const`, `enum`, `type` (also a list of
 * types, and `nullable`), `properties`, `required`, `additionalProperties`, `items`, `anyOf` and
 * `oneOf`. What it does not read (`$ref`, `allOf`, …) becomes `unknown`; a property with a default is
 * there, for defaults are filled in before the tool sees its input.
 */
export type FromJsonSchema<Schema> = Schema extends { readonly const: infer Value }
  ? Value
  : Schema extends { readonly enum: readonly (infer Value)[] }
    ? Value
    : Schema extends { readonly type: infer Type }
      ? FromTypes<Schema, Type> | (Schema extends { readonly nullable: true } ? null : never)
      : Schema extends { readonly properties: object }
        ? FromObject<Schema>
        : Schema extends { readonly anyOf: readonly (infer Branch)[] }
          ? FromJsonSchema<Branch>
          : Schema extends { readonly oneOf: readonly (infer Branch)[] }
            ? FromJsonSchema<Branch>
            : unknown;

interface ScalarTypes {
  string: string;
  number: number;
  integer: number;
  boolean: boolean;
  null: null;
}

/** `type` is one type or a list of them. */
type FromTypes<Schema, Type> = Type extends readonly (infer Member)[]
  ? FromType<Schema, Member>
  : FromType<Schema, Type>;

type FromType<Schema, Type> = Type extends keyof ScalarTypes
  ? ScalarTypes[Type]
  : Type extends "array"
    ? FromArray<Schema>
    : Type extends "object"
      ? FromObject<Schema>
      : unknown;

type FromArray<Schema> = Schema extends { readonly items: infer Item }
  ? FromJsonSchema<Item>[]
  : unknown[];

type FromObject<Schema> = Schema extends { readonly properties: infer Properties }
  ? FromProperties<Properties, Schema extends { readonly required: infer Keys } ? Keys : []>
  : Schema extends { readonly additionalProperties: infer Value }
    ? Record<string, Value extends false ? never : FromJsonSchema<Value>>
    : Record<string, unknown>;

type FromProperties<Properties, Required> = Flatten<
  {
    -readonly [Key in RequiredKeys<Properties, Required>]: FromJsonSchema<Properties[Key]>;
  } & {
    -readonly [
      Key in Exclude<keyof Properties, RequiredKeys<Properties, Required>>
    ]?: FromJsonSchema<Properties[Key]>;
  }
>;

type RequiredKeys<Properties, Required> = Extract<
  | (Required extends readonly (infer Key)[] ? Key : never)
  | {
      [Key in keyof Properties]: Properties[Key] extends { readonly default: unknown }
        ? Key
        : never;
    }[keyof Properties],
  keyof Properties
>;

type Flatten<Shape> = { [Key in keyof Shape]: Shape[Key] };
