import { type } from "arktype";
import * as v from "valibot";
import { expect, test } from "vitest";
import { z } from "zod";
import { z as z3 } from "zod/v3";
import type { StandardIssue, StandardSchema } from "../core/standard-schema.ts";
import { convertIssues } from "./standard-issues.ts";

function messagesOf(schema: StandardSchema, value: unknown): readonly string[] {
  const result = schema["~standard"].validate(value);
  if (result instanceof Promise) throw new TypeError("The schema is asynchronous.");
  return convertIssues(result.issues ?? []).map(({ path, message }) => `${path} ${message}`);
}

test("valibot's messages lose the value they end with, and no more", () => {
  const schema = v.object({
    type: v.number(),
    mail: v.pipe(v.string(), v.email()),
    size: v.pipe(v.string(), v.maxLength(2)),
    own: v.pipe(v.string(), v.regex(/^x/u, "Never received an x: S")),
    gone: v.string(),
  });
  expect(messagesOf(schema, { type: "S", mail: "S", size: "SSS", own: "S" })).toEqual([
    "/type Invalid type: Expected number",
    "/mail Invalid email",
    "/size Invalid length: Expected <=2",
    "/own Never received an x: S",
    '/gone Invalid key: Expected "gone" but received undefined',
  ]);
});

test("zod 3's messages keep the name of a type and lose a value", () => {
  const schema = z3.object({ n: z3.number(), size: z3.enum(["S", "M"]) });
  expect(messagesOf(schema, { n: "secret", size: "secret" })).toEqual([
    "/n Expected number, received string",
    "/size Invalid enum value. Expected 'S' | 'M'",
  ]);
});

test("arktype's messages lose the value and the path before them", () => {
  const schema = type({
    n: "number",
    mail: "string.email",
    long: "string > 3 & /^z/",
    gone: "string",
  });
  expect(messagesOf(schema, { n: "S", mail: "S", long: "S" })).toEqual([
    "/gone must be a string (was missing)",
    "/long must be...\n  ◦ matched by ^z\n  ◦ at least length 4",
    "/mail must be an email address",
    "/n must be a number",
  ]);
});

test("of arktype's unions the value is taken out of every part", () => {
  const schema = type("string[]").or(type({ x: "1|2" }).array());
  expect(messagesOf(schema, [{ x: "S" }])).toEqual([
    " [0] must be a string or [0].x must be 1 or 2",
  ]);
});

test("a message that still shows a value is replaced", () => {
  const nested = {
    message: "",
    problem: 'must be 1 (was "S") or 2',
    actual: "elsewhere",
  } as StandardIssue;
  expect(convertIssues([nested])).toEqual([
    { path: "", message: "does not fit any of the alternatives" },
  ]);
});

test("zod's unions speak through the closest branch, or through all where none is close", () => {
  const schema = z.union([z.string(), z.object({ a: z.object({ b: z.number() }), c: z.number() })]);
  expect(messagesOf(schema, { a: { b: "S" }, c: 1 })).toEqual([
    "/a/b Invalid input: expected number, received string",
  ]);
  expect(messagesOf(z.object({ s: schema }), { s: 5 })).toEqual([
    "/s Invalid input: expected string, received number or Invalid input: expected object, received number",
  ]);
});

test("many issues are cut to twenty and counted", () => {
  expect(convertIssues(Array.from({ length: 25 }, () => ({ message: "no" }))).at(-1)).toEqual({
    path: "",
    message: "and 5 more like these",
  });
});
