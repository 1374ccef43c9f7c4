/** Measures entrants by turns, so that whatever slows the machine for a while slows them all. */
import { type Spread, ratioOf, spreadOf } from "../compare.ts";
import { collectGarbage } from "../measure.ts";
import { rotated } from "../rounds.ts";

/** What one turn of an entrant gave, by column. */
export type Readings = Readonly<Record<string, number>>;

/** Somebody who is measured. */
export interface Entrant {
  readonly title: string;
  readonly isOurs: boolean;
  /** One whole life, from its start to its close. Rejects when an answer is wrong. */
  measure(): Promise<Readings>;
}

/** How turns are taken. */
export interface TurnSettings {
  readonly rounds: number;
  /** What is measured, for whoever watches. */
  readonly title: string;
  readonly onTurn: (turn: string) => void;
}

/** What everybody gave in every round. */
export class Standings {
  readonly entrants: readonly Pick<Entrant, "title" | "isOurs">[];
  readonly #readings: ReadonlyMap<string, readonly Readings[]>;

  constructor(
    entrants: readonly Pick<Entrant, "title" | "isOurs">[],
    readings: ReadonlyMap<string, readonly Readings[]>,
  ) {
    this.entrants = entrants;
    this.#readings = readings;
  }

  /** The values of one entrant in one column, a round each. */
  rounds(title: string, column: string): readonly number[] {
    const readings = this.#readings.get(title);
    if (readings === undefined) throw new Error(`Nobody is called "${title}".`);
    return readings.map((reading) => reading[column] ?? Number.NaN);
  }

  /** Median, lowest and highest of them. */
  spread(title: string, column: string): Spread {
    return spreadOf(this.rounds(title, column));
  }

  /** One entrant's value by another's, round by round. */
  ratio(above: string, below: string, column: string): Spread {
    return ratioOf(this.rounds(above, column), this.rounds(below, column));
  }

  /** How far one entrant's value is above another's, round by round. */
  difference(above: string, below: string, column: string): Spread {
    const others = this.rounds(below, column);
    const own = this.rounds(above, column);
    return spreadOf(own.map((value, round) => value - (others[round] ?? Number.NaN)));
  }
}

/** Measures everybody `rounds` times: A B C, then B C A, and so on. */
export async function takeTurns(
  entrants: readonly Entrant[],
  { rounds, title, onTurn }: TurnSettings,
): Promise<Standings> {
  const readings = new Map(entrants.map((entrant) => [entrant.title, [] as Readings[]]));
  for (let round = 0; round < rounds; round += 1) {
    for (const entrant of rotated(entrants, round)) {
      onTurn(`${title} · round ${round + 1} of ${rounds} · ${entrant.title}`);
      collectGarbage();
      readings.get(entrant.title)?.push(await measureNamed(entrant));
    }
  }
  return new Standings(entrants, readings);
}

async function measureNamed(entrant: Entrant): Promise<Readings> {
  try {
    return await entrant.measure();
  } catch (cause) {
    throw new Error(`${entrant.title}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}
