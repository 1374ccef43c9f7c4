/** JSON Schema as data, and the TypeScript type that a literal schema stands for. */

/** A JSON Schema object, draft 2020-12 unless its `$schema` says otherwise. */
export type JsonSchema = Readonly<Record<string, unknown>>;

type Flatten<Shape> = { [Key in keyof Shape]: Shape[Key] };

interface JsonTypes {
  string: string;
  number: number;
  integer: number;
  boolean: boolean;
  null: null;
}

type RequiredKeys<Properties, Required> = Extract<
  | (Required extends readonly (infer Key)[] ? Key : never)
  | {
      [Key in keyof Properties]: Properties[Key] extends { default: unknown } ? Key : never;
    }[keyof Properties],
  keyof Properties
>;

type FromProperties<Properties, Required> = Flatten<
  { -readonly [Key in RequiredKeys<Properties, Required>]: FromJsonSchema<Properties[Key]> } & {
    -readonly [
      Key in Exclude<keyof Properties, RequiredKeys<Properties, Required>>
    ]?: FromJsonSchema<Properties[Key]>;
  }
>;

/**
 * The type of a value that a literal JSON Schema accepts: `type`, `properties`, `required`, `items`,
 * `enum` and `const`. What it does not read (`oneOf`, `$ref`, …) becomes `unknown`; a property with a
 * default is there, for defaults are filled in before the tool sees its input.
 */
export type FromJsonSchema<Schema> = Schema extends { readonly const: infer Value }
  ? Value
  : Schema extends { readonly enum: readonly (infer Value)[] }
    ? Value
    : Schema extends { readonly properties: infer Properties }
      ? FromProperties<Properties, Schema extends { readonly required: infer Keys } ? Keys : []>
      : Schema extends { readonly type: "array"; readonly items: infer Item }
        ? FromJsonSchema<Item>[]
        : Schema extends { readonly type: "array" }
          ? unknown[]
          : Schema extends { readonly type: infer Type extends keyof JsonTypes }
            ? JsonTypes[Type]
            : Schema extends { readonly type: "object" }
              ? Record<string, unknown>
              : unknown;
