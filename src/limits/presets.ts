/**
 * The limits of providers of models, in the shape that their public documents give them. How high they are differs by
 * account and model, so that is for the user to say.
 */
import type { PresetOptions, RateOptions, TokenRateOptions } from "./limit-options.ts";
import { estimateTokens, readTokensUsed } from "./request-tokens.ts";

/** Settings of rates, as they could be written by hand. */
export interface PresetRates {
  readonly rate: readonly RateOptions[];
  readonly tokens: readonly TokenRateOptions[];
}

type Provider = PresetOptions["provider"];

/** How a provider counts. */
interface Shape {
  /** Of the windows of a minute. Default `sliding`, the strictest: it holds wherever the provider's begin. */
  readonly minute?: Partial<RateOptions>;
  readonly day?: Partial<RateOptions>;
  /** Requests per minute are looked at in slices of this length, too. */
  readonly sliceMs?: number;
  /** Whether the longest possible answer is counted before it is given. */
  readonly reservesAnswer: boolean;
  /** Paths whose numbers add up to the tokens used; the first list of which any is there. */
  readonly used: readonly (readonly string[])[];
}

const TOTAL = [["usage.total_tokens"], ["usage.totalTokens"]];

const SHAPES: Readonly<Record<Provider, Shape>> = {
  openai: { reservesAnswer: true, used: TOTAL },
  "azure-openai": { reservesAnswer: true, used: TOTAL, sliceMs: 1_000 },
  anthropic: {
    minute: { kind: "bucket" },
    day: { kind: "bucket" },
    reservesAnswer: false,
    used: [
      ["usage.input_tokens", "usage.cache_creation_input_tokens", "usage.output_tokens"],
      ["usage.inputTokens", "usage.outputTokens"],
    ],
  },
  gemini: {
    day: { kind: "fixed", timeZone: "America/Los_Angeles" },
    reservesAnswer: false,
    used: [["usageMetadata.promptTokenCount"], ["usage.inputTokens"]],
  },
  mistral: { reservesAnswer: true, used: TOTAL, sliceMs: 1_000 },
  groq: { reservesAnswer: true, used: TOTAL },
};

/** The providers whose limits are known. */
export const PROVIDERS: readonly Provider[] = Object.keys(SHAPES) as Provider[];

/**
 * The rates of a provider.
 *
 * - `openai`: requests and tokens per minute and per day; a request counts with its `max_tokens` before it is answered
 *   ("Rate limits", https://developers.openai.com/api/docs/guides/rate-limits).
 * - `azure-openai`: the same, and requests are looked at in slices of 1 or 10 seconds as well, so that 600 per minute
 *   are 10 per second ("Manage Azure OpenAI quota",
 *   https://learn.microsoft.com/azure/ai-services/openai/how-to/quota).
 * - `anthropic`: token buckets, refilled all the time; `max_tokens` and what is read from the prompt cache do not
 *   count. It limits tokens read and written apart: `tpm` counts their sum ("Rate limits",
 *   https://platform.claude.com/docs/en/api/rate-limits).
 * - `gemini`: requests and *input* tokens per minute; requests per day, which begin at midnight in California
 *   ("Rate limits", https://ai.google.dev/gemini-api/docs/rate-limits).
 * - `mistral`: requests per second (`rpm` divided by 60) and tokens per minute ("Rate limit and usage tiers",
 *   https://docs.mistral.ai/deployment/laplateforme/tier).
 * - `groq`: requests and tokens per minute and per day ("Rate Limits", https://console.groq.com/docs/rate-limits).
 *
 * Unless `estimate` is given, an input that looks like a request of a model is taken to use a token for every four
 * characters, and its `max_tokens` (or the like) where the provider counts them beforehand; any other 1_000. Unless
 * `used` is given, the tokens are read where the provider's answers have them.
 *
 * @throws TypeError when the provider is unknown, naming those that are known.
 */
export function presetRates(options: PresetOptions): PresetRates {
  const { provider, rpm, rpd, tpm, tpd } = options;
  if (!Object.hasOwn(SHAPES, provider)) {
    throw new TypeError(`provider must be one of: ${PROVIDERS.join(", ")}.`);
  }
  const shape = SHAPES[provider];
  const minute = (limit: number): RateOptions => ({ limit, per: "minute", ...shape.minute });
  const day = (limit: number): RateOptions => ({ limit, per: "day", ...shape.day });
  const rate = [
    ...asked(rpm, (limit) => sliceOf(limit, shape.sliceMs)),
    ...asked(rpm, (limit) => [minute(limit)]),
    ...asked(rpd, (limit) => [day(limit)]),
  ];
  const windows = [
    ...asked(tpm, (limit) => [minute(limit)]),
    ...asked(tpd, (limit) => [day(limit)]),
  ];
  return { rate, tokens: windows.map((window) => tokensOf(options, window)) };
}

function asked<Result>(
  limit: number | undefined,
  make: (limit: number) => readonly Result[],
): readonly Result[] {
  return limit === undefined ? [] : make(limit);
}

/** A minute's limit, spread over its slices; over longer ones when there would be less than one in each. */
function sliceOf(limit: number, sliceMs: number | undefined): readonly RateOptions[] {
  if (sliceMs === undefined) return [];
  const perSlice = Math.floor((limit * sliceMs) / 60_000);
  return [perSlice < 1 ? { limit: 1, perMs: 60_000 / limit } : { limit: perSlice, perMs: sliceMs }];
}

function tokensOf(
  { provider, estimate, used }: PresetOptions,
  window: RateOptions,
): TokenRateOptions {
  const { reservesAnswer, used: paths } = SHAPES[provider];
  const { limit } = window;
  return {
    ...window,
    estimate: estimate ?? ((input) => estimateTokens(input, { reservesAnswer, limit })),
    used: used ?? ((output) => readTokensUsed(output, paths)),
  };
}
