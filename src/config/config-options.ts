/** From a config in plain JSON to the options that the library takes. */
import type { PoolOptions } from "../executors/pool/pool-options.ts";
import type { LimitsOptions } from "../limits/limit-options.ts";
import type { ToolRegistryOptions } from "../runtime/create-runtime.ts";
import type { ToolyardConfig } from "./toolyard-config.ts";

/** The options of a registry that a config has: `"Infinity"` becomes the number, a variable that is null undefined. */
export function registryOptions(config: ToolyardConfig): ToolRegistryOptions {
  const { mode, timeoutMs, limits, results, pools } = config;
  return {
    ...(mode !== undefined && { mode }),
    ...(timeoutMs !== undefined && { timeoutMs: withInfinity(timeoutMs) as number }),
    ...(limits !== undefined && { limits: withInfinity(limits) as LimitsOptions }),
    ...(results !== undefined && { results }),
    ...(pools !== undefined && { pools: mapValues(pools, poolOptions) }),
  };
}

/** `value` with each text `"Infinity"` in it as the number. JSON has no other way to write it. */
export function withInfinity(value: unknown): unknown {
  if (value === "Infinity") return Infinity;
  if (Array.isArray(value)) return value.map(withInfinity);
  return typeof value === "object" && value !== null ? mapValues(value, withInfinity) : value;
}

function poolOptions(pool: PoolOptions | undefined): PoolOptions {
  const { env, ...settings } = pool ?? {};
  const rest = withInfinity(settings) as PoolOptions;
  if (env === undefined) return rest;
  return { ...rest, env: mapValues(env, (text: string | null | undefined) => text ?? undefined) };
}

function mapValues<Value, Mapped>(
  values: Readonly<Record<string, Value>> | object,
  map: (value: Value) => Mapped,
): Record<string, Mapped> {
  const entries = Object.entries(values) as [string, Value][];
  return Object.fromEntries(entries.map(([key, value]) => [key, map(value)]));
}
