import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { defineTool, type Tool } from "../core/tool.ts";
import { toolText } from "./tool-search-text.ts";

function textOf(input: Tool["input"]): string {
  return toolText(defineTool({ name: "t", description: "T", input, execute: () => 1 })).parameters;
}

describe("parameters", () => {
  test("are read by name and description, however deep", () => {
    const text = textOf({
      type: "object",
      properties: {
        city: { type: "string", description: "Where to look" },
        options: {
          anyOf: [{ type: "array", items: { $ref: "#/$defs/unit" } }, { type: "null" }],
        },
      },
      $defs: { unit: { properties: { kelvin: { description: "Absolute" } } } },
    });
    expect(text.split(" ")).toEqual("city Where to look options unit kelvin Absolute ".split(" "));
  });

  test("of a library's schema are those of its JSON Schema", () => {
    expect(textOf(z.object({ a: z.string().describe("First") }))).toBe("a First ");
  });

  test.each<[string, Tool["input"]]>([
    ["a library that writes no JSON Schema", v.object({ a: v.string() })],
    ["nonsense", { properties: 1, items: "x", anyOf: null }],
    ["a schema that throws when read", Object.defineProperty({}, "properties", { get: raise })],
  ])("of %s are none", (_of, input) => {
    expect(textOf(input)).toBe("");
  });

  test("end somewhere, also in a schema that holds itself or thousands of names", () => {
    const circle: Record<string, unknown> = {};
    circle["properties"] = { again: circle };
    expect(textOf(circle).length).toBeLessThan(100);
    const many = Array.from({ length: 9_000 }, (_, each) => [`parameter${each}`, {}]);
    expect(textOf({ properties: Object.fromEntries(many) as object }).length).toBeLessThan(5_000);
  });
});

function raise(): never {
  throw new Error("no");
}
