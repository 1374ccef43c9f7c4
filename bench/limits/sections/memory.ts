/** What a call that waits takes of memory. */
import PQueue from "p-queue";
import { SystemClock } from "../../../src/time/clock.ts";
import { collectGarbage } from "../../measure.ts";
import { atMost, type Table, tableOf } from "../../pools/table.ts";
import { type Entrant, type Readings, takeTurns } from "../../pools/turns.ts";
import { ourLimiter, requestOf } from "../our-limiter.ts";
import type { LimitSection } from "../section.ts";

const OURS = "toolyard";
const BYTES_GOAL = 400;
const COLUMN = "bytes per call";
const FLOWS = 20_000;

/** Measures G5. */
export const memory: LimitSection = async ({ rounds, calls, onTurn }) => {
  const entrants: Entrant[] = [
    { title: OURS, isOurs: true, measure: async () => measureOurs(calls, () => undefined) },
    {
      title: "toolyard, 20,000 tenants",
      isOurs: true,
      measure: async () => measureOurs(calls, (n) => `tenant-${n % FLOWS}`),
    },
    { title: "p-queue", isOurs: false, measure: async () => measurePQueue(calls) },
  ];
  const title = `Memory: ${calls.toLocaleString("en")} calls that wait`;
  const standings = await takeTurns(entrants, { title, rounds, onTurn });
  const table: Table = tableOf(standings, {
    title,
    work: "heap after garbage is collected, less what the caller brought, by calls: what waiting itself takes, its promise included",
    baseline: "p-queue",
    columns: [{ name: COLUMN, unit: "bytes" }],
    goals: [atMost("G5: bytes per call", standings.spread(OURS, COLUMN), BYTES_GOAL, "bytes")],
    notes: [
      "The caller brings a function to p-queue, and to us a request with its deadline; neither is counted.",
    ],
  });
  return [table];
};

async function measureOurs(
  calls: number,
  tenantOf: (n: number) => string | undefined,
): Promise<Readings> {
  const clock = new SystemClock();
  const limiter = ourLimiter({ "*": { concurrency: 1 } }, clock);
  const permit = await limiter.acquire(requestOf(clock));
  const requests = Array.from({ length: calls }, (_, n) =>
    requestOf(clock, { tenant: tenantOf(n) }),
  );
  const waiting: unknown[] = Array.from({ length: calls });
  const before = heapUsed();
  for (const [place, request] of requests.entries()) waiting[place] = limiter.acquire(request);
  const bytes = (heapUsed() - before) / calls;
  // Named here, so that nothing of it is collected before.
  if (waiting.length !== requests.length) throw new Error("Calls were lost.");
  permit.release("success");
  return { [COLUMN]: bytes };
}

async function measurePQueue(calls: number): Promise<Readings> {
  const queue = new PQueue({ concurrency: 1 });
  const { promise: gate, resolve: openGate } = Promise.withResolvers<void>();
  void queue.add(() => gate);
  const works = Array.from({ length: calls }, (_, n) => async () => n);
  const waiting: unknown[] = Array.from({ length: calls });
  const before = heapUsed();
  for (const [place, work] of works.entries()) waiting[place] = queue.add(work);
  const bytes = (heapUsed() - before) / calls;
  if (queue.size !== waiting.length) throw new Error("Calls were lost.");
  for (const one of waiting) (one as Promise<unknown>).catch(() => undefined);
  queue.clear();
  openGate();
  await queue.onIdle();
  return { [COLUMN]: bytes };
}

function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
