import { describe, expect, test } from "vitest";
import type { PresetOptions, RateOptions, TokenRateOptions } from "./limit-options.ts";
import { checkRates } from "./meters/check-rates.ts";
import { PROVIDERS, presetRates } from "./presets.ts";

const ALL = { rpm: 600, rpd: 10_000, tpm: 90_000, tpd: 1_000_000 };

function withoutFunctions({ limit, per, perMs, kind, timeZone }: RateOptions): unknown[] {
  return [
    limit,
    per ?? perMs,
    ...(kind === undefined ? [] : [kind]),
    ...(timeZone ? [timeZone] : []),
  ];
}

describe("each provider's limits have the shape its documents give", () => {
  test.each<[PresetOptions["provider"], unknown[][], unknown[][]]>([
    [
      "openai",
      [
        [600, "minute"],
        [10_000, "day"],
      ],
      [
        [90_000, "minute"],
        [1_000_000, "day"],
      ],
    ],
    [
      "groq",
      [
        [600, "minute"],
        [10_000, "day"],
      ],
      [
        [90_000, "minute"],
        [1_000_000, "day"],
      ],
    ],
    [
      "azure-openai",
      [
        [10, 1_000],
        [600, "minute"],
        [10_000, "day"],
      ],
      [
        [90_000, "minute"],
        [1_000_000, "day"],
      ],
    ],
    [
      "mistral",
      [
        [10, 1_000],
        [600, "minute"],
        [10_000, "day"],
      ],
      [
        [90_000, "minute"],
        [1_000_000, "day"],
      ],
    ],
    [
      "anthropic",
      [
        [600, "minute", "bucket"],
        [10_000, "day", "bucket"],
      ],
      [
        [90_000, "minute", "bucket"],
        [1_000_000, "day", "bucket"],
      ],
    ],
    [
      "gemini",
      [
        [600, "minute"],
        [10_000, "day", "fixed", "America/Los_Angeles"],
      ],
      [
        [90_000, "minute"],
        [1_000_000, "day", "fixed", "America/Los_Angeles"],
      ],
    ],
  ])("%s", (provider, rate, tokens) => {
    const made = presetRates({ provider, ...ALL });
    expect(made.rate.map((one) => withoutFunctions(one))).toEqual(rate);
    expect(made.tokens.map((one) => withoutFunctions(one))).toEqual(tokens);
  });

  test.each(PROVIDERS)(
    "%s: what is made could be written by hand, whatever is asked for",
    (provider) => {
      for (const asked of [ALL, {}, { rpm: 1 }, { rpm: 7 }, { tpd: 3 }]) {
        const { rate, tokens } = presetRates({ provider, ...asked });
        expect(() => checkRates("preset", { rate, tokens })).not.toThrow();
      }
    },
  );

  test("fewer requests a minute than slices are spread over longer ones", () => {
    const { rate } = presetRates({ provider: "azure-openai", rpm: 10 });
    expect(rate.map((one) => withoutFunctions(one))).toEqual([
      [1, 6_000],
      [10, "minute"],
    ]);
  });

  test("an unknown provider is an error that names those that are known", () => {
    for (const provider of ["cohere", "toString", undefined]) {
      expect(() => presetRates({ provider } as never)).toThrow(
        new TypeError(
          "provider must be one of: openai, azure-openai, anthropic, gemini, mistral, groq.",
        ),
      );
    }
  });
});

function tokensOf(preset: PresetOptions): {
  estimate: (input: unknown) => number;
  used: (output: unknown) => number | undefined;
} {
  const { estimate, used } = presetRates(preset).tokens[0] as TokenRateOptions;
  if (typeof estimate !== "function" || typeof used !== "function")
    throw new Error("No functions.");
  return { estimate, used };
}

describe("the tokens of a call", () => {
  const messages = [
    { role: "", content: "x".repeat(400) },
    { role: "", content: [{ text: "y".repeat(41) }] },
  ];

  test.each<[PresetOptions["provider"], unknown, number]>([
    ["openai", { messages, max_tokens: 500 }, 111 + 500],
    ["openai", { messages, max_completion_tokens: 70 }, 111 + 70],
    ["openai", { model: "m", input: "x".repeat(8), max_output_tokens: 9 }, 11],
    ["openai", { prompt: "" }, 1],
    ["groq", { messages }, 111],
    ["anthropic", { messages, system: "z".repeat(40), max_tokens: 4_000 }, 121],
    ["gemini", { contents: messages, generationConfig: { maxOutputTokens: 50 } }, 111],
    ["openai", { messages, max_tokens: NaN }, 111],
    ["openai", { city: "Graz" }, 1_000],
    ["openai", "Graz", 1_000],
    ["openai", null, 1_000],
  ])("%s takes %j to be %d", (provider, input, estimate) => {
    expect(tokensOf({ provider, tpm: 90_000 }).estimate(input)).toBe(estimate);
  });

  test("are not taken to be more than all there are when nothing is known", () => {
    expect(tokensOf({ provider: "openai", tpm: 300 }).estimate({})).toBe(300);
  });

  test("are estimated although the input goes round in circles", () => {
    const circle: { messages: unknown[] } = { messages: ["abcd"] };
    circle.messages.push(circle);
    expect(tokensOf({ provider: "openai", tpm: 300 }).estimate(circle)).toBeGreaterThan(0);
  });

  test.each<[PresetOptions["provider"], unknown, number | undefined]>([
    ["openai", { usage: { total_tokens: 42 } }, 42],
    ["mistral", { usage: { totalTokens: 42 } }, 42],
    [
      "anthropic",
      { usage: { input_tokens: 10, output_tokens: 5, cache_read_input_tokens: 900 } },
      15,
    ],
    [
      "anthropic",
      { usage: { input_tokens: 1, cache_creation_input_tokens: 20, output_tokens: 5 } },
      26,
    ],
    ["gemini", { usageMetadata: { promptTokenCount: 7, totalTokenCount: 90 } }, 7],
    ["openai", { usage: { total_tokens: "42" } }, undefined],
    ["openai", "a text", undefined],
    ["gemini", undefined, undefined],
  ])("%s reads of %j that they were %s", (provider, output, used) => {
    expect(tokensOf({ provider, tpm: 90_000 }).used(output)).toBe(used);
  });

  test("are estimated and read as the user says", () => {
    const [made] = presetRates({ provider: "openai", tpm: 9, estimate: 3, used: "tokens" }).tokens;
    expect(made).toMatchObject({ estimate: 3, used: "tokens" });
  });
});
