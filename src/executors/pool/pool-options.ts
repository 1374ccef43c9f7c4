import { availableParallelism } from "node:os";

/** Settings of a worker pool, as written under `pools.thread` and `pools.process`. */
export interface PoolOptions {
  /** Workers that are always there, from the start. Integer from 0, at most `max`. Default 0. */
  readonly min?: number;
  /**
   * Most workers at once. Integer from 1. Default: four times the machine's cores. More than there are cores are only
   * started for calls that hold their worker without computing (`execFileSync`, `Atomics.wait`).
   */
  readonly max?: number;
  /** Idle workers kept ready while others are busy, as long as cores are free. Integer from 0. Default 1. */
  readonly spares?: number;
  /** Milliseconds without a call after which a worker above `min` is let go. `Infinity`: never. Default 30_000. */
  readonly idleTimeoutMs?: number;
  /** Calls after which a worker is replaced by a new one. Integer from 1, or `Infinity`, the default. */
  readonly maxCalls?: number;
  /** Milliseconds after which a worker is replaced by a new one. Above 0. Default `Infinity`. */
  readonly maxAgeMs?: number;
  /**
   * Workers in a row that may die of a tool before its calls are refused for a while (`CIRCUIT_OPEN`), at first
   * for a second, up to a minute while it goes on. Integer from 1, or `Infinity` for never. Default 5.
   */
  readonly quarantineAfter?: number;
  /**
   * Most memory of a worker, in bytes; at least 16 MiB. A call that makes its worker go over it fails with
   * `MEMORY_EXCEEDED`, and the worker is replaced. This much is the JavaScript heap's; with buffers and all else a
   * worker may hold 64 MiB more, measured against a fresh one every 20 ms. Default, and what
   * `Infinity` means: Node's own cap for the heap.
   */
  readonly maxMemoryBytes?: number;
  /**
   * Most calls that one worker has begun at the same time. Only tools that were measured to wait rather than
   * compute get more than one. 1 isolates every call from every other. Integer from 1; more than 1_024 count as
   * that many. Default 128.
   */
  readonly maxConcurrencyPerWorker?: number;
  /**
   * Most bytes of one frame to or from a child process. Inputs and outputs beyond it fail with `NOT_PORTABLE` and
   * `OUTPUT_TOO_LARGE`. From 65_536 to 4_294_967_295. Default 268_435_456 (256 MiB).
   */
  readonly maxFrameBytes?: number;
  /** Milliseconds a cancelled call has to stop by itself before its worker is killed. From 0. Default 100. */
  readonly killGraceMs?: number;
  /**
   * Environment variables for the workers. Threads: added to the parent's. Processes: added to a short list of
   * harmless ones (`PATH`, `HOME`, locale, …); the parent's secrets stay with the parent unless named here.
   */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Working directory of child processes; must exist. Default: the parent's. Threads share the parent's. */
  readonly cwd?: string;
  /** Node flags of the workers. Default: the parent's, without debugger and `--eval`. */
  readonly execArgv?: readonly string[];
}

/** {@link PoolOptions} with defaults filled in. Undefined: what the option says of its default. */
export interface ResolvedPoolOptions {
  readonly min: number;
  readonly max: number;
  readonly spares: number;
  readonly idleTimeoutMs: number;
  readonly maxCalls: number;
  readonly maxAgeMs: number;
  readonly quarantineAfter: number;
  readonly maxMemoryBytes: number | undefined;
  readonly maxConcurrencyPerWorker: number;
  readonly maxFrameBytes: number;
  readonly killGraceMs: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string | undefined;
  readonly execArgv: readonly string[] | undefined;
}

/** Workers that one core can keep busy, when their calls mostly wait: as many as there may be by default. */
const WORKERS_PER_CORE = 4;
/** Smallest heap V8 starts with reliably. */
const LEAST_MEMORY_BYTES = 16 * 1024 * 1024;
const LEAST_FRAME_BYTES = 64 * 1024;
const MOST_FRAME_BYTES = 2 ** 32 - 1;

const DEFAULTS: Omit<ResolvedPoolOptions, "max"> = {
  min: 0,
  spares: 1,
  idleTimeoutMs: 30_000,
  maxCalls: Infinity,
  maxAgeMs: Infinity,
  quarantineAfter: 5,
  maxMemoryBytes: undefined,
  maxConcurrencyPerWorker: 128,
  maxFrameBytes: 256 * 1024 * 1024,
  killGraceMs: 100,
  env: {},
  cwd: undefined,
  execArgv: undefined,
};

/** Whether a value of an option is right, and what to say when it is not. */
interface Rule {
  readonly fits: (value: unknown) => boolean;
  readonly wanted: string;
}

const RULES: Readonly<Record<keyof PoolOptions, Rule>> = {
  min: { fits: isCountFrom(0), wanted: "an integer from 0" },
  max: { fits: isCountFrom(1), wanted: "an integer from 1" },
  spares: { fits: isCountFrom(0), wanted: "an integer from 0" },
  idleTimeoutMs: { fits: isFrom(0), wanted: "0 or more" },
  maxCalls: { fits: isCountOrInfinity, wanted: "an integer from 1, or Infinity" },
  maxAgeMs: { fits: isFrom(Number.MIN_VALUE), wanted: "above 0" },
  quarantineAfter: { fits: isCountOrInfinity, wanted: "an integer from 1, or Infinity" },
  maxMemoryBytes: {
    fits: isFrom(LEAST_MEMORY_BYTES),
    wanted: `at least ${LEAST_MEMORY_BYTES} (16 MiB)`,
  },
  maxConcurrencyPerWorker: { fits: isCountFrom(1), wanted: "an integer from 1" },
  maxFrameBytes: {
    fits: (value) => isCountFrom(LEAST_FRAME_BYTES)(value) && Number(value) <= MOST_FRAME_BYTES,
    wanted: `an integer from ${LEAST_FRAME_BYTES} to ${MOST_FRAME_BYTES}`,
  },
  killGraceMs: { fits: isFrom(0), wanted: "0 or more" },
  env: { fits: isRecord, wanted: "an object" },
  cwd: {
    fits: (value) => typeof value === "string" && value !== "",
    wanted: "the path of a folder",
  },
  execArgv: { fits: Array.isArray, wanted: "a list of flags" },
};

/**
 * Fills in the defaults of a pool's settings.
 *
 * @param pool - The pool's name, for messages.
 * @throws TypeError that names the field and its range.
 */
export function resolvePoolOptions(pool: string, options: PoolOptions = {}): ResolvedPoolOptions {
  const mistake = mistakeIn(options);
  if (mistake !== undefined) throw new TypeError(`pools.${pool}.${mistake}`);
  const given = Object.entries(options).filter(
    // Without a cap is Node's own cap: no flag can say Infinity.
    ([name, value]) => value !== undefined && !(name === "maxMemoryBytes" && value === Infinity),
  );
  const max = Math.max(options.min ?? 0, WORKERS_PER_CORE * availableParallelism());
  return { ...DEFAULTS, max, ...(Object.fromEntries(given) as PoolOptions) };
}

function mistakeIn(options: PoolOptions): string | undefined {
  for (const [name, value] of Object.entries(options)) {
    const rule = Object.hasOwn(RULES, name) ? RULES[name as keyof PoolOptions] : undefined;
    if (rule === undefined) return `${name} is unknown; known: ${Object.keys(RULES).join(", ")}.`;
    if (value !== undefined && !rule.fits(value)) return `${name} must be ${rule.wanted}.`;
  }
  const { min = 0, max = Infinity } = options;
  return min > max ? `min must be at most max (${max}).` : undefined;
}

function isCountFrom(least: number): (value: unknown) => boolean {
  return (value) => Number.isInteger(value) && Number(value) >= least;
}

function isCountOrInfinity(value: unknown): boolean {
  return value === Infinity || isCountFrom(1)(value);
}

function isFrom(least: number): (value: unknown) => boolean {
  return (value) => typeof value === "number" && value >= least;
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
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
