import { describe, expect, test } from "vitest";
import { checkLimits } from "./check-limits.ts";
import type { LimitOptions, LimitsOptions, TenantLimitOptions } from "./limit-options.ts";

/** Checks limits that JavaScript may have written. */
function check(limits: unknown): void {
  checkLimits(limits as LimitsOptions);
}

describe("a limit may have", () => {
  test.each<LimitOptions>([
    {},
    { concurrency: 1 },
    { concurrency: Infinity },
    { concurrency: undefined },
    { adaptive: true },
    { adaptive: false },
    { adaptive: { min: 2, max: 8, initial: 5, latencyMs: 100, backoff: 0.5 }, concurrency: 8 },
    { adaptive: { min: 300, max: 400 } },
    { rate: { limit: 60, per: "minute" } },
    { rate: [{ limit: 60, perMs: 60_000 }] },
    { tokens: { limit: 90_000, per: "minute", estimate: 500, used: "usage.tokens" } },
    { tokens: [{ limit: 9, per: "day", estimate: () => 1, used: () => 1 }] },
    { preset: { provider: "openai", rpm: 500, tpm: 30_000 } },
    { key: "file:{path}", access: "write" },
    { key: () => undefined, concurrency: 1 },
    { queue: {} },
    { queue: { max: 0 } },
    { queue: { max: Infinity, onFull: "block" } },
    { queue: { max: 10, onFull: "shed-lowest", timeoutMs: 5, high: 10, low: 0 } },
    { queue: { high: 3 } },
    { queue: { max: 1 } },
    { concurrency: 8, reserved: { "tenant:pro": 4, "tag:net": 4 } },
    { concurrency: 8, reserved: { "tenant:pro": 7 }, lend: false },
    { adaptive: { max: 5 }, reserved: { "tag:net": 5 } },
    { breaker: true, slowStart: false, retryBudget: true },
    { breaker: { failures: 3, openForMs: 5, probes: 2 } },
    { breaker: { failureRate: 1, windowMs: 10, minimumCalls: 1 } },
    { slowStart: { stepMs: 0.5, jitterMs: 0 } },
    { retryBudget: { ratio: 0.1, minPerSecond: 0 } },
    { dedupe: true, cache: { ttlMs: 1_000, maxEntries: 1 } },
    { cache: false },
    { cache: { ttlMs: Infinity } },
  ])("%j", (limit) => {
    expect(() => check({ a: limit })).not.toThrow();
  });
});

describe("limits may be", () => {
  test.each<LimitsOptions>([
    {},
    { a: undefined },
    { "*": { ageingMs: 0, reserved: { "tag:x": 256 } } },
    { "*": { concurrency: 1 }, "github.*": { concurrency: 2 }, "github.list": { concurrency: 3 } },
    { "source:a.b": {}, "tag:llm": {}, "tag:a b": {}, "**": {}, " ": {} },
    { tenant: { weight: 2 } },
    { tenant: { weight: { pro: 4, free: 0.5 }, concurrency: 8, queue: { max: 5 }, breaker: true } },
    { tenant: { weight: () => 0 } },
  ])("%j", (limits) => {
    expect(() => check(limits)).not.toThrow();
  });
});

describe("what JavaScript may write instead is a TypeError that names the setting", () => {
  test.each<[unknown, string]>([
    [null, "limits must be an object."],
    [8, "limits must be an object."],
    [[{ concurrency: 8 }], "limits must be an object."],
    [{ "*": 8 }, 'limits["*"] must be an object.'],
    [{ a: null }, 'limits["a"] must be an object.'],
    [{ "": {} }, 'limits[""] is on nothing; write a tool\'s name, or "tag:NAME".'],
    [{ "tag:": {} }, 'limits["tag:"] is on nothing; write a tool\'s name, or "tag:NAME".'],
    ...["source:", "source:a.", "source:.a", "source:a b"].map((scope): [unknown, string] => [
      { [scope]: {} },
      `limits["${scope}"] is on nothing; write "source:" and a namespace, such as "source:pets".`,
    ]),
    [
      { "tenant:pro": {} },
      'limits["tenant:pro"]: one tenant has no limits of its own. limits["tenant"] holds for each of them, and its `weight` may differ.',
    ],
    [{ a: { ageingMs: 5 } }, 'limits["a"].ageingMs can be set for limits["*"] alone.'],
    [{ tenant: { ageingMs: 5 } }, 'limits["tenant"].ageingMs can be set for limits["*"] alone.'],
    [{ a: { weight: 5 } }, 'limits["a"].weight can be set for limits["tenant"] alone.'],
    ...["key", "access", "reserved", "lend", "retryBudget", "dedupe", "cache"].map(
      (field): [unknown, string] => [
        { tenant: { [field]: "x" } },
        `limits["tenant"].${field} cannot be set for tenants, only for tools.`,
      ],
    ),
  ])("%j", (limits, message) => {
    expect(() => check(limits)).toThrow(new TypeError(message));
  });

  test("a misspelt setting is told with those there are", () => {
    expect(() => check({ a: { concurency: 8 } })).toThrow(
      /^limits\["a"\]\.concurency is unknown; known: concurrency, adaptive, .*, cache\.$/,
    );
    expect(() => check({ "*": { concurency: 8 } })).toThrow(/cache, ageingMs\.$/);
    expect(() => check({ tenant: { concurency: 8 } })).toThrow(/slowStart, weight\.$/);
  });
});

const COUNT = "must be an integer from 1.";
const POSITIVE = "must be a number above 0.";
const SWITCH = "must be true, false or an object.";

/** What is wrong with a limit; messages begin with its path. */
const WRONG: readonly [LimitOptions | object, string][] = [
  ...[0, -1, 1.5, NaN, "8", null, -Infinity].map((concurrency): [object, string] => [
    { concurrency },
    "concurrency must be an integer from 1, or Infinity.",
  ]),
  [{ adaptive: 5 }, `adaptive ${SWITCH}`],
  [{ adaptive: null }, `adaptive ${SWITCH}`],
  [
    { adaptive: { mx: 5 } },
    "adaptive.mx is unknown; known: min, max, initial, latencyMs, backoff.",
  ],
  [{ adaptive: { min: 0 } }, `adaptive.min ${COUNT}`],
  [{ adaptive: { max: Infinity } }, `adaptive.max ${COUNT}`],
  [{ adaptive: { initial: 0.5 } }, `adaptive.initial ${COUNT}`],
  [{ adaptive: { latencyMs: 0 } }, "adaptive.latencyMs must be a number above 0, or Infinity."],
  [{ adaptive: { backoff: 1 } }, "adaptive.backoff must be a number above 0 and below 1."],
  [{ adaptive: { backoff: 0 } }, "adaptive.backoff must be a number above 0 and below 1."],
  [
    { adaptive: { min: 9, max: 8 } },
    "adaptive.min is 9, above the max of 8; lower it, or raise that.",
  ],
  [
    { adaptive: { min: 300 } },
    "adaptive.min is 300, above the max of 256; lower it, or raise that.",
  ],
  [
    { adaptive: { max: 9 }, concurrency: 8 },
    "adaptive.max is 9, above the limit's concurrency of 8; lower it, or raise that.",
  ],
  [{ adaptive: { max: 4, initial: 5 } }, "adaptive.initial is 5; it must be from 1 to 4."],
  [{ rate: 5 }, "rate must be an object."],
  [{ rate: [5] }, "rate[0] must be an object."],
  [{ tokens: "many" }, "tokens must be an object."],
  [
    { tokens: [{ limit: 5, per: "day", estimate: 0 }] },
    "tokens[0].estimate must be a number above 0 and at most 5.",
  ],
  [
    {
      tokens: [
        { limit: 5, per: "day" },
        { limit: 5, per: "day", used: "a..b" },
      ],
    },
    'tokens[1].used must be a path such as "usage.total_tokens", or a function of a call\'s output.',
  ],
  [{ preset: "openai" }, "preset must be an object."],
  [
    { preset: { provider: "acme", rpm: 5 } },
    "preset.provider must be one of: openai, azure-openai, anthropic, gemini, mistral, groq.",
  ],
  [
    { preset: { rpm: 5 } },
    "preset.provider is missing; known: openai, azure-openai, anthropic, gemini, mistral, groq.",
  ],
  [{ preset: { provider: "openai" } }, "preset limits nothing; write one of: rpm, rpd, tpm, tpd."],
  [{ preset: { provider: "openai", rpm: 0 } }, `preset.rpm ${COUNT}`],
  [{ preset: { provider: "openai", tpd: "5" } }, `preset.tpd ${COUNT}`],
  [{ key: "{" }, 'key has a brace without its other one; write fields as "{path}".'],
  [{ key: 7 }, 'key must be a function or a text such as "file:{path}".'],
  [{ key: "a", access: "delete" }, "access must be one of: read, write."],
  [{ access: "read" }, "access says how calls use their `key`, which is not given."],
  [{ queue: 5 }, "queue must be an object."],
  [
    { queue: { maximum: 5 } },
    "queue.maximum is unknown; known: max, onFull, timeoutMs, high, low.",
  ],
  ...[-1, 0.5, NaN, "8", null].map((max): [object, string] => [
    { queue: { max } },
    "queue.max must be an integer from 0, or Infinity.",
  ]),
  [
    { queue: { max: 5, onFull: "wait" } },
    "queue.onFull must be one of: block, reject, drop-oldest, shed-lowest.",
  ],
  [{ queue: { onFull: "block" } }, "queue.onFull says what happens at `max`, which is not given."],
  [{ queue: { timeoutMs: 0 } }, "queue.timeoutMs must be a number above 0, or Infinity."],
  [{ queue: { high: 0 } }, `queue.high ${COUNT}`],
  [{ queue: { high: 5, low: -1 } }, "queue.low must be an integer from 0."],
  [{ queue: { max: 4, high: 5 } }, "queue.high is 5, and no more than 4 can wait; lower it."],
  [{ queue: { high: 5, low: 5 } }, "queue.low is 5, and must be below high, which is 5."],
  [{ queue: { max: 10, low: 8 } }, "queue.low is 8, and must be below high, which is 8."],
  [{ queue: { low: 1 } }, "queue.low comes after `high`, and there is none; write that, or `max`."],
  [{ lend: true }, "lend says what happens to `reserved`, which is not given."],
  [{ concurrency: 8, reserved: { "tag:x": 1 }, lend: 0 }, "lend must be true or false."],
  [{ reserved: { "tag:x": 1 } }, "reserved is a part of `concurrency`; write that too."],
  [
    { concurrency: Infinity, reserved: { "tag:x": 1 } },
    "reserved is a part of `concurrency`; write that too.",
  ],
  [{ concurrency: 8, reserved: ["tag:x"] }, "reserved must be an object."],
  [
    { concurrency: 8, reserved: { pro: 1 } },
    'reserved["pro"] is nobody; write "tenant:NAME" or "tag:NAME".',
  ],
  [
    { concurrency: 8, reserved: { "tenant:": 1 } },
    'reserved["tenant:"] is nobody; write "tenant:NAME" or "tag:NAME".',
  ],
  [{ concurrency: 8, reserved: { "tag:x": 0 } }, `reserved["tag:x"] ${COUNT}`],
  [{ concurrency: 8, reserved: { "tag:x": undefined } }, 'reserved["tag:x"] is undefined.'],
  [
    { concurrency: 8, reserved: { "tag:x": 5, "tag:y": 4 } },
    "reserved keeps 9 in all, and the concurrency is 8; keep fewer, or raise it.",
  ],
  [
    { adaptive: { max: 4 }, concurrency: 8, reserved: { "tag:x": 5 } },
    "reserved keeps 5 in all, and the concurrency is 4; keep fewer, or raise it.",
  ],
  [
    { concurrency: 8, reserved: { "tag:x": 8 }, lend: false },
    "reserved keeps all 8 and lends none, so nobody else could ever start; keep fewer, or lend them.",
  ],
  [{ breaker: "yes" }, `breaker ${SWITCH}`],
  [{ breaker: [] }, `breaker ${SWITCH}`],
  [{ breaker: { failures: 0 } }, `breaker.failures ${COUNT}`],
  [
    { breaker: { failureRate: 1.1 } },
    "breaker.failureRate must be a number above 0 and at most 1.",
  ],
  [{ breaker: { failureRate: 0 } }, "breaker.failureRate must be a number above 0 and at most 1."],
  [{ breaker: { failureRate: 1, windowMs: 0 } }, `breaker.windowMs ${POSITIVE}`],
  [{ breaker: { failureRate: 1, minimumCalls: 0 } }, `breaker.minimumCalls ${COUNT}`],
  [{ breaker: { openForMs: Infinity } }, `breaker.openForMs ${POSITIVE}`],
  [{ breaker: { probes: 0 } }, `breaker.probes ${COUNT}`],
  [
    { breaker: { failures: 5, failureRate: 0.5 } },
    "breaker has both failures and failureRate; write one of them.",
  ],
  [{ breaker: { windowMs: 5 } }, "breaker.windowMs goes with failureRate, which is not given."],
  [
    { breaker: { failures: 5, minimumCalls: 5 } },
    "breaker.minimumCalls goes with failureRate, which is not given.",
  ],
  [{ slowStart: 50 }, `slowStart ${SWITCH}`],
  [{ slowStart: { stepMs: 0 } }, `slowStart.stepMs ${POSITIVE}`],
  [{ slowStart: { jitterMs: -1 } }, "slowStart.jitterMs must be a number from 0."],
  [{ retryBudget: 0.2 }, `retryBudget ${SWITCH}`],
  [{ retryBudget: { ratio: 0 } }, `retryBudget.ratio ${POSITIVE}`],
  [{ retryBudget: { minPerSecond: -1 } }, "retryBudget.minPerSecond must be a number from 0."],
  [{ dedupe: 1 }, "dedupe must be true or false."],
  [{ cache: true }, "cache must be an object, or false."],
  [{ cache: {} }, "cache.ttlMs is missing: how long an answer is good, in milliseconds."],
  [{ cache: { ttlMs: 0 } }, "cache.ttlMs must be a number above 0, or Infinity."],
  [{ cache: { ttlMs: 1, maxEntries: 0 } }, `cache.maxEntries ${COUNT}`],
];

describe("what is wrong with a limit is a TypeError that says what may be written", () => {
  test.each(WRONG)("%j", (limit, message) => {
    expect(() => check({ a: limit })).toThrow(new TypeError(`limits["a"].${message}`));
  });

  test.each<[TenantLimitOptions | object, string]>([
    [{ concurrency: 0 }, "concurrency must be an integer from 1, or Infinity."],
    [{ weight: 0 }, `weight ${POSITIVE}`],
    [{ weight: Infinity }, `weight ${POSITIVE}`],
    [{ weight: "2" }, `weight ${POSITIVE}`],
    [{ weight: [1] }, "weight must be an object."],
    [{ weight: { pro: 0 } }, `weight["pro"] ${POSITIVE}`],
    [{ weight: { pro: undefined } }, 'weight["pro"] is undefined.'],
  ])("of tenants: %j", (limit, message) => {
    expect(() => check({ tenant: limit })).toThrow(new TypeError(`limits["tenant"].${message}`));
  });

  test("the ageing of everything is a number of milliseconds", () => {
    for (const ageingMs of [-1, NaN, Infinity, "5"]) {
      expect(() => check({ "*": { ageingMs } })).toThrow(
        new TypeError('limits["*"].ageingMs must be a number from 0.'),
      );
    }
  });

  test("what is reserved of everything is held against its default", () => {
    expect(() => check({ "*": { reserved: { "tag:x": 257 } } })).toThrow(
      /keeps 257 in all, and the concurrency is 256/,
    );
  });
});
