/** The tools that a config switches off. */
import type { ConfigEntry } from "./config-entry.ts";
import type { ToolRegistry } from "../runtime/tool-registry.ts";
import type { LoadedConfig } from "./loaded-config.ts";
import type { LoadedSource } from "./loaded-source.ts";

/**
 * Switches tools off, for as long as the registry lives: one that a server takes back and offers again is switched off
 * again, and one of a server that is not there now is switched off when it comes.
 *
 * @param sources - What came of the sources of the config, in their order.
 */
export function switchOff(
  registry: ToolRegistry,
  { disabled, sources: loaded }: LoadedConfig,
  sources: readonly ConfigEntry[],
): readonly ConfigEntry[] {
  const reasons = new Map(disabled.map(({ name, reason }) => [name, reason]));
  // Only the tools of servers come and go; and who listens to a registry has it tell of every call.
  if (reasons.size > 0 && loaded.some(({ kind }) => kind === "mcp")) {
    registry.on("tool.registered", ({ toolName }) => {
      if (reasons.has(toolName)) registry.disable(toolName, reasons.get(toolName));
    });
  }
  const absent = loaded.filter((_source, index) => isAbsent(registry, sources[index]));
  return disabled.map(({ name, reason, place }) => {
    const entry = { kind: "disabled", label: name, place, tookMs: 0, problems: [] } as const;
    const isAwaited = absent.some((source) => mayHave(source, name));
    if (isAwaited && registry.get(name) === undefined) return { ...entry, names: [] };
    try {
      registry.disable(name, reason);
      return { ...entry, names: [name] };
    } catch (thrown) {
      return { ...entry, names: [], thrown };
    }
  });
}

/** Whether its tools are not known: it gave none, and may still. */
function isAbsent(registry: ToolRegistry, entry: ConfigEntry | undefined): boolean {
  if (entry === undefined || "thrown" in entry) return true;
  if (entry.names.length > 0) return false;
  return registry.stats().sources.some(({ state, tools }) => state !== "up" && tools === 0);
}

function mayHave({ options: { namespace } }: LoadedSource, name: string): boolean {
  return namespace === undefined || name.startsWith(`${namespace}.`);
}
