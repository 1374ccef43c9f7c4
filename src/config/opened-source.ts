/** A source of a config, made and started by itself, so that it can be told how long it took. */
import type { ConfigEntry } from "./config-entry.ts";
import { mcpSources, openApiSource } from "../runtime/open-sources.ts";
import type { ToolRegistry } from "../runtime/tool-registry.ts";
import type { SourceHost, ToolSource } from "../sources/tool-source.ts";
import type { LoadedSource } from "./loaded-source.ts";

/** What of an entry is known before its source was started. */
type Begun = Pick<ConfigEntry, "kind" | "label" | "place">;

/** A source that was made and not started yet. */
export interface MadeSource {
  /**
   * Starts it and registers its tools. Never rejects.
   *
   * @param turn - What is registered before.
   */
  start(registry: ToolRegistry, turn: Promise<unknown>): Promise<ConfigEntry>;
}

/** Makes a source; what is wrong with it is told when it is started. Never rejects. */
export async function makeSource(loaded: LoadedSource): Promise<MadeSource> {
  const begun = begunOf(loaded);
  const { options } = loaded;
  try {
    const opening =
      loaded.kind === "openapi"
        ? openApiSource(loaded.document, loaded.options)
        : mcpSources(loaded.server, loaded.options);
    const opened = await opening;
    return {
      start: async (registry, turn) => {
        const sources = opened.map(({ source }) => new TimedSource(source, turn));
        return start(sources, begun, { registry, options });
      },
    };
  } catch (thrown) {
    const failed = { ...begun, tookMs: 0, names: [], problems: [], thrown };
    return { start: async () => failed };
  }
}

interface StartParts {
  readonly registry: ToolRegistry;
  readonly options: LoadedSource["options"];
}

async function start(
  sources: readonly TimedSource[],
  begun: Begun,
  { registry, options }: StartParts,
): Promise<ConfigEntry> {
  const tookMs = (): number => Math.max(0, ...sources.map((source) => source.tookMs));
  const { namespace, replace, deferred } = options;
  try {
    const registering = sources.map((source) =>
      registry.registerSource(source, { namespace, replace, deferred }),
    );
    const names = (await Promise.all(registering)).flat();
    return { ...begun, tookMs: tookMs(), names, problems: [] };
  } catch (thrown) {
    return { ...begun, tookMs: tookMs(), names: [], problems: [], thrown };
  }
}

function begunOf(loaded: LoadedSource): Begun {
  const { kind, place } = loaded;
  return { kind, place, label: plainAddress(kind === "openapi" ? loaded.document : loaded.name) };
}

/** A URL without what may be secret in it; anything else as it is. */
function plainAddress(address: string): string {
  if (!/^https?:/iu.test(address)) return address;
  const url = URL.parse(address);
  return url === null ? address.replace(/[?#].*$/su, "") : `${url.origin}${url.pathname}`;
}

/** A source is registered when what is written before it is there: that is not its own time. */
class TimedSource implements ToolSource {
  readonly name: string;
  readonly #source: ToolSource;
  readonly #turn: Promise<unknown>;
  #tookMs = 0;

  constructor(source: ToolSource, turn: Promise<unknown>) {
    this.name = source.name;
    this.#source = source;
    this.#turn = turn;
  }

  /** Milliseconds that it took to start, or to fail. */
  get tookMs(): number {
    return this.#tookMs;
  }

  async start(host: SourceHost): Promise<void> {
    const begunAt = performance.now();
    try {
      await this.#source.start(host);
    } finally {
      this.#tookMs = performance.now() - begunAt;
    }
    // What it offers is registered when it is started.
    await this.#turn;
  }

  stats(): ReturnType<ToolSource["stats"]> {
    return this.#source.stats();
  }

  close(): Promise<void> {
    return this.#source.close();
  }
}
