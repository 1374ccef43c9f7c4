/** Runs contenders by turns, so that whatever slows the machine for a while slows them all. */
import { type Contender, type Place, titleOf } from "./contenders/contender.ts";
import { type MeasurePlan, type Sample, measure } from "./measure.ts";

/** Contenders of one place and the batches they answer. */
export interface Race {
  readonly place: Place;
  readonly plan: MeasurePlan;
  readonly contenders: readonly Contender[];
}

/** What a contender needed in each round of a race. */
export interface Entry {
  readonly contender: Contender;
  /** One per round, in order. */
  readonly samples: readonly Sample[];
}

/** The entries of a race. */
export interface RaceRecord {
  readonly race: Race;
  readonly entries: readonly Entry[];
}

/**
 * Runs every race `rounds` times: A B C, then B C A, and so on, so that nobody always comes first.
 *
 * @param onTurn - Told who runs next.
 */
export async function runRounds(
  races: readonly Race[],
  rounds: number,
  onTurn: (turn: string) => void,
): Promise<RaceRecord[]> {
  const records = races.map((race) => ({
    race,
    entries: race.contenders.map((contender) => ({ contender, samples: [] as Sample[] })),
  }));
  for (let round = 0; round < rounds; round += 1) {
    for (const { race, entries } of records) {
      for (const entry of rotated(entries, round)) {
        const { place, plan } = race;
        const calls = plan.batch.calls.length;
        onTurn(
          `round ${round + 1} of ${rounds} · ${calls} calls · ${place} · ${titleOf(entry.contender)}`,
        );
        entry.samples.push(await measure(entry.contender, plan));
      }
    }
  }
  return records;
}

/** Loads and compiles what each contender is made of, so that the first round is like the others. */
export async function warmUp(races: readonly Race[]): Promise<void> {
  for (const { contenders, plan } of races) {
    for (const contender of contenders) await measure(contender, { ...plan, warmUps: 0, timed: 1 });
  }
}

/** The items from number `by` on, then those before it: who comes first changes with every round. */
export function rotated<Item>(items: readonly Item[], by: number): Item[] {
  const start = by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
