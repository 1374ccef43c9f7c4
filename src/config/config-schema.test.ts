import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ERROR_CODES } from "../core/error-codes.ts";
import { permissionsProblem } from "../core/permissions.ts";
import {
  EXECUTION_MODES,
  type RetryPolicy,
  type ToolAnnotations,
  type ToolPermissions,
} from "../core/tool.ts";
import { type PoolOptions, resolvePoolOptions } from "../executors/pool/pool-options.ts";
import { checkNamespace } from "../registry/namespace.ts";
import { resolveAdaptive } from "../limits/adaptive-concurrency.ts";
import { checkLimits } from "../limits/check-limits.ts";
import { resolveBreaker } from "../limits/circuit-breaker.ts";
import {
  type AdaptiveOptions,
  type BreakerOptions,
  type CacheOptions,
  DEFAULT_CONCURRENCY,
  type LimitOptions,
  type LimitsOptions,
  type PresetOptions,
  type QueueOptions,
  type RateOptions,
  type RetryBudgetOptions,
  type SlowStartOptions,
  type TenantLimitOptions,
  type TokenRateOptions,
} from "../limits/limit-options.ts";
import { DEFAULT_ESTIMATE, DEFAULT_USED } from "../limits/token-usage.ts";
import { DEFAULT_TIMEOUT_MS } from "../runtime/bound-tool.ts";
import type { ResultOptions } from "../runtime/result-limits.ts";
import { configSchemaCheck } from "./config-schema.ts";
import { checkMcpOptions } from "../sources/mcp/mcp-check-options.ts";
import { readMcpServers } from "../sources/mcp/mcp-config.ts";
import type {
  McpHttpServer,
  McpOptions,
  McpRestartOptions,
  McpServerConfig,
  McpStdioServer,
} from "../sources/mcp/mcp-options.ts";
import type { McpRoot } from "../sources/mcp/question-options.ts";
import { checkOptions } from "../sources/openapi/check-options.ts";
import { fillInAccess } from "../sources/openapi/credentials.ts";
import type { OpenApiCredential, OperationFilter } from "../sources/openapi/openapi-options.ts";
import type {
  ConfigMcpServer,
  ConfigOpenApi,
  ConfigToolModule,
  ToolyardConfig,
} from "./toolyard-config.ts";

/**
 * Settings of an MCP server that are checked elsewhere: those that all kinds of tools have, when tools are made; what is in
 * `restart`, below.
 */
const LENIENT = new Set([
  "restart",
  "namespace",
  "replace",
  "deferred",
  "mode",
  "tags",
  "timeoutMs",
  "retry",
  "maxResultBytes",
  "truncate",
  "annotations",
]);

interface Part {
  readonly $ref?: string;
  readonly default?: unknown;
  readonly description?: string;
  readonly properties: Readonly<Record<string, Part>>;
  readonly anyOf: readonly { readonly enum?: readonly unknown[] }[];
  readonly $defs: Readonly<Record<string, Part>>;
}

const schema = JSON.parse(
  readFileSync(new URL("../../schema/toolyard.schema.json", import.meta.url), "utf8"),
) as Part;
const check = await configSchemaCheck();
const accepts = (config: unknown): boolean => check(config).length === 0;

/** The fields of a type: the compiler refuses one too few and one too many. */
type FieldsOf<Options> = Readonly<Record<keyof Options, true>>;

function propertiesOf(name: string): Readonly<Record<string, Part>> {
  return schema.$defs[name]?.properties ?? {};
}

/** Those of a setting of limits. */
function settingsOf(field: string): Readonly<Record<string, Part>> {
  return propertiesOf("limit")[field]?.properties ?? {};
}

/** What is said of a part, or of the setting it stands for. */
function descriptionOf({ description, $ref = "" }: Part): string | undefined {
  const field = $ref.split("#/$defs/limit/properties/")[1] ?? "";
  return description ?? propertiesOf("limit")[field]?.description;
}

/** What JSON holds of limits, `Infinity` written as text. */
function written(limits: unknown): unknown {
  return JSON.parse(
    JSON.stringify(limits, (_, value: unknown) => (value === Infinity ? "Infinity" : value)),
  );
}

/** Expects the schema to say of limits what their check says. */
function agreesOn(limits: unknown): void {
  const passed = passes(() => checkLimits(limits as LimitsOptions));
  expect([limits, accepts({ limits: written(limits) })]).toEqual([limits, passed]);
}

/** The defaults of those parts that have one. */
function defaultsOf(parts: Readonly<Record<string, Part>>): object {
  const entries = Object.entries(parts).map(([name, part]) => [name, part.default] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** Whether it does not throw a TypeError. */
function passes(act: () => unknown): boolean {
  try {
    act();
    return true;
  } catch (thrown) {
    if (thrown instanceof TypeError) return false;
    throw thrown;
  }
}

describe("the schema has the fields of the types", () => {
  const config: FieldsOf<ToolyardConfig> = {
    $schema: true,
    mode: true,
    timeoutMs: true,
    limits: true,
    results: true,
    pools: true,
    tools: true,
    openapi: true,
    mcpServers: true,
    disabled: true,
  };
  const forAll = {
    concurrency: true,
    adaptive: true,
    rate: true,
    tokens: true,
    preset: true,
    queue: true,
    breaker: true,
    slowStart: true,
  } as const;
  const tenantLimit: FieldsOf<TenantLimitOptions> = { ...forAll, weight: true };
  const limit: FieldsOf<Omit<LimitOptions, "ageingMs">> = {
    ...forAll,
    key: true,
    access: true,
    reserved: true,
    lend: true,
    retryBudget: true,
    dedupe: true,
    cache: true,
  };
  const everything: FieldsOf<LimitOptions> = { ...limit, ageingMs: true };
  const adaptive: FieldsOf<AdaptiveOptions> = {
    min: true,
    max: true,
    initial: true,
    latencyMs: true,
    backoff: true,
  };
  const rate: FieldsOf<RateOptions> = {
    limit: true,
    per: true,
    perMs: true,
    kind: true,
    burst: true,
    timeZone: true,
  };
  const tokens: FieldsOf<TokenRateOptions> = { ...rate, estimate: true, used: true };
  const preset: FieldsOf<PresetOptions> = {
    provider: true,
    rpm: true,
    rpd: true,
    tpm: true,
    tpd: true,
    estimate: true,
    used: true,
  };
  const queue: FieldsOf<QueueOptions> = {
    max: true,
    onFull: true,
    timeoutMs: true,
    high: true,
    low: true,
  };
  const breaker: FieldsOf<BreakerOptions> = {
    failures: true,
    failureRate: true,
    windowMs: true,
    minimumCalls: true,
    openForMs: true,
    probes: true,
  };
  const slowStart: FieldsOf<SlowStartOptions> = { stepMs: true, jitterMs: true };
  const retryBudget: FieldsOf<RetryBudgetOptions> = { ratio: true, minPerSecond: true };
  const cache: FieldsOf<CacheOptions> = { ttlMs: true, maxEntries: true };
  const pools: FieldsOf<NonNullable<ToolyardConfig["pools"]>> = { thread: true, process: true };
  const pool: FieldsOf<PoolOptions> = {
    min: true,
    max: true,
    spares: true,
    idleTimeoutMs: true,
    maxCalls: true,
    maxAgeMs: true,
    quarantineAfter: true,
    maxFrameBytes: true,
    cwd: true,
    maxMemoryBytes: true,
    maxConcurrencyPerWorker: true,
    killGraceMs: true,
    env: true,
    execArgv: true,
  };
  const module: FieldsOf<ConfigToolModule> = {
    module: true,
    namespace: true,
    replace: true,
    deferred: true,
    export: true,
    derive: true,
    schemas: true,
    mode: true,
    tags: true,
    timeoutMs: true,
    retry: true,
    maxResultBytes: true,
    truncate: true,
    annotations: true,
    permissions: true,
  };
  const results: FieldsOf<ResultOptions> = { maxBytes: true, truncate: true, keepBytes: true };
  const settings = {
    namespace: true,
    replace: true,
    deferred: true,
    mode: true,
    tags: true,
    timeoutMs: true,
    retry: true,
    maxResultBytes: true,
    truncate: true,
    annotations: true,
  } as const;
  const openapi: FieldsOf<ConfigOpenApi> = {
    ...settings,
    document: true,
    include: true,
    exclude: true,
    rename: true,
    server: true,
    serverVariables: true,
    auth: true,
    headers: true,
    allowHosts: true,
    allowPrivateAddresses: true,
    maxRedirects: true,
    maxResponseBytes: true,
    connections: true,
  };
  const mcpSettings: FieldsOf<NonNullable<ConfigMcpServer["toolyard"]>> = {
    ...settings,
    include: true,
    exclude: true,
    rename: true,
    required: true,
    resources: true,
    prompts: true,
    pool: true,
    whileDown: true,
    restart: true,
    connectTimeoutMs: true,
    resetTimeoutOnProgress: true,
    protocol: true,
    maxMessageBytes: true,
    roots: true,
  };
  const root: FieldsOf<McpRoot> = { uri: true, name: true };
  const restart: FieldsOf<McpRestartOptions> = {
    initialIntervalMs: true,
    maximumIntervalMs: true,
    maximumAttempts: true,
    pingIntervalMs: true,
    pingTimeoutMs: true,
  };
  /** Other hosts' words for ours. */
  const aliases = {
    envFile: true,
    httpUrl: true,
    serverUrl: true,
    transport: true,
    transportType: true,
    enabled: true,
  } as const;
  const mcpServer: FieldsOf<
    McpStdioServer & McpHttpServer & Pick<ConfigMcpServer, "disabled" | "toolyard">
  > = {
    ...aliases,
    type: true,
    command: true,
    args: true,
    env: true,
    cwd: true,
    url: true,
    headers: true,
    disabled: true,
    toolyard: true,
  };
  const operations: FieldsOf<OperationFilter> = {
    tags: true,
    paths: true,
    methods: true,
    operationIds: true,
  };
  const retry: FieldsOf<RetryPolicy> = {
    maximumAttempts: true,
    initialIntervalMs: true,
    backoffCoefficient: true,
    maximumIntervalMs: true,
    retryOn: true,
  };
  const annotations: FieldsOf<ToolAnnotations> = {
    readOnly: true,
    idempotent: true,
    idempotentWithKey: true,
    destructive: true,
    openWorld: true,
  };
  const permissions: FieldsOf<ToolPermissions> = {
    fsRead: true,
    fsWrite: true,
    net: true,
    childProcess: true,
    worker: true,
    addons: true,
    wasi: true,
  };

  test.each([
    ["a config", schema.properties, config],
    ["a limit", propertiesOf("limit"), limit],
    ["the limit of everything", propertiesOf("everythingLimit"), everything],
    ["the limit of tenants", propertiesOf("tenantLimit"), tenantLimit],
    ["an adaptive concurrency", settingsOf("adaptive"), adaptive],
    ["a rate", propertiesOf("rates"), rate],
    ["a rate of tokens", propertiesOf("tokenRates"), tokens],
    ["a preset", settingsOf("preset"), preset],
    ["a queue", settingsOf("queue"), queue],
    ["a breaker", settingsOf("breaker"), breaker],
    ["a slow start", settingsOf("slowStart"), slowStart],
    ["a retry budget", settingsOf("retryBudget"), retryBudget],
    ["a cache", settingsOf("cache"), cache],
    ["the pools", schema.properties["pools"]?.properties, pools],
    ["a pool", propertiesOf("pool"), pool],
    ["a module", propertiesOf("toolModule"), module],
    ["the results", schema.properties["results"]?.properties, results],
    ["an OpenAPI document", propertiesOf("openapi"), openapi],
    ["a filter of operations", propertiesOf("operationFilter"), operations],
    ["an MCP server", propertiesOf("mcpServer"), mcpServer],
    ["the settings of one", propertiesOf("mcpSettings"), mcpSettings],
    ["its roots", propertiesOf("mcpRoot"), root],
    ["its restarts", propertiesOf("mcpSettings")["restart"]?.properties, restart],
    ["a retry policy", propertiesOf("retry"), retry],
    ["annotations", propertiesOf("toolModule")["annotations"]?.properties, annotations],
    ["permissions", propertiesOf("toolModule")["permissions"]?.properties, permissions],
  ])("of %s, each described", (_, properties, fields) => {
    expect(Object.keys(properties ?? {}).toSorted()).toEqual(Object.keys(fields).toSorted());
    for (const part of Object.values(properties ?? {})) expect(descriptionOf(part)).toMatch(/\.$/);
  });

  test("and the modes there are", () => {
    const values = schema.$defs["mode"]?.anyOf.flatMap((part) => part.enum ?? []);
    expect(values?.toSorted()).toEqual(EXECUTION_MODES.toSorted());
  });

  test("and the codes after which a call may be tried again", () => {
    const codes = (propertiesOf("retry")["retryOn"] as { items?: { enum: unknown } } | undefined)
      ?.items?.enum;
    expect(codes).toEqual(Object.keys(ERROR_CODES));
  });

  test("and their defaults", () => {
    const { killGraceMs, maxConcurrencyPerWorker } = resolvePoolOptions("thread");
    expect(schema.properties["timeoutMs"]?.default).toBe(DEFAULT_TIMEOUT_MS);
    expect(schema.properties["limits"]?.default).toEqual({
      "*": { concurrency: DEFAULT_CONCURRENCY },
    });
    const { windowMs, minimumCalls, openForMs, probes } = resolveBreaker(true);
    expect(defaultsOf(settingsOf("breaker"))).toEqual({
      windowMs,
      minimumCalls,
      openForMs,
      probes,
    });
    const { min, backoff } = resolveAdaptive(true);
    expect(defaultsOf(settingsOf("adaptive"))).toEqual({ min, backoff });
    expect(defaultsOf(propertiesOf("tokenRates"))).toMatchObject({
      estimate: DEFAULT_ESTIMATE,
      used: DEFAULT_USED,
    });
    expect(propertiesOf("pool")["killGraceMs"]?.default).toBe(killGraceMs);
    expect(propertiesOf("pool")["maxConcurrencyPerWorker"]?.default).toBe(maxConcurrencyPerWorker);
  });
});

test("the schema is a schema of draft 2020-12", () => {
  const ajv = new Ajv2020();
  expect(ajv.validateSchema(schema)).toBe(true);
  expect(ajv.errors ?? []).toEqual([]);
});

describe("the schema accepts what the library accepts", () => {
  const numbers = fc.oneof(
    fc.integer({ min: -2, max: 3 }),
    fc.double({ noNaN: true }),
    fc.constantFrom(0, -0, 0.5, 16_777_215, 16_777_216, 2 ** 40, Number.MIN_VALUE),
  );

  test.each(["max", "maxMemoryBytes", "maxConcurrencyPerWorker", "killGraceMs", "min"])(
    "as a pool's %s",
    (field) => {
      fc.assert(
        fc.property(numbers.filter(Number.isFinite), (value) => {
          const pool = { [field]: value };
          expect(accepts({ pools: { process: pool } })).toBe(
            passes(() => resolvePoolOptions("process", pool)),
          );
        }),
      );
    },
  );

  test("as scopes", () => {
    const scope = fc.oneof(
      fc.string(),
      fc.stringMatching(/^(?:tag:|source:|tenant:?|[*\na .]){0,3}$/),
    );
    fc.assert(fc.property(fc.dictionary(scope, fc.constant({}), { maxKeys: 2 }), agreesOn));
  });

  const most = 2 ** 45;
  test.each<[string, (value: number) => object]>([
    ["concurrency", (concurrency) => ({ concurrency })],
    ["adaptive.min", (min) => ({ adaptive: { min, max: Number.MAX_VALUE } })],
    ["adaptive.max", (max) => ({ adaptive: { max } })],
    ["adaptive.initial", (initial) => ({ adaptive: { initial, max: Number.MAX_VALUE } })],
    ["adaptive.latencyMs", (latencyMs) => ({ adaptive: { latencyMs } })],
    ["adaptive.backoff", (backoff) => ({ adaptive: { backoff } })],
    ["rate.limit", (limit) => ({ rate: [{ limit: Math.min(limit, 9), per: "day" }] })],
    ["rate.perMs", (perMs) => ({ rate: { limit: 1, perMs: Math.min(perMs, 9) } })],
    ["tokens.limit", (limit) => ({ tokens: { limit: Math.min(limit, 9), per: "day" } })],
    ["preset.tpm", (tpm) => ({ preset: { provider: "openai", tpm: Math.min(tpm, 9) } })],
    ["queue.max", (max) => ({ queue: { max } })],
    ["queue.timeoutMs", (timeoutMs) => ({ queue: { timeoutMs } })],
    ["queue.high", (high) => ({ queue: { high } })],
    ["queue.low", (low) => ({ queue: { high: most, low: Math.min(low, 9) } })],
    ["reserved", (few) => ({ concurrency: most, reserved: { "tag:x": Math.min(few, 9) } })],
    ["breaker.failures", (failures) => ({ breaker: { failures } })],
    ["breaker.failureRate", (failureRate) => ({ breaker: { failureRate } })],
    ["breaker.windowMs", (windowMs) => ({ breaker: { failureRate: 1, windowMs } })],
    ["breaker.minimumCalls", (minimumCalls) => ({ breaker: { failureRate: 1, minimumCalls } })],
    ["breaker.openForMs", (openForMs) => ({ breaker: { openForMs } })],
    ["breaker.probes", (probes) => ({ breaker: { probes } })],
    ["slowStart.stepMs", (stepMs) => ({ slowStart: { stepMs } })],
    ["slowStart.jitterMs", (jitterMs) => ({ slowStart: { jitterMs } })],
    ["retryBudget.ratio", (ratio) => ({ retryBudget: { ratio } })],
    ["retryBudget.minPerSecond", (minPerSecond) => ({ retryBudget: { minPerSecond } })],
    ["cache.ttlMs", (ttlMs) => ({ cache: { ttlMs } })],
    ["cache.maxEntries", (maxEntries) => ({ cache: { ttlMs: 1, maxEntries } })],
    ["ageingMs", (ageingMs) => ({ ageingMs })],
    ["no setting", (concurrently) => ({ concurrently })],
  ])("as the %s of a limit", (setting, limitOf) => {
    const property = fc.property(numbers, (value) =>
      agreesOn({ [setting === "ageingMs" ? "*" : "a"]: limitOf(value) }),
    );
    fc.assert(property, { numRuns: 50 });
  });

  test("as weights of tenants", () => {
    const weight = fc.oneof(numbers, fc.dictionary(fc.string(), numbers, { maxKeys: 2 }));
    fc.assert(fc.property(weight, (value) => agreesOn({ tenant: { weight: value } })));
  });

  test.each<[string, (value: unknown) => object]>([
    ["adaptive", (adaptive) => ({ adaptive })],
    ["rate", (rate) => ({ rate })],
    ["tokens", (tokens) => ({ tokens })],
    ["tokens.estimate", (estimate) => ({ tokens: { limit: 9, per: "day", estimate } })],
    ["tokens.used", (used) => ({ tokens: { limit: 9_000, per: "day", used } })],
    ["rate.per", (per) => ({ rate: { limit: 9, per } })],
    ["preset", (preset) => ({ preset })],
    ["preset.provider", (provider) => ({ preset: { provider, rpm: 9 } })],
    ["key", (key) => ({ key })],
    ["access", (access) => ({ key: "a", access })],
    ["queue", (queue) => ({ queue })],
    ["queue.onFull", (onFull) => ({ queue: { max: 9, onFull } })],
    ["reserved", (reserved) => ({ concurrency: 9, reserved })],
    ["a share", (share) => ({ concurrency: 9, reserved: { [String(share)]: 1 } })],
    ["lend", (lend) => ({ concurrency: 9, reserved: { "tag:x": 1 }, lend })],
    ["breaker", (breaker) => ({ breaker })],
    ["slowStart", (slowStart) => ({ slowStart })],
    ["retryBudget", (retryBudget) => ({ retryBudget })],
    ["dedupe", (dedupe) => ({ dedupe })],
  ])("as the %s of a limit, whatever it is", (_setting, limitOf) => {
    const words = [
      "read",
      "block",
      "openai",
      "minute",
      "a.b",
      "a..b",
      "{a}",
      "{a",
      "tag:",
      "tag:x",
    ];
    const others = [null, true, false, 1, 0, "", [], {}, [{}], { unknown: 1 }, [1]];
    for (const value of [...words, ...others]) agreesOn({ a: limitOf(value) });
  });

  test("as namespaces", () => {
    const namespace = fc.stringMatching(/^[a.\s-]{0,6}$/);
    fc.assert(
      fc.property(namespace, (text) => {
        expect(accepts({ tools: [{ module: "x", namespace: text }] })).toBe(
          passes(() => checkNamespace(text)),
        );
      }),
    );
  });

  const odd = [null, true, false, 0, 1, -1, 1.5, "", " ", "a", "a.b", [], [null], ["a"], [1], {}];
  const roots = [[{ uri: "file:///a" }], [{ uri: "file:///a", name: "b" }], [{ uri: "/a" }]];
  const odder = [...odd, ...roots, { a: "b" }, { a: 1 }, { a: null }, { a: ["b"] }, [["a"]], [{}]];
  const values = fc.constantFrom<unknown>(...odder);
  const finite = numbers.filter(Number.isFinite);

  test.each<[string, object]>([
    ["command", {}],
    ["args", { command: "x" }],
    ["env", { command: "x" }],
    ["cwd", { command: "x" }],
    ["headers", { url: "http://127.0.0.1" }],
    ["anything", { command: "x" }],
  ])("as an MCP server's %s", (field, server) => {
    fc.assert(
      fc.property(values, (value) => {
        // Null stands for what is not given, and without a command there is none to speak of.
        fc.pre(field !== "command" || value !== null);
        const config = { [field]: value, ...server };
        expect([config, accepts({ mcpServers: { a: config } })]).toEqual([
          config,
          passes(() =>
            readMcpServers({ mcpServers: { a: config as unknown as McpServerConfig } }, {}),
          ),
        ]);
      }),
    );
  });

  test.each(Object.keys(propertiesOf("mcpSettings")).filter((field) => !LENIENT.has(field)))(
    "as the setting %s of an MCP server",
    (field) => {
      fc.assert(
        fc.property(values, (value) => {
          const toolyard = { [field]: value };
          expect([toolyard, accepts({ mcpServers: { a: { command: "x", toolyard } } })]).toEqual([
            toolyard,
            value !== null && passes(() => checkMcpOptions(toolyard)),
          ]);
        }),
      );
    },
  );

  test.each(Object.keys(propertiesOf("mcpSettings")["restart"]?.properties ?? {}))(
    "as the %s of an MCP server's restarts",
    (field) => {
      fc.assert(
        fc.property(fc.oneof(values, finite), (value) => {
          const toolyard = { restart: { [field]: value } };
          expect([toolyard, accepts({ mcpServers: { a: { command: "x", toolyard } } })]).toEqual([
            toolyard,
            passes(() => checkMcpOptions(toolyard as McpOptions)),
          ]);
        }),
      );
    },
  );

  test("as credentials", () => {
    const name = fc.constantFrom("bearer", "username", "password", "apiKey", "clientId");
    const text = fc.constantFrom<unknown>("a", "b c", 1, null);
    const credentials = fc.dictionary(fc.oneof(name, fc.constant("clientSecret")), text);
    fc.assert(
      fc.property(credentials, (credential) => {
        const auth = { key: credential as unknown as OpenApiCredential };
        const isText = Object.values(credential).every((value) => typeof value === "string");
        expect([credential, accepts({ openapi: [{ document: "x", auth }] })]).toEqual([
          credential,
          isText && passes(() => fillInAccess({ auth }, {})),
        ]);
      }),
    );
  });

  test.each(["maxRedirects", "maxResponseBytes", "connections", "allowPrivateAddresses"])(
    "as the setting %s of an OpenAPI document",
    (field) => {
      fc.assert(
        fc.property(fc.oneof(values, finite), (value) => {
          const options = { [field]: value };
          expect([value, accepts({ openapi: [{ document: "x", ...options }] })]).toEqual([
            value,
            passes(() => checkOptions(options)),
          ]);
        }),
      );
    },
  );

  test("as permissions", () => {
    const value = fc.oneof(
      fc.boolean(),
      fc.constantFrom(null, 1, "/tmp"),
      fc.array(fc.constantFrom("/tmp", "./a b", "", "*", "a/*", 1), { maxLength: 3 }),
    );
    const name = fc.constantFrom("fsRead", "fsWrite", "net", "childProcess", "wasi", "network");
    fc.assert(
      fc.property(fc.dictionary(name, value), (permissions) => {
        expect(accepts({ tools: [{ module: "x", permissions }] })).toBe(
          permissionsProblem(permissions) === undefined,
        );
      }),
    );
  });
});
