import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { permissionsProblem } from "../core/permissions.ts";
import { EXECUTION_MODES, type ToolAnnotations, type ToolPermissions } from "../core/tool.ts";
import { type PoolOptions, resolvePoolOptions } from "../executors/pool/pool-options.ts";
import { checkNamespace } from "../registry/namespace.ts";
import { DEFAULT_CONCURRENCY, type LimitOptions, checkLimits } from "../limits/limit-options.ts";
import { DEFAULT_TIMEOUT_MS } from "../runtime/bound-tool.ts";
import { configSchemaCheck } from "./config-schema.ts";
import type { ConfigToolModule, ToolyardConfig } from "./toolyard-config.ts";

interface Part {
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
    pools: true,
    tools: true,
    disabled: true,
  };
  const limit: FieldsOf<LimitOptions> = { concurrency: true, queue: true };
  const queue: FieldsOf<NonNullable<LimitOptions["queue"]>> = { max: true };
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
    export: true,
    mode: true,
    tags: true,
    timeoutMs: true,
    annotations: true,
    permissions: true,
  };
  const annotations: FieldsOf<ToolAnnotations> = {
    readOnly: true,
    idempotent: true,
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
    ["a limit's queue", propertiesOf("limit")["queue"]?.properties, queue],
    ["the pools", schema.properties["pools"]?.properties, pools],
    ["a pool", propertiesOf("pool"), pool],
    ["a module", propertiesOf("toolModule"), module],
    ["annotations", propertiesOf("toolModule")["annotations"]?.properties, annotations],
    ["permissions", propertiesOf("toolModule")["permissions"]?.properties, permissions],
  ])("of %s, each described", (_, properties, fields) => {
    expect(Object.keys(properties ?? {}).toSorted()).toEqual(Object.keys(fields).toSorted());
    for (const part of Object.values(properties ?? {})) expect(part.description).toMatch(/\.$/);
  });

  test("and the modes there are", () => {
    const values = schema.$defs["mode"]?.anyOf.flatMap((part) => part.enum ?? []);
    expect(values?.toSorted()).toEqual(EXECUTION_MODES.toSorted());
  });

  test("and their defaults", () => {
    const { killGraceMs, maxConcurrencyPerWorker } = resolvePoolOptions("thread");
    expect(schema.properties["timeoutMs"]?.default).toBe(DEFAULT_TIMEOUT_MS);
    expect(schema.properties["limits"]?.default).toEqual({
      "*": { concurrency: DEFAULT_CONCURRENCY },
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

  test("as limits", () => {
    const limit = fc.oneof(
      fc.record({ concurrency: numbers }),
      fc.record({ queue: fc.record({ max: numbers }) }),
      fc.record({ concurrently: numbers }),
    );
    const scope = fc.oneof(fc.string(), fc.stringMatching(/^(tag:|[*\na]){0,3}$/));
    fc.assert(
      fc.property(fc.dictionary(scope, limit, { maxKeys: 2 }), (limits) => {
        const text = JSON.stringify(limits, (_, value: unknown) =>
          value === Infinity ? "Infinity" : value,
        );
        if (text.includes("null")) return;
        expect(accepts({ limits: JSON.parse(text) as unknown })).toBe(
          passes(() => checkLimits(limits as Record<string, LimitOptions>)),
        );
      }),
    );
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
