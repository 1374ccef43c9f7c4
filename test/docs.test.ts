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

/** Every name of a setting in a part of the schema, however deep. */
function settingsIn(part: unknown): readonly string[] {
  if (typeof part !== "object" || part === null) return [];
  const { properties = {}, ...rest } = part as { properties?: Record<string, unknown> };
  const inside = [...Object.values(properties), ...Object.values(rest)].flatMap(settingsIn);
  return [...Object.keys(properties), ...inside];
}

test("every setting of limits has a row in the page of limits", () => {
  const schema = JSON.parse(readFileSync("schema/toolyard.schema.json", "utf8")) as {
    $defs: Record<string, unknown>;
  };
  const parts = ["limit", "everythingLimit", "tenantLimit", "rates", "tokenRates"];
  const settings = new Set(parts.flatMap((part) => settingsIn(schema.$defs[part])));
  expect(settings.size).toBeGreaterThan(40);
  const page = readFileSync("docs/limits.md", "utf8");
  expect([...settings].filter((setting) => !page.includes(`\`${setting}\``))).toEqual([]);
});
