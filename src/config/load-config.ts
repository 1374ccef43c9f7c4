import { resolve } from "node:path";
import type { Environment } from "../core/fill-in-text.ts";
import { checkConfig } from "./check-config.ts";
import { ConfigError, type ConfigIssue } from "./config-error.ts";
import { registryOptions } from "./config-options.ts";
import { type ConfigPath, formatPath } from "./config-path.ts";
import { type ConfigSource, issueOf, placeOf } from "./config-source.ts";
import { configuredModules } from "./configured-modules.ts";
import { configuredSources } from "./configured-sources.ts";
import { findConfig, noConfigError } from "./find-config.ts";
import type { LoadedConfig, LoadedDisabling } from "./loaded-config.ts";
import { readConfig } from "./read-config.ts";
import { shownPath } from "./shown-path.ts";
import type { ToolyardConfig } from "./toolyard-config.ts";

/**
 * Reads a config: JSON with comments and trailing commas, or a TypeScript or JavaScript module with
 * the config as its default export or its export `config`. The modules that it names must be there;
 * they are not imported yet, and its sources not started.
 *
 * @param path - The config, relative to `cwd`. Default: what `findConfig` finds there.
 * @param cwd - Default: the current directory.
 * @param environment - What `${NAME}` stands for. Default: `process.env`.
 * @throws ConfigError with every mistake found; when there is no config, it says what to create.
 */
export async function loadConfig(
  path?: string,
  cwd: string = process.cwd(),
  environment: Environment = process.env,
): Promise<LoadedConfig> {
  const file = path === undefined ? await findConfig(cwd) : resolve(cwd, path);
  if (file === undefined) {
    throw noConfigError("toolyard.json", "There is no such file here, nor a toolyard.config.ts.");
  }
  const source = await readConfig(file, shownPath(file, cwd));
  const { value, problems } = await checkConfig(source.value, environment);
  const broken = new Set(problems.map((problem) => formatPath(problem.path)));
  const skip = (at: ConfigPath): boolean => broken.has(formatPath(at));
  const found = await configuredModules(value, file, source, skip);
  const mistakes = [...problems, ...found.problems].map((problem) => issueOf(source, problem));
  throwIfAny([...source.issues, ...mistakes]);
  const config = value as ToolyardConfig;
  const place = { file, cwd, source, environment };
  const { sources, issues } = await configuredSources(config, place);
  throwIfAny(issues);
  return {
    file,
    options: registryOptions(config),
    tools: found.modules,
    sources,
    disabled: disablings(config, source),
  };
}

function throwIfAny(issues: readonly ConfigIssue[]): void {
  if (issues.length > 0) throw new ConfigError(issues.toSorted(byPosition));
}

function disablings({ disabled = {} }: ToolyardConfig, source: ConfigSource): LoadedDisabling[] {
  return Object.entries(disabled).map(([name, reason]) => ({
    name,
    reason,
    place: placeOf(source, ["disabled", name], "key"),
  }));
}

function byPosition(left: ConfigIssue, right: ConfigIssue): number {
  const byLine = (left.line ?? 0) - (right.line ?? 0);
  return byLine === 0 ? (left.column ?? 0) - (right.column ?? 0) : byLine;
}
