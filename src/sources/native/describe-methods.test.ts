import { type } from "arktype";
import * as v from "valibot";
import { expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { describeMethods, type MethodDescriptions } from "./describe-methods.ts";

test("parameters may be the fields of any kind of schema, and come out as they went in", () => {
  const methods = {
    zod: {
      description: "Adds",
      input: z.object({ a: z.number(), b: z.number().default(1) }),
      parameters: ["b", "a"],
    },
    json: {
      description: "Adds",
      input: { type: "object", properties: { a: { type: "number" } }, required: ["a"] },
      parameters: ["a"],
    },
  } as const;
  expect(describeMethods(methods)).toBe(methods);
  expectTypeOf(describeMethods(methods)).toEqualTypeOf<MethodDescriptions>();
});

test("a misspelt parameter, an unknown field and a missing one are type errors", () => {
  const zod = z.object({ a: z.number() });
  // @ts-expect-error `b` is no field of the input
  describeMethods({ add: { description: "Adds", input: zod, parameters: ["b"] } });
  const valibot = v.object({ a: v.number() });
  // @ts-expect-error `b` is no field of the input
  describeMethods({ add: { description: "Adds", input: valibot, parameters: ["b"] } });
  const arktype = type({ a: "number" });
  // @ts-expect-error `b` is no field of the input
  describeMethods({ add: { description: "Adds", input: arktype, parameters: ["b"] } });
  const json = { type: "object", properties: { a: { type: "number" } } } as const;
  // @ts-expect-error `b` is no field of the input
  describeMethods({ add: { description: "Adds", input: json, parameters: ["b"] } });
  // @ts-expect-error `paramters` is unknown
  describeMethods({ add: { description: "Adds", input: zod, paramters: ["a"] } });
  // @ts-expect-error a description is needed
  describeMethods({ add: { input: zod } });
  expect(describeMethods({})).toEqual({});
});

test("fields of any alternative may be parameters, and any name where the fields are not known", () => {
  const either = z.union([z.object({ a: z.number() }), z.object({ b: z.number() })]);
  const open: { readonly type: string } = { type: "object" };
  const methods = describeMethods({
    either: { description: "Adds", input: either, parameters: ["a", "b"] },
    open: { description: "Adds", input: open, parameters: ["whatever"] },
  });
  expect(Object.keys(methods)).toEqual(["either", "open"]);
});
