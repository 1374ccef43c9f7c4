import { availableParallelism } from "node:os";

/** Settings of a worker pool, as written under `pools.thread` and `pools.process`. */
export interface PoolOptions {
  /** Most workers at once. Integer from 1. Default: the machine's cores. */
  readonly max?: number;
  /** Most memory of a worker's JavaScript heap, in bytes. Default: Node's own. A worker over it dies with `MEMORY_EXCEEDED`. */
  readonly maxMemoryBytes?: number;
  /**
   * Most calls that one worker has begun at the same time. Only tools that were measured to wait rather than
   * compute get more than one. 1 isolates every call from every other. Integer from 1; more than 1_024 count as
   * that many. Default 64.
   */
  readonly maxConcurrencyPerWorker?: number;
  /** Milliseconds a cancelled call has to stop by itself before its worker is killed. From 0. Default 100. */
  readonly killGraceMs?: number;
  /**
   * Environment variables for the workers. Threads: added to the parent's. Processes: added to a short list of
   * harmless ones (`PATH`, `HOME`, locale, …); the parent's secrets stay with the parent unless named here.
   */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Node flags of the workers. Default: the parent's, without debugger and `--eval`. */
  readonly execArgv?: readonly string[];
}

/** {@link PoolOptions} with defaults filled in. */
export interface ResolvedPoolOptions {
  readonly max: number;
  readonly maxMemoryBytes: number | undefined;
  readonly maxConcurrencyPerWorker: number;
  readonly killGraceMs: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Undefined: inherited, each kind of worker in its way. */
  readonly execArgv: readonly string[] | undefined;
}

/** Smallest heap V8 starts with reliably. */
const LEAST_MEMORY_BYTES = 16 * 1024 * 1024;

/** Fields of {@link PoolOptions}, for messages about unknown ones. */
const KNOWN = [
  "max",
  "maxMemoryBytes",
  "maxConcurrencyPerWorker",
  "killGraceMs",
  "env",
  "execArgv",
];

/**
 * Fills in the defaults of a pool's settings.
 *
 * @param pool - The pool's name, for messages.
 * @throws TypeError that names the field and its range.
 */
export function resolvePoolOptions(pool: string, options: PoolOptions = {}): ResolvedPoolOptions {
  const mistake = mistakeIn(options);
  if (mistake !== undefined) throw new TypeError(`pools.${pool}.${mistake}`);
  const { max = availableParallelism(), maxMemoryBytes, maxConcurrencyPerWorker = 64 } = options;
  const { killGraceMs = 100, env = {}, execArgv } = options;
  return { max, maxMemoryBytes, maxConcurrencyPerWorker, killGraceMs, env, execArgv };
}

function mistakeIn(options: PoolOptions): string | undefined {
  const unknown = Object.keys(options).find((key) => !KNOWN.includes(key));
  if (unknown !== undefined) return `${unknown} is unknown; known: ${KNOWN.join(", ")}.`;
  const { max = 1, maxConcurrencyPerWorker = 1, killGraceMs = 0 } = options;
  if (!isCount(max)) return "max must be an integer from 1.";
  if (!isCount(maxConcurrencyPerWorker))
    return "maxConcurrencyPerWorker must be an integer from 1.";
  if (!(killGraceMs >= 0)) return "killGraceMs must be 0 or more.";
  const { maxMemoryBytes = LEAST_MEMORY_BYTES } = options;
  if (maxMemoryBytes >= LEAST_MEMORY_BYTES) return undefined;
  return `maxMemoryBytes must be at least ${LEAST_MEMORY_BYTES} (16 MiB).`;
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 1;
}

/** Flags that are the parent's business: debugging, tests, one-off scripts, memory, and files full of secrets. */
const NOT_INHERITED =
  /^(-e|-p|-pe|--(eval|print|inspect|watch|test|heap|cpu|prof|max-old-space-size|env-file).*)$/;

/** The parent's Node flags that make sense in a worker: loaders, permissions, features. */
export function inheritedExecArgv(execArgv: readonly string[]): readonly string[] {
  const kept: string[] = [];
  let keeps = true;
  for (const word of execArgv) {
    // A word without a dash is the value of the flag before it.
    if (word.startsWith("-")) keeps = !NOT_INHERITED.test(word);
    if (keeps) kept.push(word);
  }
  return kept;
}
