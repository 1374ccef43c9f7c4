import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { generatedPages } from "../docs/generate.ts";

const pages = [...globSync("docs/**/*.md"), ...globSync("*.md")];

test("generated pages are fresh (else: npm run docs)", () => {
  const generated = Object.entries(generatedPages());
  expect(generated.length).toBeGreaterThan(0);
  for (const [path, text] of generated) expect(readFileSync(path, "utf8"), path).toBe(text);
});

test("every relative link of the docs leads somewhere", () => {
  expect(pages.length).toBeGreaterThan(5);
  const dead = pages.flatMap((page) =>
    [...readFileSync(page, "utf8").matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)]
      .map(([, link = ""]) => join(dirname(page), link))
      .filter((target) => !existsSync(target)),
  );
  expect(dead).toEqual([]);
});
