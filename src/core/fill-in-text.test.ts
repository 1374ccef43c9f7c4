import { expect, test } from "vitest";
import { fillInText } from "./fill-in-text.ts";

const ENVIRONMENT = { NAME: "Ada", EMPTY: "", NESTED: "${NAME}" };

test.each([
  ["Hi ${NAME}, ${UNSET:-you}!", "Hi Ada, you!"],
  ["${EMPTY}|${EMPTY:-Bob}", "|Bob"],
  ["${NESTED}", "${NAME}"],
  ["$${NAME} $NAME", "${NAME} $NAME"],
])("%j becomes %j", (written, text) => {
  expect(fillInText(written, ENVIRONMENT)).toEqual({ text, problems: [] });
});

test("every variable that is not set and every reference that names none is a problem, and stays", () => {
  const written = "${UNSET} ${constructor} ${1st} ${NAME";
  expect(fillInText(written, ENVIRONMENT)).toEqual({
    text: written,
    problems: [
      expect.stringMatching(/^needs the environment variable UNSET, which is not set\./),
      expect.stringMatching(/^needs the environment variable constructor, which/),
      expect.stringMatching(/^holds \$\{1st\}, which names no environment variable\./),
      expect.stringMatching(/^holds \$\{, which names/),
    ],
  });
});
