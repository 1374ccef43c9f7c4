/**
 * Pools for calls that call: one for each level of nesting, made when a call of that level first comes.
 *
 *   level 0   calls that no tool makes
 *   level n   calls made, directly or not, by calls that hold n workers
 *
 * A call waits only for workers of its own level, and those who hold these wait only for higher levels. So
 * nobody waits in a circle, however small the pools are.
 */
import type { PoolStats } from "../../core/registry-stats.ts";
import type { ToolError } from "../../core/tool-error.ts";
import type { Tool } from "../../core/tool.ts";
import type { Attempt, AttemptOutcome, Executor } from "../executor.ts";
import type { CrewParts } from "./worker-crew.ts";
import { WorkerPool } from "./worker-pool.ts";

/** An {@link Executor} over workers of one kind, for calls of every level. */
export class LeveledPools implements Executor {
  readonly mode: CrewParts["mode"];
  readonly #parts: CrewParts;
  readonly #first: WorkerPool;
  /** By level, from 0; some may be missing. */
  readonly #levels: WorkerPool[];

  constructor(parts: CrewParts) {
    this.mode = parts.mode;
    this.#parts = parts;
    this.#first = new WorkerPool(parts);
    this.#levels = [this.#first];
  }

  refuses(tool: Tool): ToolError | undefined {
    return this.#first.refuses(tool);
  }

  execute(attempt: Attempt): Promise<AttemptOutcome> {
    const { level } = attempt;
    if (level === 0) return this.#first.execute(attempt);
    return (this.#levels[level] ??= this.#makePool(level)).execute(attempt);
  }

  stats(): readonly PoolStats[] {
    return this.#levels.flatMap((pool, level) =>
      level === 0 ? pool.stats() : pool.stats().map(atLevel(level)),
    );
  }

  /** Level after level: the calls of one may still make calls of the next. */
  async close(): Promise<void> {
    for (let level = 0; level < this.#levels.length; level += 1) {
      // oxlint-disable-next-line no-await-in-loop
      await this.#levels[level]?.close();
    }
  }

  async destroy(): Promise<void> {
    await Promise.all(Object.values(this.#levels).map((pool) => pool.destroy()));
  }

  /** Few programs nest their calls all the time, so nothing is kept ready. */
  #makePool(level: number): WorkerPool {
    const { options, emit } = this.#parts;
    return new WorkerPool({
      ...this.#parts,
      options: { ...options, min: 0, spares: 0 },
      emit: emit && ((event) => emit({ ...event, level })),
    });
  }
}

function atLevel(level: number): (stats: PoolStats) => PoolStats {
  return (stats) => ({ ...stats, level });
}
