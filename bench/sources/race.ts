/** Measures the entrants of one kind by turns, for batches of every size. */
import { collectGarbage, median } from "../measure.ts";
import { repeatFor } from "../pools/repeat-for.ts";
import { type Readings, Standings } from "../pools/turns.ts";
import { rotated } from "../rounds.ts";
import { type Batch, checkAnswers } from "../workload.ts";
import type { Entrant, OpenEntrant } from "./entrant.ts";
import { answerNumber } from "./answer-number.ts";

/** How a race is run. */
export interface RacePlan {
  readonly batches: readonly Batch[];
  readonly rounds: number;
  /** What is measured, for whoever watches. */
  readonly title: string;
  readonly onTurn: (turn: string) => void;
}

/** What it gave. */
export interface RaceRecord {
  /** Calls per second; {@link columnFor} names the columns. Without a number where an entrant did not run. */
  readonly standings: Standings;
  /** Who did not run, or failed, at which size and why. */
  readonly notes: readonly string[];
}

/** Whether workers and connections were there before. */
export type Phase = "cold" | "warm";

/** How long an entrant answers before what it does then is timed, and how long it is timed, in milliseconds. */
const WARM_UP_MS = 1_000;
const TIMED_MS = 500;
/** Whose batch would take longer than this, by its last one, is not asked for it. */
const LONGEST_BATCH_MS = 10_000;
const MS_PER_SECOND = 1_000;

/** `1,000 cold`. */
export function columnFor(calls: number, phase: Phase): string {
  return `${calls.toLocaleString("en")} ${phase}`;
}

/** Runs `rounds` rounds. Rejects when an entrant that may not fail does, or gives a wrong answer. */
export async function race(entrants: readonly Entrant[], plan: RacePlan): Promise<RaceRecord> {
  const { batches, rounds, title, onTurn } = plan;
  const lanes = entrants.map((entrant) => new Lane(entrant));
  for (let round = 0; round < rounds; round += 1) {
    for (const lane of lanes) lane.beginRound();
    for (const batch of batches) {
      for (const lane of rotated(lanes, round)) {
        const calls = batch.calls.length.toLocaleString("en");
        onTurn(`${title} · round ${round + 1} of ${rounds} · ${calls} · ${lane.entrant.title}`);
        await lane.run(batch);
      }
    }
  }
  const readings = new Map(lanes.map(({ entrant, readings: own }) => [entrant.title, own]));
  return {
    standings: new Standings(entrants, readings),
    notes: [...new Set(lanes.flatMap((lane) => lane.notes))],
  };
}

/** One entrant's way through the rounds. */
class Lane {
  readonly entrant: Entrant;
  /** One per round. */
  readonly readings: Readings[] = [];
  readonly notes: string[] = [];
  /** Of the last batch, warm. */
  #callsPerSecond = Number.POSITIVE_INFINITY;
  #hasFailed = false;

  constructor(entrant: Entrant) {
    this.entrant = entrant;
  }

  beginRound(): void {
    this.readings.push({});
  }

  async run(batch: Batch): Promise<void> {
    if (this.#hasFailed) return;
    const calls = batch.calls.length;
    const { title, mayFail } = this.entrant;
    const expectedMs = (calls / this.#callsPerSecond) * MS_PER_SECOND;
    if (mayFail && expectedMs > LONGEST_BATCH_MS) {
      this.notes.push(
        `${title}: no batch of ${calls.toLocaleString("en")}, it would take too long.`,
      );
      return;
    }
    try {
      this.#keep(batch, await live(this.entrant, batch));
    } catch (thrown) {
      const text = thrown instanceof Error ? thrown.message : String(thrown);
      if (!mayFail) throw new Error(`${title}: ${text}`, { cause: thrown });
      this.#hasFailed = true;
      this.notes.push(`${title} failed at ${calls.toLocaleString("en")} calls: ${text}`);
    }
  }

  #keep({ calls }: Batch, { coldMs, warmMs }: Life): void {
    const perSecond = (ms: number): number => (calls.length / ms) * MS_PER_SECOND;
    this.#callsPerSecond = perSecond(warmMs);
    const round = this.readings.pop() ?? {};
    this.readings.push({
      ...round,
      [columnFor(calls.length, "cold")]: perSecond(coldMs),
      [columnFor(calls.length, "warm")]: this.#callsPerSecond,
    });
  }
}

/** What one life took, for one batch. */
interface Life {
  readonly coldMs: number;
  readonly warmMs: number;
}

async function live(entrant: Entrant, batch: Batch): Promise<Life> {
  collectGarbage();
  const open = await entrant.open(batch.calls);
  try {
    check(entrant, batch, open.first.answers);
    let answeredForMs = open.first.ms;
    while (answeredForMs < WARM_UP_MS) answeredForMs += await answerAgain(entrant, open, batch);
    const timed = await repeatFor(TIMED_MS, 1, () => answerAgain(entrant, open, batch));
    return { coldMs: open.first.ms, warmMs: median(timed) };
  } finally {
    await open.close();
  }
}

async function answerAgain(entrant: Entrant, open: OpenEntrant, batch: Batch): Promise<number> {
  const { ms, answers } = await open.again();
  check(entrant, batch, answers);
  return ms;
}

function check({ title }: Entrant, batch: Batch, answers: readonly unknown[]): void {
  checkAnswers(title, batch, answers.map(answerNumber));
}
