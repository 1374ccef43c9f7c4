/**
 * Finds tools by what they are for: BM25+ over names, descriptions, tags and parameters, by minisearch.
 *
 * The index is made when somebody first searches, and follows the catalog from search to search: it compares
 * snapshots, and touches only tools whose texts have changed. The library is loaded then, and synchronously, because
 * searching is synchronous.
 */
import { createRequire } from "node:module";
import type * as MiniSearchModule from "minisearch";
import type { Tool } from "../core/tool.ts";
import {
  type CatalogEntry,
  type CatalogSnapshot,
  type ToolFilter,
  entryMatcher,
} from "./tool-catalog.ts";
import { TermCounts } from "./term-counts.ts";
import { queryTerms, searchTerms } from "./tool-search-terms.ts";
import { type ToolText, toolText } from "./tool-search-text.ts";

/** Tools found unless `limit` says otherwise. */
const DEFAULT_LIMIT = 10;
/** Shorter words must be met as they are. */
const MIN_PREFIX_LENGTH = 3;
const MIN_FUZZY_LENGTH = 4;
/** Longer words must be met as they begin: what misspelling costs grows with the square of a word's length. */
const MAX_FUZZY_LENGTH = 40;
/** Part of a word's letters that may be wrong. */
const FUZZY = 0.2;
/**
 * Places that are looked at for the words of a query as they are. Of more, the commonest words are left out as long
 * as enough is found without them: those that all tools have tell none from another, and cost the most.
 */
const MAX_PLACES = 20_000;
/** Scores that differ by less are the same: sums of floating-point numbers depend on their order. */
const SCORE_STEP = 1e-6;

/** How to search. All are optional. */
export interface SearchOptions {
  /** Most tools to find. Default 10. */
  readonly limit?: number | undefined;
  /** Which tools to look at. Default: all that are switched on; say `enabled: false` for the others. */
  readonly filter?: ToolFilter | undefined;
}

/** A tool that was found. */
export interface ToolMatch {
  /** The name it is registered under. */
  readonly name: string;
  /** Above 0; larger is better. Comparable within one search only. */
  readonly score: number;
  readonly description: string;
  readonly namespace: string | undefined;
  /** The OpenAPI document, MCP server or other source that offers it; undefined when none does. */
  readonly source: string | undefined;
  readonly tags: readonly string[];
  readonly enabled: boolean;
  /** Whether the model is told of it only when it searches. */
  readonly deferred: boolean;
}

type SearchResult = MiniSearchModule.SearchResult;
type Index = MiniSearchModule.default<Indexed>;

interface Indexed extends ToolText {
  /** The tool that these texts are of. */
  readonly tool: Tool;
}

/** Searches the tools of one catalog. */
export class ToolSearch {
  readonly #catalog: { snapshot(): CatalogSnapshot<unknown> };
  readonly #maxPlaces: number;
  readonly #indexed = new Map<string, Indexed>();
  readonly #counts = new TermCounts();
  /** What the index does with the texts that it reads. */
  #change: 1 | -1 | undefined;
  #index: Index | undefined;
  #snapshot: CatalogSnapshot<unknown> = new Map();

  /** @param maxPlaces - Places that are looked at for words as they are. Default 20 000. */
  constructor(catalog: { snapshot(): CatalogSnapshot<unknown> }, maxPlaces: number = MAX_PLACES) {
    this.#catalog = catalog;
    this.#maxPlaces = maxPlaces;
  }

  /**
   * The tools that fit a query in words, best first; equally good ones by name. Words may be cut short or misspelt;
   * not every word must be met. None for a query without words.
   *
   * @throws TypeError when the query is no text or the limit no whole number from 1.
   */
  search(query: string, { limit = DEFAULT_LIMIT, filter }: SearchOptions = {}): ToolMatch[] {
    checkSearch(query, limit);
    const asked = queryTerms(query);
    if (asked.length === 0) return [];
    const index = this.#follow();
    const telling = limit === Infinity ? asked : this.#counts.rarest(asked, this.#maxPlaces);
    let found = this.#find(index, telling, filter);
    if (found.length < limit && telling.length < asked.length) {
      found = this.#find(index, asked, filter);
    }
    return best(found, limit).flatMap(({ name, score }) => {
      const entry = this.#snapshot.get(name);
      return entry === undefined ? [] : matchOf(entry, score);
    });
  }

  #find(index: Index, terms: readonly string[], filter: ToolFilter | undefined): SearchResult[] {
    const entries = this.#snapshot;
    const fits = entryMatcher({ enabled: true, ...filter });
    return index.search(terms.join(" "), {
      filter: ({ id }) => {
        const entry = entries.get(id as string);
        return entry !== undefined && fits(entry);
      },
    });
  }

  /** The index of the catalog as it is now. */
  #follow(): Index {
    const index = (this.#index ??= makeIndex((text) => this.#termsOf(text)));
    const before = this.#snapshot;
    const now = this.#catalog.snapshot();
    if (now === before) return index;
    for (const [name, known] of this.#indexed) {
      if (now.get(name)?.builtIn !== false) this.#remove(index, known);
    }
    for (const { tool, builtIn } of now.values()) {
      if (builtIn) continue;
      const known = this.#indexed.get(tool.name);
      if (known?.tool !== tool) this.#put(index, known, { ...toolText(tool), tool });
    }
    this.#snapshot = now;
    return index;
  }

  /** The words of a text, counted when it is added to the index or taken away. */
  #termsOf(text: string): string[] {
    const terms = searchTerms(text);
    if (this.#change !== undefined) this.#counts.count(terms, this.#change);
    return terms;
  }

  #count(change: 1 | -1, act: () => void): void {
    this.#change = change;
    act();
    this.#change = undefined;
  }

  #put(index: Index, known: Indexed | undefined, text: Indexed): void {
    this.#indexed.set(text.name, text);
    if (known !== undefined && isSame(known, text)) return;
    if (known !== undefined) this.#count(-1, () => index.remove(known));
    this.#count(1, () => index.add(text));
  }

  #remove(index: Index, known: Indexed): void {
    this.#count(-1, () => index.remove(known));
    this.#indexed.delete(known.name);
  }
}

function checkSearch(query: unknown, limit: number): void {
  if (typeof query !== "string") throw new TypeError("A query must be a text.");
  if (limit !== Infinity && (!Number.isInteger(limit) || limit < 1)) {
    throw new TypeError("`limit` must be a whole number from 1; Infinity for all.");
  }
}

/** Names and scores of the best, equally good ones by name. */
function best(
  found: readonly { readonly id: unknown; readonly score: number }[],
  limit: number,
): readonly Scored[] {
  const scored = found.map(({ id, score }) => ({ name: id as string, score: rounded(score) }));
  // They come by their scores before rounding. Those that are as good as the last one compete with it.
  const least = scored[limit - 1]?.score ?? 0;
  return scored
    .filter(({ score }) => score >= least)
    .toSorted(byScore)
    .slice(0, limit);
}

interface Scored {
  readonly name: string;
  readonly score: number;
}

function rounded(score: number): number {
  return Math.round(score / SCORE_STEP) * SCORE_STEP;
}

function makeIndex(tokenize: (text: string) => string[]): Index {
  const MiniSearch = createRequire(import.meta.url)(
    "minisearch",
  ) as typeof MiniSearchModule.default;
  return new MiniSearch<Indexed>({
    idField: "name",
    fields: ["name", "description", "tags", "parameters"],
    tokenize,
    processTerm: (term) => term,
    searchOptions: {
      boost: { name: 4, tags: 2, parameters: 0.5 },
      prefix: (term) => term.length >= MIN_PREFIX_LENGTH,
      fuzzy: (term) => (isFuzzy(term) ? FUZZY : false),
    },
  });
}

function isFuzzy({ length }: string): boolean {
  return length >= MIN_FUZZY_LENGTH && length <= MAX_FUZZY_LENGTH;
}

function isSame(one: ToolText, other: ToolText): boolean {
  return (
    one.description === other.description &&
    one.tags === other.tags &&
    one.parameters === other.parameters
  );
}

function matchOf(entry: CatalogEntry<unknown>, score: number): ToolMatch {
  const { tool, namespace, source, deferred, disabled } = entry;
  return {
    name: tool.name,
    score,
    description: tool.description,
    namespace,
    source,
    tags: tool.tags ?? [],
    enabled: disabled === undefined,
    deferred,
  };
}

function byScore(one: Scored, other: Scored): number {
  return other.score - one.score || (one.name < other.name ? -1 : 1);
}
