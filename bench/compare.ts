/** What the rounds say: medians, calls per second, and who is how much faster. */
import type { Place } from "./contenders/contender.ts";
import { type Sample, median } from "./measure.ts";
import type { Entry, RaceRecord } from "./rounds.ts";

/** Fresh, or after warm-up. */
export type Phase = "cold" | "warm";

/** How much faster than the best peer, over the rounds. 2: twice as fast. */
export interface Ratio {
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
  readonly ratio: Ratio;
}

/** The rows of all races, as they were run; each race cold first, then warm. */
export function compare(records: readonly RaceRecord[]): Row[] {
  return records.flatMap((record) => [...rowsOf(record, "cold"), ...rowsOf(record, "warm")]);
}

function rowsOf({ race, entries }: RaceRecord, phase: Phase): Row[] {
  const best = bestPeer(entries, phase);
  const calls = race.plan.batch.calls.length;
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
      ratio: ratioOf(timesOf(best, phase), roundsMs),
    };
  });
}

function bestPeer(entries: readonly Entry[], phase: Phase): Entry {
  const [first, ...others] = entries.filter(({ contender }) => contender.isPeer);
  if (first === undefined) throw new Error("A race needs a peer.");
  const timeOf = (entry: Entry): number => median(timesOf(entry, phase));
  return others.reduce((best, entry) => (timeOf(entry) < timeOf(best) ? entry : best), first);
}

/** Rounds are compared one by one, because the two sides of a round met the same machine. */
function ratioOf(peerMs: readonly number[], ownMs: readonly number[]): Ratio {
  const ratios = ownMs.map((ms, round) => (peerMs[round] ?? Number.NaN) / ms);
  return { median: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) };
}

function timesOf({ samples }: Entry, phase: Phase): number[] {
  return samples.map((sample: Sample) => (phase === "cold" ? sample.coldMs : sample.warmMs));
}
