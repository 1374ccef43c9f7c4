import { expect, test } from "vitest";
import { z } from "zod";
import type { StandardResult, StandardSchema } from "../core/standard-schema.ts";
import { SchemaCheck } from "./schema-check.ts";
import { StandardValidator } from "./standard-validator.ts";

type Validate = (value: unknown) => StandardResult<unknown> | Promise<StandardResult<unknown>>;

function checkA(): SchemaCheck {
  return new SchemaCheck({ type: "object", properties: { a: { type: "integer" } } });
}

function schemaOf(validate: Validate): StandardSchema {
  return { "~standard": { version: 1, vendor: "ours", validate } };
}

/** Accepts `{ a: number }`, and remembers what it was asked. */
function numberA(
  asked: unknown[],
  settle: <Value>(value: Value) => Value | Promise<Value>,
): Validate {
  return (value) => {
    asked.push(value);
    const { a } = value as { a: unknown };
    return settle(
      typeof a === "number"
        ? { value: { a } }
        : { issues: [{ message: "no number", path: ["a"] }] },
    );
  };
}

test.each([
  ["at once", <Value>(value: Value): Value => value],
  ["later", <Value>(value: Value): Promise<Value> => Promise.resolve(value)],
])("a schema that answers %s is asked again with the value coerced", async (_when, settle) => {
  const asked: unknown[] = [];
  const value = Object.freeze({ a: "7" });
  const validator = new StandardValidator(schemaOf(numberA(asked, settle)), checkA);

  expect(await validator.parse(value)).toEqual({ ok: true, value: { a: 7 } });
  expect(asked).toEqual([{ a: "7" }, { a: 7 }]);
  expect(value).toEqual({ a: "7" });
});

test.each([
  ["at once", <Value>(value: Value): Value => value],
  ["later", <Value>(value: Value): Promise<Value> => Promise.resolve(value)],
])(
  "a schema that accepts %s is asked once and its JSON Schema is never looked for",
  async (_when, settle) => {
    const asked: unknown[] = [];
    const validator = new StandardValidator(schemaOf(numberA(asked, settle)), () => {
      throw new Error("looked for");
    });
    expect(await validator.parse({ a: 7 })).toEqual({ ok: true, value: { a: 7 } });
    expect(asked).toHaveLength(1);
  },
);

test("when the coerced value is refused too, the issues are those of the coerced value", async () => {
  let asked = 0;
  const refusing = schemaOf(() => ({ issues: [{ message: `refusal ${(asked += 1)}` }] }));
  const validator = new StandardValidator(refusing, checkA);
  expect(await validator.parse({ a: "7" })).toEqual({
    ok: false,
    issues: [{ path: "", message: "refusal 2" }],
  });
  expect(asked).toBe(2);
});

test("of several wrong values only those are told that cannot be coerced", async () => {
  const properties = { a: { type: "number" }, b: { type: "number" } };
  const validator = new StandardValidator(
    z.object({ a: z.number(), b: z.number() }),
    () => new SchemaCheck({ type: "object", properties }),
  );
  expect(await validator.parse({ a: "x", b: "2" })).toMatchObject({
    ok: false,
    issues: [{ path: "/a" }],
  });
});

test("when nothing can be coerced the schema is not asked again", async () => {
  const asked: unknown[] = [];
  const validator = new StandardValidator(schemaOf(numberA(asked, (value) => value)), checkA);
  expect(await validator.parse({ a: "zz" })).toEqual({
    ok: false,
    issues: [{ path: "/a", message: "no number" }],
  });
  expect(await validator.parse({})).toMatchObject({ ok: false });
  expect(asked).toHaveLength(2);
});

test("a JSON Schema that cannot be found counts as none, and is looked for once", async () => {
  let looked = 0;
  const validator = new StandardValidator(
    schemaOf(() => ({ issues: [{ message: "no" }] })),
    () => {
      looked += 1;
      throw new Error("cannot be represented");
    },
  );
  await validator.parse(1);
  expect(await validator.parse(1)).toEqual({ ok: false, issues: [{ path: "", message: "no" }] });
  expect(looked).toBe(1);
});

test.each<[string, Validate]>([
  [
    "throws",
    () => {
      throw new SyntaxError('"S3CRET" is not JSON');
    },
  ],
  ["rejects", () => Promise.reject(new SyntaxError('"S3CRET" is not JSON'))],
])("a schema that %s gives an issue that does not repeat its message", async (_how, validate) => {
  const validator = new StandardValidator(schemaOf(validate), () => undefined);
  expect(await validator.parse("S3CRET")).toEqual({
    ok: false,
    issues: [{ path: "", message: "could not be checked: the schema threw SyntaxError" }],
  });
});

test("paths of keys, indices, symbols and objects become JSON Pointers", async () => {
  const path = ["a/b", 0, { key: "c" }, Symbol("tag")];
  const validator = new StandardValidator(
    schemaOf(() => ({ issues: [{ message: "no", path }] })),
    () => undefined,
  );
  expect(await validator.parse({})).toEqual({
    ok: false,
    issues: [{ path: "/a~1b/0/c/tag", message: "no" }],
  });
});
