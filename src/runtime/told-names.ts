/**
 * Which tool each name stands for that a model was told.
 *
 * A model calls a tool by the name that it was told, maybe much later. So a name stays with its tool from the moment it is
 * told: a tool that comes later never gets it, neither when its own name is the same nor when the first one is gone.
 */
import type { GivenNames } from "../formats/tool-names.ts";

/** Names of tools that are gone which are remembered at least; of more, the ones told first are forgotten. */
const REMEMBERED = 100_000;

/** Remembers the names that models were told. */
export class ToldNames implements GivenNames {
  readonly #tools = new Map<string, string>();
  readonly #names = new Map<string, string>();
  readonly #remembered: number;
  #sweepAt: number;

  constructor(remembered: number = REMEMBERED) {
    this.#remembered = remembered;
    this.#sweepAt = remembered * 2;
  }

  /** The registered name of the tool that a name was told for. */
  toolOf(told: string): string | undefined {
    return this.#tools.get(told);
  }

  /** The name that was told for a tool. */
  nameOf(registered: string): string | undefined {
    return this.#names.get(registered);
  }

  /** A tool of this registered name is told under this name, which no other was told under. */
  tell(name: string, registered: string): void {
    this.#tools.set(name, registered);
    this.#names.set(registered, name);
  }

  /** Forgets the oldest names of tools that are gone when there are very many. */
  sweep(isThere: (registered: string) => boolean): void {
    if (this.#tools.size <= this.#sweepAt) return;
    const gone = [...this.#tools].filter(([, registered]) => !isThere(registered));
    for (const [name, registered] of gone.slice(0, -this.#remembered)) {
      this.#tools.delete(name);
      this.#names.delete(registered);
    }
    this.#sweepAt = this.#tools.size + this.#remembered;
  }
}
