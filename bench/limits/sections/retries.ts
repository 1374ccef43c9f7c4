/** How many attempts everything makes when everything fails. */
import { ConstantBackoff, handleAll, retry } from "cockatiel";
import type { LimitsOptions } from "../../../src/limits/limit-options.ts";
import { ToolRegistry } from "../../../src/runtime/tool-registry.ts";
import { fakeTool, sendAt, steady, VirtualClock } from "../../../src/testing.ts";
import { atMost, tableOf } from "../../pools/table.ts";
import { type Entrant, takeTurns } from "../../pools/turns.ts";
import type { LimitSection } from "../section.ts";
import { advanceUntil } from "../virtual-time.ts";

const OURS = "toolyard";
const CALLS = 4_000;
const PER_SECOND = 200;
const ATTEMPTS = 4;
const COLUMN = "attempts by calls";
const GOAL = 1.2;

/** Measures G16. */
export const retries: LimitSection = async ({ onTurn }) => {
  const title = "Retries: everything fails";
  const entrants: Entrant[] = [
    { title: OURS, isOurs: true, measure: async () => measureOurs({}) },
    {
      title: "toolyard without a budget",
      isOurs: true,
      measure: async () => measureOurs({ "*": { retryBudget: false } }),
    },
    { title: "cockatiel retry", isOurs: false, measure: measureCockatiel },
  ];
  const standings = await takeTurns(entrants, { title, rounds: 1, onTurn });
  const table = tableOf(standings, {
    title,
    work: `${CALLS.toLocaleString("en")} calls, ${PER_SECOND} a second, of a tool that always fails and may be tried ${ATTEMPTS} times; through the registry`,
    columns: [{ name: COLUMN, unit: "times" }],
    goals: [atMost("G16: attempts by calls", standings.spread(OURS, COLUMN), GOAL)],
    notes: [],
  });
  return [table];
};

async function measureOurs(limits: LimitsOptions): Promise<Record<string, number>> {
  const clock = new VirtualClock();
  await using registry = new ToolRegistry({ clock, limits, mode: "async" });
  const broken = fakeTool({
    name: "broken",
    latencyMs: 10,
    failureRate: 1,
    annotations: { readOnly: true },
    retry: { maximumAttempts: ATTEMPTS, initialIntervalMs: 50 },
    clock,
  });
  registry.register(broken.tool);
  const send = (n: number): Promise<unknown> =>
    registry.executeToolCalls([{ id: `call_${n}`, name: "broken", input: {} }]);
  await advanceUntil(clock, sendAt(steady(CALLS, PER_SECOND), send, { clock }));
  return { [COLUMN]: broken.startedAt.length / CALLS };
}

async function measureCockatiel(): Promise<Record<string, number>> {
  const policy = retry(handleAll, { maxAttempts: ATTEMPTS - 1, backoff: new ConstantBackoff(1) });
  let attempts = 0;
  const calls = Array.from({ length: CALLS }, async () => {
    const answer = policy.execute(async () => {
      attempts += 1;
      throw new Error("It fails.");
    });
    await answer.catch(() => undefined);
  });
  await Promise.all(calls);
  return { [COLUMN]: attempts / CALLS };
}
