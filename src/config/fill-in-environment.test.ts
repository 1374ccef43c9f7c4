import * as fc from "fast-check";
import { expect, test } from "vitest";
import { fillInEnvironment } from "./fill-in-environment.ts";

const ENVIRONMENT = { NAME: "Ada", EMPTY: "", NESTED: "${NAME}", _x1: "low" };

test.each([
  ["${NAME}", "Ada"],
  ["Hi ${NAME}, ${_x1}!", "Hi Ada, low!"],
  ["${NAME:-Bob}", "Ada"],
  ["${UNSET:-Bob}", "Bob"],
  ["${UNSET:-}", ""],
  ["${UNSET:-a:-b $c\n{d}", "a:-b $c\n{d"],
  ["${EMPTY}", ""],
  ["${EMPTY:-Bob}", "Bob"],
  ["${NESTED}", "${NAME}"],
  ["$${NAME}", "${NAME}"],
  ["$$${NAME}", "$${NAME}"],
  ["$${NAME} is ${NAME}", "${NAME} is Ada"],
  ["$NAME costs $5 {x} $", "$NAME costs $5 {x} $"],
])("%j becomes %j", (text, expected) => {
  expect(fillInEnvironment(text, ENVIRONMENT)).toEqual({ value: expected, problems: [] });
});

test.each([
  ["a ${UNSET}", /^needs the environment variable UNSET, which is not set\./],
  ["${constructor}", /^needs the environment variable constructor, which is not set\./],
  ["${}", /^holds \$\{\}, which names no environment variable\./],
  ["${1st}", /^holds \$\{1st\}, which names/],
  ["${NAME-x}", /^holds \$\{NAME-x\}, which names/],
  ["${NAME", /^holds \$\{, which names/],
])("%j is a mistake", (text, message) => {
  const { value, problems } = fillInEnvironment({ a: [text] }, { ...ENVIRONMENT });
  expect(value).toEqual({ a: [text] });
  expect(problems).toEqual([{ path: ["a", 0], message: expect.stringMatching(message) }]);
});

test("text where a number belongs becomes a number if it is one", () => {
  const written = { a: "${N}", b: "${N}", c: "${NAME}", d: "${EMPTY:- }" };
  const filledIn = fillInEnvironment(
    written,
    { N: "4", NAME: "x", EMPTY: "" },
    new Set(["a", "c", "d"]),
  );
  expect(filledIn.value).toEqual({ a: 4, b: "4", c: "x", d: " " });
});

test("a value without references is copied and not changed, its keys as they are", () => {
  const plain = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }).filter(hasNoDollar));
  fc.assert(
    fc.property(plain, (value) => {
      const before = JSON.stringify(value);
      const copied = fillInEnvironment(value, {});
      expect(JSON.stringify(copied.value)).toBe(before);
      expect(JSON.stringify(value)).toBe(before);
      expect(copied.problems).toEqual([]);
    }),
  );
});

test("any text is given back when each `${` in it is escaped", () => {
  const text = fc.stringMatching(/^[${}A:-]{0,12}$/);
  fc.assert(
    fc.property(text, (wanted) => {
      const escaped = wanted.replaceAll("${", () => "$${");
      expect(fillInEnvironment(escaped, {})).toEqual({ value: wanted, problems: [] });
    }),
  );
});

function hasNoDollar(value: unknown): boolean {
  return !JSON.stringify(value).includes("$");
}
