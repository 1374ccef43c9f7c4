/** What it costs to be let in when nothing is in the way. */
import {
  bulkhead,
  circuitBreaker,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleAll,
  type IPolicy,
  retry,
  timeout,
  TimeoutStrategy,
  wrap,
} from "cockatiel";
import type { LimitsOptions } from "../../../src/limits/limit-options.ts";
import { atMost, tableOf } from "../../pools/table.ts";
import { takeTurns } from "../../pools/turns.ts";
import { entrantOf, type Lane, ourLane, pLimitLane, pQueueLane, type Run } from "../lanes.ts";
import type { Asked } from "../our-limiter.ts";
import type { LimitSection } from "../section.ts";

const OURS = "toolyard, all limits on";
const CALLS = 100_000;
const WARM_UPS = 20_000;
const PLACES = 64;
const COLUMN = "CPU per call";
const GOAL_MICROSECONDS = 5;

/** Every kind of limit, none of which is ever met. */
const ALL_LIMITS: LimitsOptions = {
  "*": { concurrency: PLACES, queue: { max: 10_000 } },
  "web.*": { concurrency: 32, rate: { limit: 1_000_000, per: "second", kind: "bucket" } },
  "web.fetch": {
    concurrency: 16,
    rate: { limit: 10_000_000, per: "minute", kind: "fixed" },
    breaker: true,
    adaptive: { min: 16, max: 16 },
  },
  "tag:llm": { tokens: { limit: 1e12, per: "minute", kind: "bucket", estimate: 10 } },
  tenant: { concurrency: 8, weight: { pro: 4 } },
};
const ASKED: Asked = { tool: { name: "web.fetch", tags: ["llm"] }, tenant: "pro" };

/** Measures G6. */
export const admission: LimitSection = async ({ rounds, onTurn }) => {
  const lanes: Lane[] = [
    ourLane(OURS, ALL_LIMITS),
    ourLane("toolyard, concurrency alone", { "*": { concurrency: PLACES } }),
    pLimitLane(PLACES),
    pQueueLane(PLACES),
    cockatielLane("cockatiel bulkhead", () => bulkhead(PLACES, 10_000)),
    cockatielLane("cockatiel retry, breaker, bulkhead", chainWithoutTimeout),
    cockatielLane("the same and timeout", () =>
      wrap(chainWithoutTimeout(), timeout(30_000, TimeoutStrategy.Cooperative)),
    ),
  ];
  const entrants = lanes.map((lane) => entrantOf(lane, async () => measure(lane.open())));
  const title = "Admission: one call at a time, nothing in the way";
  const standings = await takeTurns(entrants, { title, rounds, onTurn });
  const table = tableOf(standings, {
    title,
    work: "CPU time of the whole process for an awaited call of an async function that does nothing",
    columns: [{ name: COLUMN, unit: "µs" }],
    goals: [
      atMost("G6: CPU, all limits on", standings.spread(OURS, COLUMN), GOAL_MICROSECONDS, "µs"),
    ],
    notes: [
      "All limits: everything, a pattern with a bucket, a tool with a fixed window, a breaker and an adaptive concurrency, a tag with tokens, each tenant with a weight.",
    ],
  });
  return [table];
};

/** What cockatiel's policies have in common. */
interface Policy {
  execute(work: () => Promise<unknown>): Promise<unknown>;
}

function cockatielLane(title: string, make: () => Policy): Lane {
  const open = (): Run => {
    const policy = make();
    return async <Answer>(work: () => Answer | Promise<Answer>) =>
      policy.execute(async () => work()) as Promise<Answer>;
  };
  return { title, isOurs: false, open };
}

function chainWithoutTimeout(): IPolicy {
  return wrap(
    retry(handleAll, { maxAttempts: 3, backoff: new ExponentialBackoff() }),
    circuitBreaker(handleAll, { halfOpenAfter: 10_000, breaker: new ConsecutiveBreaker(5) }),
    bulkhead(PLACES, 10_000),
  );
}

async function measure(run: Run): Promise<Record<string, number>> {
  for (let call = 0; call < WARM_UPS; call += 1) await run(nothing, ASKED);
  const before = process.cpuUsage();
  for (let call = 0; call < CALLS; call += 1) await run(nothing, ASKED);
  const { user, system } = process.cpuUsage(before);
  return { [COLUMN]: (user + system) / CALLS };
}

const nothing = async (): Promise<void> => {};
