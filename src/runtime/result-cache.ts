/** Answers kept for a while. */
import { createRequire } from "node:module";
import type * as LruCache from "lru-cache";
import type { OkResult } from "../core/tool-result.ts";
import type { CacheOptions } from "../limits/limit-options.ts";

/** Answers kept unless `maxEntries` says otherwise. */
const DEFAULT_MAX_ENTRIES = 1_000;

interface KeptResult {
  readonly result: OkResult;
  /** When it is no longer good, on the clock of its runtime. */
  readonly goodUntil: number;
}

/**
 * Keeps the answers of one limit's calls: each for `ttlMs` from the time it came, at most `maxEntries` of them; the
 * one least recently asked for goes first.
 *
 * Time is a parameter. The library's own `ttl` would take our clock, but not a clock that begins at 0, nor parts of
 * milliseconds.
 */
export class ResultCache {
  readonly #kept: LruCache.LRUCache<string, KeptResult>;
  readonly #ttlMs: number;

  constructor({ ttlMs, maxEntries = DEFAULT_MAX_ENTRIES }: CacheOptions) {
    // Loaded here: only those who ask for a cache pay for it.
    const { LRUCache } = createRequire(import.meta.url)("lru-cache") as typeof LruCache;
    this.#kept = new LRUCache({ max: maxEntries });
    this.#ttlMs = ttlMs;
  }

  /** The answer kept under `key`, when it is still good. */
  get(key: string, now: number): OkResult | undefined {
    const found = this.#kept.get(key);
    if (found === undefined || now < found.goodUntil) return found?.result;
    this.#kept.delete(key);
    return undefined;
  }

  /** Keeps an answer from now on. */
  set(key: string, result: OkResult, now: number): void {
    this.#kept.set(key, { result, goodUntil: now + this.#ttlMs });
  }
}
