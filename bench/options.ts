/** The command line of the benchmark. */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { type Place, PLACES } from "./contenders/contender.ts";
import { readNames } from "./read-names.ts";

/** How the benchmark is run. */
export interface BenchSettings {
  /** Rounds that count. Integer from 1. Default 7, with `--quick` 2. */
  readonly rounds: number;
  /** Workers of each pool. Integer from 1. Default: the machine's cores. */
  readonly workers: number;
  /** What the random calls are made from. Integer from 1. Default 1. */
  readonly seed: number;
  readonly places: readonly Place[];
  readonly jsonFile: string;
}

/** What `--help` prints. */
export const USAGE = `Usage: node bench/modes.ts [options]

  --rounds N     rounds that count (default 7)
  --quick        2 rounds, for a first look
  --mode MODE    async, thread or process; may be repeated (default all)
  --workers N    workers of each pool (default: the machine's cores)
  --seed N       what the random calls are made from (default 1)
  --json FILE    where the results go as JSON (default bench/results/modes.json)
  --help         this text`;

/**
 * Reads the arguments; undefined when help was asked for.
 *
 * @throws TypeError that names the option that is wrong.
 */
export function readOptions(args: readonly string[]): BenchSettings | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: "string" },
      quick: { type: "boolean", default: false },
      mode: { type: "string", multiple: true, default: [...PLACES] },
      workers: { type: "string" },
      seed: { type: "string" },
      json: { type: "string", default: "bench/results/modes.json" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  return {
    rounds: readCount("rounds", values.rounds, values.quick ? 2 : 7),
    workers: readCount("workers", values.workers, availableParallelism()),
    seed: readCount("seed", values.seed, 1),
    places: readNames("mode", values.mode, PLACES),
    jsonFile: values.json,
  };
}

/** A count from the command line. @throws TypeError that names the option. */
export function readCount(option: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1) return count;
  throw new TypeError(`--${option} must be an integer from 1, not "${text}".`);
}
