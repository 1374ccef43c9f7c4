/** How often each word stands in the texts that are searched: what looking it up will cost, and how little it tells. */
export class TermCounts {
  readonly #counts = new Map<string, number>();

  /** Words were added to the texts (1), or taken away (-1). */
  count(terms: readonly string[], change: 1 | -1): void {
    for (const term of terms) {
      const count = (this.#counts.get(term) ?? 0) + change;
      if (count > 0) this.#counts.set(term, count);
      else this.#counts.delete(term);
    }
  }

  /**
   * Those of the words that stand in no more than `most` places together, the rarest first, and at least one: of equally
   * rare ones, those that come first.
   */
  rarest(terms: readonly string[], most: number): readonly string[] {
    let left = most;
    const counted = terms.map((term) => ({ term, count: this.#counts.get(term) ?? 0 }));
    const kept = new Set<string>();
    for (const { term, count } of counted.toSorted((one, other) => one.count - other.count)) {
      left -= count;
      if (left < 0 && kept.size > 0) break;
      kept.add(term);
    }
    return terms.filter((term) => kept.has(term));
  }
}
