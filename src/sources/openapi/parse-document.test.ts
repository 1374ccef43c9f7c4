import { expect, test } from "vitest";
import { parseText } from "./parse-document.ts";

test("lists may have more items than a function takes arguments", async () => {
  const values = Array.from({ length: 130_000 }, () => 1);
  expect(await parseText(`enum: [${values.join()}]`)).toEqual({ enum: values });
});

test("an alias within what it stands for is refused, one that is used twice is not", async () => {
  await expect(parseText("a: &a { b: *a }")).rejects.toThrow(/an alias stands within/u);
  expect(await parseText("a: &a { c: 1 }\nb: [*a, *a]")).toEqual({
    a: { c: 1 },
    b: [{ c: 1 }, { c: 1 }],
  });
});
