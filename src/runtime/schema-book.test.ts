import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { FormatName } from "../formats/provider-format.ts";
import { testTool } from "../testing/call-stage.ts";
import { VirtualClock } from "../testing/virtual-clock.ts";
import { createRuntime } from "./create-runtime.ts";
import { SchemaBook } from "./schema-book.ts";

const add = testTool("add", () => 3, {
  description: "Adds two numbers",
  input: z.object({ a: z.number(), b: z.number().default(1) }),
  tags: ["maths"],
});
const say = testTool("say", () => "", { input: { type: "object", properties: {} } });

function bookOf() {
  const { catalog } = createRuntime({ clock: new VirtualClock() });
  catalog.register([add], { namespace: "math" });
  catalog.register([say]);
  return { catalog, book: new SchemaBook(catalog) };
}

describe("schemas", () => {
  test("carry provider-safe names, descriptions and the input side of the schema", () => {
    const { book } = bookOf();
    expect(book.schemas("anthropic", { namespace: "math" })).toMatchObject([
      {
        name: "math_add",
        description: "Adds two numbers",
        input_schema: { type: "object", required: ["a"], properties: { b: { default: 1 } } },
      },
    ]);
  });

  test.each<FormatName>(["openai-chat", "openai-responses", "anthropic", "gemini"])(
    "are written for %s, one per tool, in the order of registration",
    (format) => {
      const written = JSON.stringify(bookOf().book.schemas(format, {}));
      expect(written.indexOf('"math_add"')).toBeGreaterThan(0);
      expect(written.indexOf('"say"')).toBeGreaterThan(written.indexOf('"math_add"'));
    },
  );

  test("leave out tools that are switched off, and what the filter does not let through", () => {
    const { catalog, book } = bookOf();
    const names = (filter = {}): string[] =>
      book.schemas("anthropic", filter).map(({ name }) => name);
    expect(names()).toEqual(["math_add", "say"]);
    expect(names({ tags: ["maths"] })).toEqual(["math_add"]);
    expect(names({ names: ["s*"] })).toEqual(["say"]);
    catalog.disable("math.add");
    expect(names()).toEqual(["say"]);
    expect(names({ tags: ["maths"] })).toEqual([]);
    catalog.enable("math.add");
    expect(names()).toEqual(["math_add", "say"]);
  });

  test("follow a tool that is replaced", () => {
    const { catalog, book } = bookOf();
    book.schemas("anthropic", {});
    catalog.register([testTool("say", () => "", { description: "Says it louder" })], {
      replace: true,
    });
    expect(book.schemas("anthropic", { names: ["say"] })).toMatchObject([
      { description: "Says it louder" },
    ]);
  });

  test("are written by the tool's library once, however often they are asked for", () => {
    const { catalog, book } = bookOf();
    let written = 0;
    const input = {
      "~standard": {
        version: 1 as const,
        vendor: "test",
        validate: (value: unknown) => ({ value }),
        jsonSchema: {
          input: () => {
            written += 1;
            return { type: "object" };
          },
        },
      },
    };
    catalog.register([testTool("counted", () => 1, { input })]);
    book.schemas("anthropic", {});
    book.schemas("gemini", {});
    expect(written).toBe(1);
  });

  test("may be changed by who asked for them without harm to the next", () => {
    const { book } = bookOf();
    const before = JSON.stringify(book.schemas("openai-chat", {}));
    for (const declaration of book.schemas("openai-chat", {})) {
      const { parameters } = declaration.function;
      Object.assign(parameters, { additionalProperties: false });
      Object.assign(parameters["properties"] ?? {}, { extra: {} });
    }
    expect(JSON.stringify(book.schemas("openai-chat", {}))).toBe(before);
  });

  test("of a format nobody knows are a TypeError", () => {
    const unknown = "openai-chatt" as FormatName;
    expect(() => bookOf().book.schemas(unknown, {})).toThrow(/There is no format "openai-chatt"/);
  });
});

describe("names", () => {
  test("are worked out once as long as the catalog does not change", () => {
    const { catalog, book } = bookOf();
    const names = book.namesOf(catalog.snapshot());
    expect(book.namesOf(catalog.snapshot())).toBe(names);
    catalog.register([testTool("new", () => 1)]);
    expect(book.namesOf(catalog.snapshot())).not.toBe(names);
  });

  test("of a snapshot know the tools of that snapshot alone", () => {
    const { catalog, book } = bookOf();
    const before = catalog.snapshot();
    catalog.register([testTool("x.y", () => 1)]);
    expect(book.namesOf(before).fromProvider("x_y")).toBeUndefined();
    expect(book.namesOf(catalog.snapshot()).fromProvider("x_y")).toBe("x.y");
    expect(book.namesOf(before).fromProvider("math_add")).toBe("math.add");
  });

  test("count tools that are switched off, so that no name changes hands", () => {
    const { catalog, book } = bookOf();
    catalog.register([testTool("math_add", () => 1)]);
    const own = book.namesOf(catalog.snapshot()).toProvider("math.add");
    catalog.disable("math_add");
    expect(book.namesOf(catalog.snapshot()).toProvider("math.add")).toBe(own);
    expect(own).not.toBe("math_add");
  });
});
