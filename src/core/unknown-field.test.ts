import { expect, test } from "vitest";
import { unknownFieldProblem } from "./unknown-field.ts";

const KNOWN = ["name", "description", "input", "inputJsonSchema", "output", "timeoutMs", "execute"];

test.each([
  ["timeout", "timeoutMs"],
  ["timeoutMS", "timeoutMs"],
  ["timoutMs", "timeoutMs"],
  ["inputSchema", "input"],
  ["inputJsonScheme", "inputJsonSchema"],
  ["Input", "input"],
  ["outputSchema", "output"],
  ["desc", undefined],
  ["descriptoin", "description"],
  ["parameters", "input"],
  ["handler", "execute"],
  ["constructor", undefined],
  ["", undefined],
])("the field %j is unknown and means %s", (field, meant) => {
  expect(unknownFieldProblem({ name: "add", [field]: 1 }, KNOWN)).toBe(
    meant === undefined
      ? `\`${field}\` is unknown. Known: ${KNOWN.join(", ")}.`
      : `\`${field}\` is unknown. Did you mean \`${meant}\`?`,
  );
});

test("known fields and symbols are no problem", () => {
  expect(unknownFieldProblem({ name: "add", [Symbol("mark")]: 1 }, KNOWN)).toBeUndefined();
});
