import type { ToolRegistryOptions } from "../runtime/create-runtime.ts";
import { ToolRegistry } from "../runtime/tool-registry.ts";
import { moduleTools } from "../sources/modules/module-tools.ts";
import type { ConfigEntry } from "./config-entry.ts";
import { switchOff } from "./configured-disablings.ts";
import type { LoadedConfig, LoadedModule } from "./loaded-config.ts";
import { mergeOptions } from "./merge-options.ts";
import { makeSource } from "./opened-source.ts";

/** A registry, and what came of each line of its config. */
export interface OpenedRegistry {
  readonly registry: ToolRegistry;
  /** Modules first, then sources, then what is switched off; each in the order they are written. */
  readonly entries: readonly ConfigEntry[];
}

/** How a registry is opened. */
export interface OpenOptions {
  /** Gives up: what was started is ended, and what waits for it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Whether a module's problems are told in its entry rather than by a warning of the process. Default false. */
  readonly tellsProblems?: boolean | undefined;
}

/**
 * Makes the registry that a config describes, with all that can be had of it: imports its modules and starts its
 * sources, all at once, and registers their tools in the order they are written, those of modules first. The caller
 * closes it.
 *
 * @param overrides - Stronger than the config. Limits and pools are merged setting by setting.
 * @throws TypeError when an override is unknown or out of range; the reason of the signal, nothing being left to close then.
 */
export async function openRegistry(
  config: LoadedConfig,
  overrides: ToolRegistryOptions = {},
  options: OpenOptions = {},
): Promise<OpenedRegistry> {
  const registry = new ToolRegistry(mergeOptions(config.options, overrides));
  return unlessAborted(fill(registry, config, options), registry, options.signal);
}

async function fill(
  registry: ToolRegistry,
  config: LoadedConfig,
  { tellsProblems = false }: OpenOptions,
): Promise<OpenedRegistry> {
  // Neither rejects. Both take their time, and need not wait for each other to begin.
  const registering = Promise.all(
    config.tools.map((module) => importModule(module, tellsProblems)),
  ).then((imported) => imported.map((module) => registered(registry, module)));
  const made = await Promise.all(config.sources.map(makeSource));
  const starting = made.map((source) => source.start(registry, registering));
  const [modules, started] = await Promise.all([registering, Promise.all(starting)]);
  const sources = withProblems(started, registry);
  const disabled = switchOff(registry, config, sources);
  return { registry, entries: [...modules, ...sources, ...disabled] };
}

/** A module that is imported, or why it could not be. */
interface ImportedModule extends Omit<ConfigEntry, "names"> {
  readonly register: (registry: ToolRegistry) => readonly string[];
}

async function importModule(
  { url, options, place }: LoadedModule,
  tellsProblems: boolean,
): Promise<ImportedModule> {
  const begunAt = performance.now();
  const problems: string[] = [];
  const onProblem = tellsProblems ? (problem: string) => problems.push(problem) : undefined;
  const ended = (register: ImportedModule["register"]): ImportedModule => {
    const tookMs = performance.now() - begunAt;
    return { kind: "module", label: url, place, tookMs, problems, register };
  };
  try {
    const tools = await moduleTools(url, { ...options, onProblem });
    return ended((registry) => registry.register(tools, options));
  } catch (thrown) {
    return ended(() => {
      throw thrown;
    });
  }
}

function registered(registry: ToolRegistry, { register, ...entry }: ImportedModule): ConfigEntry {
  try {
    return { ...entry, names: register(registry) };
  } catch (thrown) {
    return { ...entry, names: [], thrown };
  }
}

/** The registry knows of those that are there, in the same order; two may have the same name. */
function withProblems(
  started: readonly ConfigEntry[],
  registry: ToolRegistry,
): readonly ConfigEntry[] {
  const known = registry.stats().sources.values();
  return started.map((entry) => {
    if ("thrown" in entry) return entry;
    const { problems = [] } = known.next().value ?? {};
    return Object.assign({}, entry, { problems });
  });
}

async function unlessAborted(
  opening: Promise<OpenedRegistry>,
  registry: ToolRegistry,
  signal: AbortSignal | undefined,
): Promise<OpenedRegistry> {
  if (signal === undefined) return opening;
  const aborted = Promise.withResolvers<never>();
  const giveUp = (): void => aborted.reject(signal.reason);
  const onAbort = (): void => void registry.destroy().then(giveUp, giveUp);
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  try {
    const opened = await Promise.race([opening, aborted.promise]);
    return signal.aborted ? await aborted.promise : opened;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
