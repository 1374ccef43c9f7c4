import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TruncateStyle } from "../core/tool.ts";
import { chatBytes, outputBytes } from "../testing/output-bytes.ts";
import { type TruncatedResult, truncateOutput } from "./truncate-output.ts";

const ID = "6f1c0f0a-5b1c-4a0e-9d33-0d5a1b2c3d4e";
const LINE =
  /\[(\d+) of (\d+) bytes are shown\. For the rest call read_result with (\{.*?\}), or with "search" in place of "offset"\.\]/u;

function cut(
  output: unknown,
  maxBytes = 512,
  style: TruncateStyle = "head-tail",
): TruncatedResult | undefined {
  return truncateOutput(output, { maxBytes, style, keep: () => ID });
}

const isKept = (): never => expect.fail("was kept");
const keepNothing = (): undefined => undefined;
const long = (letter: string): object => ({ type: "text", text: letter.repeat(400) });
const image = (size: number): object => ({
  type: "image",
  data: "A".repeat(size),
  mimeType: "image/png",
});

/** What was cut; throws when nothing was. */
function textOfCut(...given: Parameters<typeof cut>): string {
  const { output } = cut(...given) ?? {};
  if (typeof output !== "string") throw new Error("This is no text.");
  return output;
}

describe("an output that fits is left as it is", () => {
  test.each([
    ["é".repeat(256)],
    ["a".repeat(512)],
    [{ a: "x".repeat(500) }],
    [undefined],
    [null],
    [false],
    [12],
    [{ content: [] }],
    [{ content: [{ type: "image", data: "A".repeat(440), mimeType: "image/png" }] }],
  ])("%j", (output) => {
    expect(cut(output)).toBeUndefined();
  });

  test("and is not kept", () => {
    const options = { maxBytes: 512, style: "head", keep: isKept } as const;
    expect(truncateOutput("short", options)).toBeUndefined();
  });
});

describe("text", () => {
  test("shows its beginning and its end, and between them how to get the rest", () => {
    const text = `${"start ".repeat(500)}${"end ".repeat(500)}`;
    const shown = textOfCut(text, 1_000);
    const [, kept, total, how] = LINE.exec(shown) ?? [];
    const [head = "", tail = ""] = shown.split(/\n\[.*\]\n/u);
    expect(text.startsWith(head)).toBe(true);
    expect(text.endsWith(tail)).toBe(true);
    expect(Math.abs(head.length - tail.length)).toBeLessThanOrEqual(1);
    expect(Number(kept)).toBe(head.length + tail.length);
    expect(Number(total)).toBe(text.length);
    expect(JSON.parse(how ?? "")).toEqual({ id: ID, offset: head.length });
    expect(cut(text, 1_000)?.truncated).toEqual({
      id: ID,
      bytes: text.length,
      keptBytes: Number(kept),
    });
  });

  test("shows its beginning alone where that is asked for, as much as there is room", () => {
    const shown = textOfCut("x".repeat(10_000), 1_000, "head");
    expect(shown).toMatch(/^x{800,}\n\[.*\]$/u);
    expect(shown.length).toBeGreaterThan(990);
  });

  test("whose whole was too large to keep says so", () => {
    const options = { maxBytes: 512, style: "head", keep: keepNothing } as const;
    const result = truncateOutput("x".repeat(1_000), options);
    expect(result?.output).toMatch(
      /\n\[\d+ of 1000 bytes are shown\. The rest is not kept: ask for less at once\.\]$/u,
    );
    expect(result?.truncated.id).toBeUndefined();
  });

  test("of a value is its JSON", () => {
    const rows = Array.from({ length: 100 }, (_, id) => ({ id, name: `row ${id}` }));
    const shown = textOfCut(rows);
    expect(shown).toMatch(/^\[\{"id":0,"name":"row 0"\}/u);
    expect(shown).toMatch(/"row 99"\}\]$/u);
    expect(cut(rows)?.truncated.bytes).toBe(JSON.stringify(rows).length);
  });
});

describe("MCP-style content", () => {
  test("stays content, and what lies in the middle of its texts goes", () => {
    const { output } = cut({ content: [long("a"), long("b"), long("c")] }, 800) ?? {};
    const { content } = output as { content: { type: string; text: string }[] };
    expect(content.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^a+$/u),
      expect.stringMatching(LINE),
      expect.stringMatching(/^c+$/u),
    ]);
    expect(content.every(({ type }) => type === "text")).toBe(true);
  });

  test("keeps saying that the tool failed", () => {
    expect(cut({ content: [long("a"), long("b")], isError: true })?.output).toMatchObject({
      isError: true,
    });
    expect(cut([long("a"), long("b")])?.output).not.toHaveProperty("isError");
  });

  test("shows an image that fits, in its place, beside texts that do not", () => {
    const { output } = cut({ content: [long("a"), image(100), long("b")] }, 600) ?? {};
    const { content } = output as { content: { type: string }[] };
    expect(content.map(({ type }) => type)).toContain("image");
    expect(content[0]).toMatchObject({ text: expect.stringMatching(/^a+$/u) });
    expect(content.at(-1)).toMatchObject({ text: expect.stringMatching(/^b+$/u) });
  });

  test("has a note in the place of an image that is too large, and all of its text", () => {
    const text = { type: "text", text: "A chart:" };
    expect(cut({ content: [text, image(4_000)] })).toEqual({
      output: {
        content: [
          text,
          { type: "text", text: "[image/png, 3000 bytes: cannot be shown here]" },
          {
            type: "text",
            text: "[Not every image, sound or file is shown: they are too large.]",
          },
        ],
      },
      truncated: { id: ID, bytes: 4_077, keptBytes: 54 },
    });
  });

  test("of images that do not all fit shows the first ones, and files as files", () => {
    const pdf = { uri: "x://d/b.pdf", mimeType: "application/pdf", blob: "A".repeat(120) };
    const content = [{ type: "resource", resource: pdf }, image(400), image(400)];
    expect(cut({ content }, 1_100)?.output).toMatchObject({
      content: [
        { type: "resource", resource: { ...pdf, uri: "file:///b.pdf" } },
        { type: "image" },
        { type: "text", text: expect.stringMatching(/^\[image\/png, 300 bytes/u) },
        { type: "text", text: expect.stringMatching(/^\[Not every image/u) },
      ],
    });
  });
});

describe("whatever is cut", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 2_000, size: "max" }),
    fc.string({ unit: "grapheme", maxLength: 2_000, size: "max" }),
    fc.nat(3_000).map((length) => "😀é".repeat(length)),
  );
  const block = fc.oneof(
    fc.record({ type: fc.constant("text"), text }),
    fc.record({
      type: fc.constantFrom("image", "audio"),
      data: fc.nat(800).map((quads) => "AbC+".repeat(quads)),
      mimeType: fc.constantFrom("image/png", "audio/wav", "application/pdf"),
    }),
  );
  const output = fc.oneof(
    text,
    fc.array(text),
    fc.dictionary(fc.string(), text),
    fc.record({ content: fc.array(block, { minLength: 1 }), isError: fc.boolean() }),
  );
  const maxBytes = fc.double({ min: 512, max: 5_000, noNaN: true });
  const style = fc.constantFrom<TruncateStyle>("head", "head-tail");

  test("never exceeds the limit, and is cut only when the whole does", () => {
    fc.assert(
      fc.property(output, maxBytes, style, (whole, most, how) => {
        const result = cut(whole, most, how);
        const shown = result === undefined ? whole : result.output;
        expect(chatBytes(shown)).toBeLessThanOrEqual(most);
        expect(outputBytes(shown)).toBeLessThanOrEqual(most);
        if (result === undefined) return;
        expect(result.truncated.bytes).toBe(outputBytes(whole));
        expect(result.truncated.bytes).toBeGreaterThan(most);
        expect(result.truncated.keptBytes).toBeLessThan(result.truncated.bytes);
      }),
    );
  });

  test("keeps both ends, no code point is cut, and the beginning goes on at the offset told", () => {
    fc.assert(
      fc.property(text, maxBytes, (given, most) => {
        const whole = given.toWellFormed();
        const result = cut(whole, most);
        fc.pre(result !== undefined);
        const shown = String(result?.output);
        expect(shown.isWellFormed()).toBe(true);
        const line = LINE.exec(shown);
        const { offset } = JSON.parse(line?.[3] ?? "") as { offset: number };
        const head = shown.slice(0, Math.max(0, (line?.index ?? 0) - 1));
        const tail = shown.slice((line?.index ?? 0) + (line?.[0].length ?? 0) + 1);
        expect(head.length).toBeGreaterThan(50);
        expect(tail.length).toBeGreaterThan(50);
        expect(whole.startsWith(head)).toBe(true);
        expect(whole.endsWith(tail)).toBe(true);
        expect(Buffer.byteLength(head)).toBe(offset);
      }),
    );
  });
});
