import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { compileValidator } from "../../src/schema/compile-validator.ts";

const { cache } = createRequire(import.meta.url);

function isAjvLoaded(): boolean {
  return Object.keys(cache).some((file) => /[\\/]node_modules[\\/]ajv[\\/]/u.test(file));
}

test("a thousand everyday tools are registered without ajv, which comes with the first call", async () => {
  const validators = Array.from({ length: 1000 }, (_, index) =>
    compileValidator({
      type: "object",
      properties: { [`property${index}`]: { type: "integer", default: index } },
    }),
  );
  expect(isAjvLoaded()).toBe(false);
  expect(await validators[3]?.parse({})).toEqual({ ok: true, value: { property3: 3 } });
  expect(isAjvLoaded()).toBe(true);
});
