/** How many workers there are, and what more of them bring. */
import type { Section } from "../table.ts";
import { computingTable } from "./computing.ts";
import { growthTable } from "./growth.ts";
import { scalingTable } from "./scaling.ts";

/** What starts dozens of workers takes seconds a round. */
const MOST_ROUNDS = 3;

/** Measures a pool that grows, throughput by the number of workers, and computing on all cores. */
export const elasticity: Section = async (settings) => {
  const rounds = Math.min(settings.rounds, MOST_ROUNDS);
  return [
    await growthTable({ ...settings, rounds }),
    await scalingTable({ ...settings, rounds }),
    await computingTable(settings),
  ];
};
