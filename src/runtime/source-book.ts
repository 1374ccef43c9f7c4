/** The sources of a registry: started, heard, told of, and let go. */
import type { EventSink } from "../core/call-event.ts";
import type { SourceEvent } from "../core/source-event.ts";
import type { SourceStats } from "../core/source-stats.ts";
import type { ToolCatalog } from "../registry/tool-catalog.ts";
import type { ToolSource } from "../sources/tool-source.ts";
import type { Clock } from "../time/clock.ts";
import type { BoundTool } from "./bound-tool.ts";
import { SourceTools, type SourceToolsOptions } from "./source-tools.ts";

/** What the book needs of its registry. */
export interface SourceBookParts {
  readonly catalog: ToolCatalog<BoundTool>;
  readonly clock: Clock;
  readonly emit: EventSink<SourceEvent>;
}

/** How a source is added. */
export type AddSourceOptions = Omit<SourceToolsOptions, "source">;

interface KnownSource {
  readonly source: ToolSource;
  readonly tools: SourceTools;
  problems: readonly string[];
  /** Whether its first offer has been told: what comes later is a change. */
  isStarted: boolean;
}

/** Sources that live as long as their registry, or until they are removed. */
export class SourceBook {
  readonly #parts: SourceBookParts;
  readonly #known = new Set<KnownSource>();
  #isClosed = false;

  constructor(parts: SourceBookParts) {
    this.#parts = parts;
  }

  /**
   * Starts a source and registers what it offers. Returns the full names of its tools.
   *
   * @throws what the source throws when it cannot start (it is closed then), and TypeError when the registry is closed.
   */
  async add(source: ToolSource, options: AddSourceOptions): Promise<readonly string[]> {
    this.#checkOpen();
    const { name } = source;
    const tools = new SourceTools(this.#parts.catalog, { ...options, source: name });
    const known: KnownSource = { source, tools, problems: [], isStarted: false };
    this.#known.add(known);
    try {
      await source.start(this.#hostOf(known));
      this.#checkOpen();
    } catch (thrown) {
      await this.#remove(known);
      throw thrown;
    }
    known.isStarted = true;
    return tools.names;
  }

  /** Closes the sources of this name and removes their tools. False when there is none. */
  async remove(name: string): Promise<boolean> {
    const named = [...this.#known].filter(({ source }) => source.name === name);
    await Promise.all(named.map((known) => this.#remove(known)));
    return named.length > 0;
  }

  /** A snapshot of each. */
  stats(): readonly SourceStats[] {
    return [...this.#known].map(({ source, tools, problems }) =>
      Object.assign(source.stats(), { tools: tools.names.length, problems }),
    );
  }

  /** Closes every source; their tools stay known, and can no longer be called. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const open = [...this.#known];
    this.#known.clear();
    await Promise.all(open.map(({ source }) => this.#close(source)));
  }

  #hostOf(known: KnownSource): Parameters<ToolSource["start"]>[0] {
    const { clock, emit } = this.#parts;
    return {
      clock,
      emit,
      offer: (tools, problems = []) => {
        if (this.#isClosed || !this.#known.has(known)) return;
        const outcome = known.tools.offer(tools);
        known.problems = [...problems, ...outcome.problems];
        if (!known.isStarted) return;
        const { added, updated, removed } = outcome;
        if (added.length + updated.length + removed.length === 0) return;
        const base = { at: clock.epoch(), source: known.source.name };
        emit({ ...base, type: "source.changed", ...outcome, problems: known.problems });
      },
    };
  }

  async #remove(known: KnownSource): Promise<void> {
    if (!this.#known.delete(known)) return;
    known.tools.clear();
    await this.#close(known.source);
  }

  async #close(source: ToolSource): Promise<void> {
    await source.close();
    const { clock, emit } = this.#parts;
    emit({ type: "source.closed", at: clock.epoch(), source: source.name });
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new TypeError("The registry is closed and takes no more sources.");
  }
}
