import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { generatedPages } from "../docs/generate.ts";
import { checkConfig } from "../src/config/check-config.ts";
import { readJsonConfig } from "../src/config/read-json-config.ts";

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

function propertiesOf(part: unknown): object {
  return (part as { readonly properties: object }).properties;
}

/** The JSON in a page. */
function jsonIn(page: string): readonly string[] {
  const text = readFileSync(page, "utf8");
  return [...text.matchAll(/^```json\n(.*?)^```$/gmsu)].map(([, json = ""]) => json);
}

test("every part of the page of the config is a config, and all of them have every setting there is", async () => {
  const { properties, $defs } = JSON.parse(readFileSync("schema/toolyard.schema.json", "utf8")) as {
    readonly properties: object;
    readonly $defs: Record<string, unknown>;
  };
  const parts = jsonIn("docs/config.md");
  expect(parts.length).toBeGreaterThan(5);
  for (const part of parts) {
    const { value, issues } = await readJsonConfig(part, "docs/config.md");
    const { problems } = await checkConfig(value, { PET_KEY: "k", SEARCH_TOKEN: "t" });
    expect([part, issues, problems]).toEqual([part, [], []]);
  }
  const page = readFileSync("docs/config.md", "utf8");
  const ofSources = ["toolModule", "openapi", "credential", "operationFilter", "mcpSettings"];
  const settings = [
    ...Object.keys(properties),
    ...ofSources.flatMap((name) => Object.keys(propertiesOf($defs[name]))),
  ];
  const missing = settings.filter(
    (name) => !page.includes(`"${name}"`) && !page.includes(`\`${name}\``),
  );
  expect(missing).toEqual([]);
});
