/** The command line of the benchmark of limits. */
import { parseArgs } from "node:util";
import { readCount } from "../options.ts";
import { readNames } from "../read-names.ts";

/** What can be measured on its own, in the order it is run. */
export const SECTION_NAMES = [
  "queueing",
  "memory",
  "admission",
  "rates",
  "fairness",
  "priority",
  "overload",
  "retries",
] as const;

/** The name of a section. */
export type SectionName = (typeof SECTION_NAMES)[number];

/** How the benchmark of limits is run. */
export interface LimitBenchSettings {
  /** Rounds that count, where time is measured. Integer from 1. Default 3, with `--quick` 1. */
  readonly rounds: number;
  /** Calls that are queued at most. Integer from 1_000. Default 1_000_000, with `--quick` 100_000. */
  readonly calls: number;
  /** What the random numbers are made from. Integer from 1. Default 1. */
  readonly seed: number;
  readonly sections: readonly SectionName[];
  readonly jsonFile: string;
  /** Where the chart goes; undefined: it is not drawn. */
  readonly svgFile: string | undefined;
}

/** What `--help` prints. */
export const LIMITS_USAGE = `Usage: node bench/limits.ts [options]

  --rounds N       rounds that count, where time is measured (default 3)
  --quick          1 round and 100 000 calls queued, for a first look
  --calls N        calls that are queued at most (default 1 000 000)
  --section NAME   ${SECTION_NAMES.slice(0, 4).join(", ")},
                   ${SECTION_NAMES.slice(4).join(", ")}; may be repeated (default all)
  --seed N         what the random numbers are made from (default 1)
  --json FILE      where the results go as JSON (default bench/results/limits.json)
  --svg FILE       where the chart of shares goes (default: nowhere); needs the section fairness
  --help           this text`;

const MANY_CALLS = 1_000_000;
const QUICK_CALLS = 100_000;
const LEAST_CALLS = 1_000;

/**
 * Reads the arguments; undefined when help was asked for.
 *
 * @throws TypeError that names the option that is wrong.
 */
export function readLimitSettings(args: readonly string[]): LimitBenchSettings | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: "string" },
      quick: { type: "boolean", default: false },
      calls: { type: "string" },
      section: { type: "string", multiple: true, default: [...SECTION_NAMES] },
      seed: { type: "string" },
      json: { type: "string", default: "bench/results/limits.json" },
      svg: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const sections = readNames("section", values.section, SECTION_NAMES);
  if (values.svg !== undefined && !sections.includes("fairness")) {
    throw new TypeError("--svg draws the section fairness, which is not asked for.");
  }
  const calls = readCount("calls", values.calls, values.quick ? QUICK_CALLS : MANY_CALLS);
  if (calls < LEAST_CALLS) throw new TypeError(`--calls must be at least ${LEAST_CALLS}.`);
  return {
    rounds: readCount("rounds", values.rounds, values.quick ? 1 : 3),
    calls,
    seed: readCount("seed", values.seed, 1),
    sections,
    jsonFile: values.json,
    svgFile: values.svg,
  };
}
