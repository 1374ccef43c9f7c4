/** The benchmark of execution modes: who takes part in what, then the report. */
import { compare } from "./compare.ts";
import { lineup } from "./contenders/lineup.ts";
import { describeMachine } from "./machine.ts";
import type { MeasurePlan } from "./measure.ts";
import type { BenchSettings } from "./options.ts";
import { formatReport, type Report, writeReport } from "./report.ts";
import { type Race, runRounds, warmUp } from "./rounds.ts";
import { showTurn } from "./show-turn.ts";
import { makeBatch } from "./workload.ts";

const PEERS = ["piscina", "tinypool", "workerpool", "poolifier"];

/** Runs the benchmark, prints the tables and writes the JSON. */
export async function runModes(settings: BenchSettings): Promise<void> {
  const { rounds, workers, seed, places, jsonFile } = settings;
  const machine = describeMachine(PEERS);
  const races = plansFrom(seed).flatMap((plan) =>
    places.map((place): Race => ({ place, plan, contenders: lineup(place, workers) })),
  );
  showTurn("warm-up");
  await warmUp(races.slice(0, places.length));
  const records = await runRounds(races, rounds, showTurn);
  showTurn("");
  const report: Report = {
    benchmark: "modes",
    at: new Date().toISOString(),
    machine,
    settings: { rounds, workers, seed, places },
    rows: compare(records),
  };
  console.log(formatReport(report));
  writeReport(report, jsonFile);
  console.log(`\nWritten to ${jsonFile}.`);
}

/**
 * A small batch, where the way there counts, and a large one, where the calls do. Both are warmed up by
 * as many calls, for it takes thousands until V8 has compiled what a worker runs.
 */
function plansFrom(seed: number): MeasurePlan[] {
  return [
    { batch: makeBatch(100, seed), warmUps: 100, timed: 21 },
    { batch: makeBatch(10_000, seed), warmUps: 1, timed: 2 },
  ];
}
