/** Whole outputs of which a part was shown, for as long as there is room. */
import { createRequire } from "node:module";
import type * as LruCache from "lru-cache";

/** Bytes kept unless `results.keepBytes` says otherwise. */
const DEFAULT_KEEP_BYTES = 64 * 1024 * 1024;

/** An output that was too large to be shown whole. */
export interface KeptResult {
  /** As the tool returned it. */
  readonly output: unknown;
  /** On whose behalf it was made; nobody else may read it. */
  readonly tenant: string | undefined;
  readonly toolName: string;
  /** Most bytes of it to show at once. */
  readonly maxBytes: number;
}

/** Keeps outputs by ids that nobody can guess; the one least recently read goes first. */
export class ResultStore {
  readonly #keepBytes: number;
  #kept: LruCache.LRUCache<string, KeptResult> | undefined;

  /** @param keepBytes - Most bytes of all that is kept, as a model would read it. 0 keeps nothing. */
  constructor(keepBytes: number = DEFAULT_KEEP_BYTES) {
    this.#keepBytes = keepBytes;
  }

  /** Keeps an output of so many bytes, and gives its id; undefined when it is larger than all that can be kept. */
  keep(result: KeptResult, bytes: number): string | undefined {
    if (bytes > this.#keepBytes) return undefined;
    const id = crypto.randomUUID();
    this.#open().set(id, result, { size: bytes });
    return id;
  }

  /** The output of that id; undefined when it is not kept. */
  get(id: string): KeptResult | undefined {
    return this.#kept?.get(id);
  }

  /** Loaded here: only those whose results are too large pay for it. */
  #open(): LruCache.LRUCache<string, KeptResult> {
    if (this.#kept === undefined) {
      const { LRUCache } = createRequire(import.meta.url)("lru-cache") as typeof LruCache;
      this.#kept = new LRUCache({ maxSize: this.#keepBytes });
    }
    return this.#kept;
  }
}
