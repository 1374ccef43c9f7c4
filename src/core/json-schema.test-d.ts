import { expectTypeOf, test } from "vitest";
import type { FromJsonSchema, JsonSchema } from "./json-schema.ts";

test("scalars, with null where the schema allows it", () => {
  expectTypeOf<FromJsonSchema<{ type: "string" }>>().toEqualTypeOf<string>();
  expectTypeOf<FromJsonSchema<{ type: "integer" }>>().toEqualTypeOf<number>();
  expectTypeOf<FromJsonSchema<{ type: readonly ["string", "null"] }>>().toEqualTypeOf<
    string | null
  >();
  expectTypeOf<FromJsonSchema<{ type: "boolean"; nullable: true }>>().toEqualTypeOf<
    boolean | null
  >();
});

test("const and enum are the values they list", () => {
  expectTypeOf<FromJsonSchema<{ const: "a" }>>().toEqualTypeOf<"a">();
  expectTypeOf<FromJsonSchema<{ type: "string"; enum: readonly ["a", "b"] }>>().toEqualTypeOf<
    "a" | "b"
  >();
});

test("an object has its required properties, those with defaults, and perhaps the others", () => {
  type Value = FromJsonSchema<{
    readonly type: "object";
    readonly properties: {
      readonly city: { readonly type: "string" };
      readonly days: { readonly type: "integer"; readonly default: 1 };
      readonly unit: { readonly enum: readonly ["c", "f"] };
      readonly place: {
        readonly type: "object";
        readonly properties: { readonly latitude: { readonly type: "number" } };
        readonly required: readonly ["latitude"];
      };
    };
    readonly required: readonly ["city"];
  }>;
  expectTypeOf<Value>().toEqualTypeOf<{
    city: string;
    days: number;
    unit?: "c" | "f";
    place?: { latitude: number };
  }>();
});

test("properties mean an object even without a type", () => {
  expectTypeOf<FromJsonSchema<{ properties: { a: { type: "number" } } }>>().toEqualTypeOf<{
    a?: number;
  }>();
});

test("a property that may be null stays optional when it is", () => {
  type Value = FromJsonSchema<{
    type: "object";
    properties: { note: { type: readonly ["string", "null"] } };
  }>;
  expectTypeOf<Value>().toEqualTypeOf<{ note?: string | null }>();
});

test("arrays and records are read to the bottom", () => {
  type Matrix = { type: "array"; items: { type: "array"; items: { type: "number" } } };
  expectTypeOf<FromJsonSchema<Matrix>>().toEqualTypeOf<number[][]>();
  expectTypeOf<FromJsonSchema<{ type: "array" }>>().toEqualTypeOf<unknown[]>();
  expectTypeOf<
    FromJsonSchema<{ type: "object"; additionalProperties: { type: "boolean" } }>
  >().toEqualTypeOf<Record<string, boolean>>();
  expectTypeOf<FromJsonSchema<{ type: "object"; additionalProperties: true }>>().toEqualTypeOf<
    Record<string, unknown>
  >();
  expectTypeOf<FromJsonSchema<{ type: "object"; additionalProperties: false }>>().toEqualTypeOf<
    Record<string, never>
  >();
  expectTypeOf<FromJsonSchema<{ type: "object" }>>().toEqualTypeOf<Record<string, unknown>>();
});

test("anyOf and oneOf are unions", () => {
  type Value = FromJsonSchema<{
    anyOf: readonly [
      { type: "integer" },
      { type: "null" },
      { type: "array"; items: { type: "string" } },
    ];
  }>;
  expectTypeOf<Value>().toEqualTypeOf<number | null | string[]>();
  type Tagged = FromJsonSchema<{
    oneOf: readonly [
      { type: "object"; properties: { kind: { const: "a" } }; required: readonly ["kind"] },
      { type: "object"; properties: { kind: { const: "b" } }; required: readonly ["kind"] },
    ];
  }>;
  expectTypeOf<Tagged>().toEqualTypeOf<{ kind: "a" } | { kind: "b" }>();
});

test("anyOf beside a type does not hide the type", () => {
  type Value = FromJsonSchema<{
    type: "object";
    properties: { a: { type: "string" } };
    anyOf: readonly [{ required: readonly ["a"] }];
  }>;
  expectTypeOf<Value>().toEqualTypeOf<{ a?: string }>();
});

test("what it cannot read is unknown", () => {
  expectTypeOf<FromJsonSchema<{ $ref: "#/$defs/a" }>>().toBeUnknown();
  expectTypeOf<FromJsonSchema<JsonSchema>>().toBeUnknown();
  expectTypeOf<FromJsonSchema<{ type: string }>>().toBeUnknown();
});
