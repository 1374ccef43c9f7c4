/** What the rounds say: medians, calls per second, and who is how much faster. */
import type { Place } from "./contenders/contender.ts";
import { type Sample, median } from "./measure.ts";
import type { Entry, RaceRecord } from "./rounds.ts";

/** Fresh, or after warm-up. */
export type Phase = "cold" | "warm";

/** What the rounds gave: of a number, or of a ratio. */
export interface Spread {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

/** One contender in one race and phase. */
export interface Row {
  readonly place: Place;
  readonly calls: number;
  readonly phase: Phase;
  readonly name: string;
  readonly variant: string;
  readonly isPeer: boolean;
  /** Whether no peer of this race was faster. */
  readonly isBestPeer: boolean;
  /** Milliseconds for one batch, median over the rounds. */
  readonly batchMs: number;
  readonly callsPerSecond: number;
  /** Of each round. */
  readonly roundsMs: readonly number[];
  /** Against the best peer, round by round; for peers that are not the best, how far they are behind. */
  readonly ratio: Spread;
}

/** The rows of all races, as they were run; each race cold first, then warm. */
export function compare(records: readonly RaceRecord[]): Row[] {
  return records.flatMap((record) => [...rowsOf(record, "cold"), ...rowsOf(record, "warm")]);
}

function rowsOf({ race, entries }: RaceRecord, phase: Phase): Row[] {
  const best = bestPeer(entries, phase);
  const calls = race.plan.batch.calls.length;
  const bestMs = timesOf(best, phase);
  return entries.map((entry) => {
    const roundsMs = timesOf(entry, phase);
    const batchMs = median(roundsMs);
    const { name, variant, isPeer } = entry.contender;
    return {
      place: race.place,
      calls,
      phase,
      name,
      variant,
      isPeer,
      isBestPeer: entry === best,
      batchMs,
      callsPerSecond: (calls / batchMs) * 1_000,
      roundsMs,
      ratio: ratioOf(bestMs, roundsMs),
    };
  });
}

function bestPeer(entries: readonly Entry[], phase: Phase): Entry {
  const [first, ...others] = entries.filter(({ contender }) => contender.isPeer);
  if (first === undefined) throw new Error("A race needs a peer.");
  const timeOf = (entry: Entry): number => median(timesOf(entry, phase));
  return others.reduce((best, entry) => (timeOf(entry) < timeOf(best) ? entry : best), first);
}

/** `above` by `below`, round by round, because the two sides of a round met the same machine. */
export function ratioOf(above: readonly number[], below: readonly number[]): Spread {
  return spreadOf(below.map((value, round) => (above[round] ?? Number.NaN) / value));
}

/** The middle and the ends of the rounds' values. */
export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), lowest: Math.min(...values), highest: Math.max(...values) };
}

function timesOf({ samples }: Entry, phase: Phase): number[] {
  return samples.map((sample: Sample) => (phase === "cold" ? sample.coldMs : sample.warmMs));
}
