/** Who takes part. */
import type { Contender, Place } from "./contender.ts";
import { bareFunctions } from "./bare-functions.ts";
import { piscinaWith } from "./piscina.ts";
import { poolifierWith } from "./poolifier.ts";
import { tinypoolWith } from "./tinypool.ts";
import { toolyardIn } from "./toolyard.ts";
import { workerpoolWith } from "./workerpool.ts";

/** Toolyard in one mode and the peers of that kind. Each peer with the settings that make it fast. */
export function lineup(place: Place, workers: number): Contender[] {
  return [...toolyardIn(place, workers), ...PEERS[place](workers)];
}

const PEERS: Readonly<Record<Place, (workers: number) => Contender[]>> = {
  async: () => [bareFunctions()],
  thread: (workers) => [
    piscinaWith(workers, 1),
    piscinaWith(workers, 64),
    tinypoolWith("thread", workers, 1),
    tinypoolWith("thread", workers, 64),
    workerpoolWith("thread", workers),
    poolifierWith("thread", workers, "LEAST_USED"),
    poolifierWith("thread", workers, "ROUND_ROBIN"),
  ],
  process: (workers) => [
    tinypoolWith("process", workers, 1),
    tinypoolWith("process", workers, 64),
    workerpoolWith("process", workers),
    poolifierWith("process", workers, "LEAST_USED"),
    poolifierWith("process", workers, "ROUND_ROBIN"),
  ],
};
