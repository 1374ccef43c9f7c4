/** Values of some size, there and back: what it costs to carry them. */
import { median } from "../../measure.ts";
import type { WorkTask } from "../../tools/work.ts";
import { executorLane, fixedPool } from "../lanes/executor-lane.ts";
import type { Lane } from "../lanes/lane.ts";
import { piscinaLane, tinypoolLane } from "../lanes/peer-lanes.ts";
import { repeatFor } from "../repeat-for.ts";
import {
  atLeast,
  type Column,
  type Goal,
  type Section,
  type SectionSettings,
  type Table,
  tableOf,
} from "../table.ts";
import { type Entrant, type Standings, takeTurns } from "../turns.ts";

const KIB = 1024;
const MIB = KIB * KIB;
const WARM_UP_MS = 200;
const TIMED_MS = 150;
/** Batches timed at least; their median counts. */
const TIMED = 2;

/** One kind of value, and what we want of it. */
interface Load {
  readonly name: string;
  readonly calls: number;
  makeValue(place: number): unknown;
  /** Whether what came back is what was sent. */
  isSame(sent: unknown, received: unknown): boolean;
  /** tinypool's default cannot hold typed arrays. */
  readonly serialization: "json" | "advanced";
  /** Times tinypool's child processes that ours must be. */
  readonly processGoal: number;
  /** Times piscina that our threads must be; undefined: no goal. */
  readonly threadGoal: number | undefined;
}

const TEXT = { isSame: Object.is, serialization: "json" } as const;
const NUMBERS = { isSame: isSameArray, serialization: "advanced" } as const;

const LOADS: readonly Load[] = [
  {
    name: "1 KB of JSON",
    calls: 10_000,
    makeValue: makeRecord,
    isSame: (sent, received) => JSON.stringify(sent) === JSON.stringify(received),
    serialization: "json",
    processGoal: 2.5,
    threadGoal: undefined,
  },
  {
    ...TEXT,
    name: "64 KB of text",
    calls: 200,
    makeValue: (place) => makeText(64 * KIB, place),
    processGoal: 2.5,
    threadGoal: 0.9,
  },
  {
    ...NUMBERS,
    name: "64 KB in a Float64Array",
    calls: 200,
    makeValue: (place) => makeNumbers(64 * KIB, place),
    processGoal: 2.5,
    threadGoal: 0.9,
  },
  {
    ...TEXT,
    name: "1 MB of text",
    calls: 16,
    makeValue: (place) => makeText(MIB, place),
    processGoal: 4,
    threadGoal: 0.9,
  },
  {
    ...NUMBERS,
    name: "1 MB in a Float64Array",
    calls: 16,
    makeValue: (place) => makeNumbers(MIB, place),
    processGoal: 4,
    threadGoal: 0.9,
  },
];

/** Measures each kind of value. */
export const values: Section = async (settings) => {
  const tables: Table[] = [];
  for (const load of LOADS) tables.push(await valueTable(load, settings));
  return tables;
};

async function valueTable(load: Load, settings: SectionSettings): Promise<Table> {
  const { rounds, workers, onTurn } = settings;
  const tasks = Array.from({ length: load.calls }, (_, place): WorkTask => ({
    name: "echo",
    input: { value: load.makeValue(place) },
  }));
  const entrants = lanesFor(load, workers).map((lane): Entrant => {
    const { title, isOurs } = lane;
    return { title, isOurs, measure: () => measure(lane, load, tasks) };
  });
  const standings = await takeTurns(entrants, { title: load.name, rounds, onTurn });
  return tableOf(standings, {
    title: `Values: ${load.name}`,
    work: `answer what is sent; ${load.calls.toLocaleString("en")} at once, each another value`,
    columns: [COLUMN],
    goals: goalsFor(load, standings),
    notes:
      load.serialization === "json"
        ? []
        : ['tinypool is told `serialization: "advanced"`; by default it makes objects of arrays.'],
  });
}

const COLUMN: Column = { name: "calls/s", unit: "calls/s" };

function lanesFor({ serialization }: Load, workers: number): Lane[] {
  const pool = fixedPool(workers);
  return [
    executorLane("thread", { pool }),
    executorLane("process", { pool }),
    piscinaLane(workers, 1),
    piscinaLane(workers, 64),
    tinypoolLane("process", { workers, perWorker: 1 }, serialization),
    tinypoolLane("process", { workers, perWorker: 64 }, serialization),
  ];
}

function goalsFor({ processGoal, threadGoal }: Load, standings: Standings): Goal[] {
  const goalsBy = (own: string, peers: readonly string[], limit: number): Goal[] =>
    peers.map((peer) =>
      atLeast(`${own} by ${peer}`, standings.ratio(own, peer, COLUMN.name), limit),
    );
  const tinypools = ["tinypool child_process", "tinypool child_process (64 per worker)"];
  const piscinas = ["piscina", "piscina (64 per worker)"];
  return [
    ...goalsBy("toolyard process", tinypools, processGoal),
    ...(threadGoal === undefined ? [] : goalsBy("toolyard thread", piscinas, threadGoal)),
  ];
}

async function measure(
  lane: Lane,
  load: Load,
  tasks: readonly WorkTask[],
): Promise<Record<string, number>> {
  const started = await lane.start();
  const secondsFor = async (): Promise<number> => {
    const startedAt = performance.now();
    const answers = await started.answer(tasks);
    const seconds = (performance.now() - startedAt) / 1_000;
    checkEchoes(load, tasks, answers);
    return seconds;
  };
  try {
    await repeatFor(WARM_UP_MS, 1, secondsFor);
    const seconds = await repeatFor(TIMED_MS, TIMED, secondsFor);
    return { [COLUMN.name]: tasks.length / median(seconds) };
  } finally {
    await started.close();
  }
}

function checkEchoes(load: Load, tasks: readonly WorkTask[], answers: readonly unknown[]): void {
  const wrong = tasks.findIndex(({ input }, place) => {
    return !("value" in input && load.isSame(input.value, answers[place]));
  });
  if (wrong >= 0) throw new Error(`value ${wrong} (${load.name}) did not come back as it was sent`);
}

/** A record as an API returns it, about a kilobyte as JSON. */
function makeRecord(place: number): unknown {
  return {
    id: `order-${place}`,
    customer: { name: "Ada Lovelace", email: `ada${place}@example.com`, verified: true },
    items: Array.from({ length: 9 }, (_, item) => ({
      sku: `SKU-${place}-${item}`,
      title: `Article number ${item} of order ${place}`,
      quantity: item + 1,
      price: (place * 7 + item) / 100,
    })),
    note: null,
    total: place * 3.5,
  };
}

/** Lines of a document; flat, as text that was read is. */
function makeText(bytes: number, place: number): string {
  const line = `line of document ${place}: the quick brown fox jumps over the lazy dog\n`;
  return Buffer.alloc(bytes, line).toString("latin1");
}

function makeNumbers(bytes: number, place: number): Float64Array {
  const count = bytes / Float64Array.BYTES_PER_ELEMENT;
  return Float64Array.from({ length: count }, (_, at) => Math.sin(place + at));
}

function isSameArray(sent: unknown, received: unknown): boolean {
  if (!(sent instanceof Float64Array && received instanceof Float64Array)) return false;
  return Buffer.compare(bytesOf(sent), bytesOf(received)) === 0;
}

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
