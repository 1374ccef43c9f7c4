/** The command line of the benchmark of sources. */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { readCount } from "../options.ts";
import { readNames } from "../read-names.ts";
import { KINDS, type SourceKind } from "./kinds.ts";

/** How the benchmark of sources is run. */
export interface SourceBenchSettings {
  /** Rounds that count. Integer from 1. Default 3, with `--quick` 1. */
  readonly rounds: number;
  /** Calls in a batch, each size on its own. Default 100, 1_000 and 10_000, with `--quick` 100 and 1_000. */
  readonly sizes: readonly number[];
  /** Workers of our pools. Integer from 1. Default: the machine's cores. */
  readonly workers: number;
  /** What the random calls are made from. Integer from 1. Default 1. */
  readonly seed: number;
  readonly kinds: readonly SourceKind[];
  /** Whether Python's ToolRegistry takes part, where it can. */
  readonly python: boolean;
  readonly jsonFile: string;
  /** Where the chart goes; undefined: it is not drawn. */
  readonly svgFile: string | undefined;
}

const ALL_SIZES = [100, 1_000, 10_000];
const QUICK_SIZES = [100, 1_000];

/** What `--help` prints. */
export const SOURCES_USAGE = `Usage: node bench/sources.ts [options]

  --rounds N     rounds that count (default 3)
  --quick        1 round, without the batches of 10 000, for a first look
  --kind KIND    ${KINDS.slice(0, 3).join(", ")},
                 ${KINDS.slice(3).join(", ")}; may be repeated (default all)
  --size N       calls in a batch; may be repeated (default 100, 1000 and 10000)
  --workers N    workers of our pools (default: the machine's cores)
  --seed N       what the random calls are made from (default 1)
  --no-python    leaves Python's ToolRegistry out; otherwise its packages are installed once, where python3 is present
  --json FILE    where the results go as JSON (default bench/results/sources.json)
  --svg FILE     where the chart goes (default: nowhere)
  --help         this text`;

/**
 * Reads the arguments; undefined when help was asked for.
 *
 * @throws TypeError that names the option that is wrong.
 */
export function readSourceSettings(args: readonly string[]): SourceBenchSettings | undefined {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      rounds: { type: "string" },
      quick: { type: "boolean", default: false },
      kind: { type: "string", multiple: true, default: [...KINDS] },
      size: { type: "string", multiple: true },
      workers: { type: "string" },
      seed: { type: "string" },
      python: { type: "boolean", default: true },
      json: { type: "string", default: "bench/results/sources.json" },
      svg: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  return {
    rounds: readCount("rounds", values.rounds, values.quick ? 1 : 3),
    sizes: readSizes(values.size, values.quick ? QUICK_SIZES : ALL_SIZES),
    workers: readCount("workers", values.workers, availableParallelism()),
    seed: readCount("seed", values.seed, 1),
    kinds: readNames("kind", values.kind, KINDS),
    python: values.python,
    jsonFile: values.json,
    svgFile: values.svg,
  };
}

function readSizes(texts: readonly string[] | undefined, otherwise: readonly number[]): number[] {
  const sizes = texts?.map((text) => readCount("size", text, 1)) ?? otherwise;
  return [...new Set(sizes)].toSorted((left, right) => left - right);
}
