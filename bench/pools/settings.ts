/** The command line of the pool benchmark. */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { readCount } from "../options.ts";
import { readNames } from "../read-names.ts";

/** What can be measured on its own, in the order it is run. */
export const SECTION_NAMES = [
  "throughput",
  "values",
  "latency",
  "fairness",
  "elasticity",
  "cold-start",
] as const;

/** The name of a section. */
export type SectionName = (typeof SECTION_NAMES)[number];

/** How the pool benchmark is run. */
export interface PoolBenchSettings {
  /** Rounds that count. Integer from 1. Default 5, with `--quick` 1. */
  readonly rounds: number;
  /** Workers of each pool where the work does not say how many. Integer from 1. Default: the machine's cores. */
  readonly workers: number;
  /** What the random numbers are made from. Integer from 1. Default 1. */
  readonly seed: number;
  readonly sections: readonly SectionName[];
  readonly jsonFile: string;
  /** Where the chart goes; undefined: it is not drawn. */
  readonly svgFile: string | undefined;
}

/** What `--help` prints. */
export const POOLS_USAGE = `Usage: node bench/pools.ts [options]

  --rounds N       rounds that count (default 5)
  --quick          1 round, for a first look
  --section NAME   ${SECTION_NAMES.slice(0, 4).join(", ")},
                   ${SECTION_NAMES.slice(4).join(" or ")}; may be repeated (default all)
  --workers N      workers of each pool (default: the machine's cores)
  --seed N         what the random numbers are made from (default 1)
  --json FILE      where the results go as JSON (default bench/results/pools.json)
  --svg FILE       where the chart of tiny calls goes (default: nowhere); needs the section throughput
  --help           this text`;

/**
 * Reads the arguments; undefined when help was asked for.
 *
 * @throws TypeError that names the option that is wrong.
 */
export function readPoolSettings(args: readonly string[]): PoolBenchSettings | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: "string" },
      quick: { type: "boolean", default: false },
      section: { type: "string", multiple: true, default: [...SECTION_NAMES] },
      workers: { type: "string" },
      seed: { type: "string" },
      json: { type: "string", default: "bench/results/pools.json" },
      svg: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const sections = readNames("section", values.section, SECTION_NAMES);
  if (values.svg !== undefined && !sections.includes("throughput")) {
    throw new TypeError("--svg draws the section throughput, which is not asked for.");
  }
  return {
    rounds: readCount("rounds", values.rounds, values.quick ? 1 : 5),
    workers: readCount("workers", values.workers, availableParallelism()),
    seed: readCount("seed", values.seed, 1),
    sections,
    jsonFile: values.json,
    svgFile: values.svg,
  };
}
