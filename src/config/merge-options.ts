import type { ToolRegistryOptions } from "../runtime/create-runtime.ts";

/**
 * `options` with `overrides` over them. Limits are merged by scope and pools by kind, setting by
 * setting. What is undefined overrides nothing.
 */
export function mergeOptions(
  options: ToolRegistryOptions,
  overrides: ToolRegistryOptions,
): ToolRegistryOptions {
  const limits = mergeGroups(options.limits, overrides.limits);
  const pools = mergeGroups(options.pools, overrides.pools);
  return {
    ...options,
    ...withoutUndefined(overrides),
    ...(limits !== undefined && { limits }),
    ...(pools !== undefined && { pools }),
  };
}

/** Settings by name: limits by scope, pools by kind. */
type Groups<Group> = Readonly<Record<string, Group | undefined>>;

function mergeGroups<Group extends object>(
  groups: Groups<Group> | undefined,
  overrides: Groups<Group> | undefined,
): Record<string, Group> | undefined {
  if (groups === undefined && overrides === undefined) return undefined;
  const merged = new Map(Object.entries(groups ?? {}));
  for (const [name, group] of Object.entries(overrides ?? {})) {
    merged.set(name, { ...merged.get(name), ...withoutUndefined(group ?? {}) } as Group);
  }
  return Object.fromEntries(merged) as Record<string, Group>;
}

function withoutUndefined<Group extends object>(group: Group): Partial<Group> {
  const given = Object.entries(group).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Partial<Group>;
}
