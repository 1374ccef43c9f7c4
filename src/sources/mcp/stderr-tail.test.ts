import { expect, test } from "vitest";
import { secretTexts } from "./secret-texts.ts";
import { StderrTail } from "./stderr-tail.ts";

const SECRET = "sk-1234567890abcdef";
const tailOf = (env: Record<string, string> = {}): StderrTail =>
  new StderrTail(secretTexts({ command: "server", env }));

test("what was printed last is kept, up to 2 048 characters", () => {
  const tail = tailOf();
  tail.add("first\n");
  tail.add("second\n");
  expect(tail.text).toBe("first\nsecond");
  tail.add("x".repeat(5_000));
  tail.add("the end");
  expect(tail.text.length).toBe(2_048);
  expect(tail.text.endsWith("xthe end")).toBe(true);
});

test("a secret of the environment is not shown, however it was printed", () => {
  const tail = tailOf({ API_KEY: SECRET, LEVEL: "info" });
  tail.add(`key is ${SECRET.slice(0, 5)}`);
  tail.add(`${SECRET.slice(5)}, level info\n`);
  expect(tail.text).toBe("key is ***, level info");
});

test.each([0, 1, 5, 18, 19, 40])(
  "the rest of a secret that was cut off at the start is not shown either (%d)",
  (offset) => {
    for (const filler of ["y", "\n"]) {
      const tail = tailOf({ API_KEY: SECRET });
      tail.add(SECRET + filler.repeat(2_048 + offset - filler.length) + SECRET);
      for (let from = 1; from < SECRET.length - 3; from += 1)
        expect(tail.text).not.toContain(SECRET.slice(from));
    }
  },
);

test("a header's secret is hidden with and without its scheme", () => {
  const secrets = secretTexts({
    url: "http://127.0.0.1",
    headers: { authorization: `Bearer ${SECRET}` },
  });
  expect(secrets.hideIn(`got Bearer ${SECRET}!`)).toBe("got ***!");
  expect(secrets.hideIn(`token ${SECRET}.`)).toBe("token ***.");
});
