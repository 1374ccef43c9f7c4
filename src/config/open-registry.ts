import type { ToolRegistryOptions } from "../runtime/create-runtime.ts";
import { ToolRegistry } from "../runtime/tool-registry.ts";
import { moduleTools } from "../sources/modules/module-tools.ts";
import type { ConfigPlace } from "./config-error.ts";
import type { LoadedConfig, LoadedModule } from "./loaded-config.ts";
import type { LoadedSource } from "./loaded-source.ts";
import { mergeOptions } from "./merge-options.ts";

/** What came of one line of a config. */
export interface ConfigEntry {
  /** `disabled`: a tool that is switched off. */
  readonly kind: "module" | "openapi" | "mcp" | "disabled";
  /** What the line names, for people: a module's URL, a document, a server's name. */
  readonly label: string;
  /** Where it stands. */
  readonly place: ConfigPlace;
  /** Milliseconds that it took to import or to start. */
  readonly tookMs: number;
  /** The full names of the tools it gave. */
  readonly names: readonly string[];
  /** Why it gave none. */
  readonly thrown?: unknown;
}

/** A registry, and what came of each line of its config. */
export interface OpenedRegistry {
  readonly registry: ToolRegistry;
  /** Modules first, then sources, then what is switched off; each in the order they are written. */
  readonly entries: readonly ConfigEntry[];
}

/**
 * Makes the registry that a config describes, with all that can be had of it: imports its modules and starts its
 * sources, all at once, and registers their tools in the order they are written, those of modules first. The caller
 * closes it.
 *
 * @param overrides - Stronger than the config. Limits and pools are merged setting by setting.
 * @throws TypeError when an override is unknown or out of range.
 */
export async function openRegistry(
  config: LoadedConfig,
  overrides: ToolRegistryOptions = {},
): Promise<OpenedRegistry> {
  const registry = new ToolRegistry(mergeOptions(config.options, overrides));
  const imported = await Promise.all(config.tools.map(importModule));
  const modules = imported.map(({ register, ...entry }) =>
    outcome(entry, () => register(registry)),
  );
  const sources = await Promise.all(config.sources.map((source) => start(registry, source)));
  const disabled = config.disabled.map(({ name, reason, place }) =>
    outcome({ kind: "disabled", label: name, place, tookMs: 0 }, () => {
      registry.disable(name, reason);
      return [name];
    }),
  );
  return { registry, entries: [...modules, ...sources, ...disabled] };
}

type Begun = Omit<ConfigEntry, "names" | "thrown">;

/** A module that is imported, or why it could not be. */
interface ImportedModule extends Begun {
  readonly register: (registry: ToolRegistry) => readonly string[];
}

async function importModule({ url, options, place }: LoadedModule): Promise<ImportedModule> {
  const begunAt = performance.now();
  const ended = (register: ImportedModule["register"]): ImportedModule => {
    const tookMs = performance.now() - begunAt;
    return { kind: "module", label: url, place, tookMs, register };
  };
  try {
    const tools = await moduleTools(url, options);
    return ended((registry) => registry.register(tools, options));
  } catch (thrown) {
    return ended(() => {
      throw thrown;
    });
  }
}

async function start(registry: ToolRegistry, source: LoadedSource): Promise<ConfigEntry> {
  const begunAt = performance.now();
  const { kind, place } = source;
  const label = kind === "openapi" ? source.document : source.name;
  try {
    const names = await (kind === "openapi"
      ? registry.registerOpenApi(source.document, source.options)
      : registry.registerMcp(source.server, source.options));
    return { kind, label, place, names, tookMs: performance.now() - begunAt };
  } catch (thrown) {
    return { kind, label, place, names: [], tookMs: performance.now() - begunAt, thrown };
  }
}

function outcome(begun: Begun, run: () => readonly string[]): ConfigEntry {
  try {
    return { ...begun, names: run() };
  } catch (thrown) {
    return { ...begun, names: [], thrown };
  }
}
