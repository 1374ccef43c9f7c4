/** Small tools over text, with zod schemas. */
import { z } from "zod";
import { defineTool } from "../../src/tool.ts";

export const countWords = defineTool({
  name: "count_words",
  description: "How many words and characters a text has",
  input: z.object({ text: z.string() }),
  annotations: { readOnly: true },
  execute: ({ text }) => ({
    words: wordsOf(text).length,
    characters: Array.from(new Intl.Segmenter().segment(text)).length,
  }),
});

export const topWords = defineTool({
  name: "top_words",
  description: "The most frequent words of a text",
  input: z.object({ text: z.string(), limit: z.number().int().min(1).default(3) }),
  annotations: { readOnly: true },
  execute: ({ text, limit }) => {
    const groups = Map.groupBy(wordsOf(text.toLowerCase()), (word) => word);
    const counted = [...groups].map(([word, found]) => ({ word, count: found.length }));
    return counted.toSorted((a, b) => b.count - a.count).slice(0, limit);
  },
});

export const slug = defineTool({
  name: "slug",
  description: "A text as part of a web address",
  input: z.object({ text: z.string() }),
  annotations: { readOnly: true },
  execute: ({ text }) => {
    const letters = text.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
    return letters.replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-|-$/g, "");
  },
});

function wordsOf(text: string): readonly string[] {
  return text.match(/[\p{L}\p{N}'’]+/gu) ?? [];
}
